"""One history, several forms."""

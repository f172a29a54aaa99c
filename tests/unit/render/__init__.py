"""One plan in several forms."""

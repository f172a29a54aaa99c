"""One plan, several forms. Everything that came from a host is made harmless where it is rendered."""

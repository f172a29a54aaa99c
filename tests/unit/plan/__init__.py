"""One verdict for each module."""

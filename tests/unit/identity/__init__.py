"""Which image a name or a digest means."""

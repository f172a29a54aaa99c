"""When people are told, and what."""

"""Many plans as one history."""

"""What the catalog declares, and what it says about what it cannot use."""

"""What was seen on a host, read from whatever it said."""

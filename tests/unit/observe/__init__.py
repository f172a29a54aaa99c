"""The questions, and what a host needs so that it answers them and no other."""

"""Faults: what becomes of merges while everything around them is killed, repeated and reordered."""

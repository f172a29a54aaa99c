"""Mutation testing: small faults put into the code that decides, to see whether a test notices each."""

"""Deliveries of the four forges, and what is made of them."""

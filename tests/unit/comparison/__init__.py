"""The rules of other tools, and the page that compares them."""

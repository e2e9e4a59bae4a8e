"""A visit: how each child was seen, and closing the visit."""

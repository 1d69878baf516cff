"""A document in forms that other programs read."""

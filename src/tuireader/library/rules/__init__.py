"""What is done with articles by itself: as they arrive, or to those that are here when the user asks for it."""

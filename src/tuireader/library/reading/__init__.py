"""Reading an article: opening, completing, marking."""

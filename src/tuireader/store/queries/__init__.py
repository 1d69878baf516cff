"""Searches and lists of articles: the language, its SQL, the index, the windows of a list."""

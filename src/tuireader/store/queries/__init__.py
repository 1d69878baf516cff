"""Searches and lists of articles: query language, SQL, search index, windows of a list."""

"""Lists of any length: headlines, categories, authors, feeds, choices."""

"""Export formats of documents."""

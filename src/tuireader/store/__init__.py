"""The cache: plain functions over a connection to one SQLite file."""

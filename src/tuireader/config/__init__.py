"""The configuration: options and the file."""

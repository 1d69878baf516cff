"""Text processing: printable, width, comparison. Pure."""

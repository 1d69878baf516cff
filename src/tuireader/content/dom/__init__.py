"""HTML as a tree: sanitising, repair, parsing, text. Pure."""

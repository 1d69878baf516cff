"""HTML as a tree: made safe, repaired, parsed, and its text. Pure."""

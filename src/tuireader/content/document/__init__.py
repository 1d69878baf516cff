"""From Markdown to a document of blocks, independent of width. Pure."""

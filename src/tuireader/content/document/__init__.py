"""From Markdown to blocks: an article that can be laid out at any width. Pure."""

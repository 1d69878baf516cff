"""Convert clean HTML to Markdown. Pure."""

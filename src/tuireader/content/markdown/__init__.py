"""From clean HTML to Markdown. Pure."""

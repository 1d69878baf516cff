"""The article page: display, scrolling, find, links, selection."""

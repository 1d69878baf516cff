"""Extract an article and its metadata from its web page. Pure."""

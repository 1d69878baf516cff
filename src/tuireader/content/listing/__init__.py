"""Find the articles that a web page lists."""

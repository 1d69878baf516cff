"""From a page that lists articles to what it lists."""

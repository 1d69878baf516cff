"""From the HTML of a feed or a page to the HTML of an article, safe and tidy. Pure."""

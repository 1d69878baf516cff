"""From the page of an article to its text and what is known of it. Pure."""

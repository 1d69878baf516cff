"""Cleaning the HTML of a feed or page: safe and tidy. Pure."""

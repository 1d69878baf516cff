"""From a typed address to a subscription, and possibly an article of it."""

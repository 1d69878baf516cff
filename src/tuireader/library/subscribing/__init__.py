"""From an address that was typed to a subscription, and maybe an article of it."""

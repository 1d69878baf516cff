"""What sites are owed: when to ask them, how often, and when to leave them alone."""

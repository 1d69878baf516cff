"""What is done with an article: opened, completed from its page, marked."""

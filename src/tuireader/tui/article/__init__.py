"""The page: an article as it is shown, read, searched, followed and copied from."""

"""What an address is, apart from how it is spelt. Pure."""

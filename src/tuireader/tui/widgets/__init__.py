"""What the screens are made of; widgets read nothing and write nothing themselves."""

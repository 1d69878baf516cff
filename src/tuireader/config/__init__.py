"""What the user can set: the options, and the file that they stand in."""

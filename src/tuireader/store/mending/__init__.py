"""A damaged cache is mended: what is wrong is found, and what can be read is taken over."""

"""From the bytes of a site to its feeds and their entries: pure functions, no I/O."""

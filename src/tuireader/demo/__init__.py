"""“The Slow Terminal”, a small magazine of our own writing, and the server that gives it on loopback."""

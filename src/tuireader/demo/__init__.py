"""The demo: “The Slow Terminal”, a small magazine, and its server on loopback."""

"""HTTP client with limits."""

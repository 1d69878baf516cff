"""Work on the cache off the event loop: in threads and processes."""

"""Work on the cache that is not done where keys are answered: in a thread, in processes."""

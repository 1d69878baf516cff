"""Long-running work: each task is a stream of steps, run by the screen and the command line."""

"""Long work: each task is a stream of steps, which the screen and the command line run and show."""

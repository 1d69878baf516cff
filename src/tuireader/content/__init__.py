"""From the HTML of a site to text that is a pleasure to read in a terminal: pure, no I/O."""

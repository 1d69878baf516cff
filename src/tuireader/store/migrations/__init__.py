"""The steps from an empty file to the schema of today, one module for each that is more than a few statements."""

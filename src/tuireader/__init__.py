"""tuireader: read the articles of a site in a terminal, online and offline."""

__version__ = "0.1.0"

"""tuireader: read the articles of a site in a terminal, online and offline."""

from tuireader.lazy_modules import install

__version__ = "0.1.0"

install()

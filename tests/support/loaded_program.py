"""All that commands import, for processes that are forked from one that has imported this."""

from __future__ import annotations

import sys
from importlib import import_module
from pkgutil import walk_packages

import tuireader
from tuireader import lazy_modules

for found in walk_packages(tuireader.__path__, "tuireader."):
    if not found.name.startswith("tuireader.tui.") or found.name == "tuireader.tui.keys":
        import_module(found.name)
        lazy_modules.load(sys.modules[found.name])

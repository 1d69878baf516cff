"""The program where no look-up of a name ever ends: `python lost_names.py FILE ARGUMENTS`; FILE is made by the first.

It is killed after a minute, so that an end that does not come is an error.
"""

from __future__ import annotations

import signal
import socket
import sys
import threading
from pathlib import Path
from typing import NoReturn

from tuireader.cli import main

BEGUN = Path(sys.argv[1])


def never(*_: object, **__: object) -> NoReturn:
    """Look up for ever."""
    BEGUN.touch()
    threading.Event().wait()
    raise AssertionError


if __name__ == "__main__":
    signal.alarm(60)
    socket.getaddrinfo = never
    sys.exit(main(sys.argv[2:]))

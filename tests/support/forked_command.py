"""Commands that cost a fork and no imports, in a process each that has no thread and no file of the test's."""

from __future__ import annotations

import os
import sys
import time
from multiprocessing import forkserver, get_context
from pathlib import Path
from unittest.mock import patch

from tuireader.__main__ import main

FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(["support.loaded_program"])


def run_forked(words: tuple[str, ...], stdin: str, folder: Path) -> tuple[int, str, str]:
    """Run `tuireader WORDS` without a terminal; returns its exit status, stdout and stderr, which stand in `folder`."""
    streams = [folder / f"standard-{name}" for name in ("input", "output", "error")]
    streams[0].write_text(stdin, encoding="utf-8")
    with patch.dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)):  # what is preloaded is found there
        forkserver.ensure_running()
    process = FORKS.Process(target=_become, args=(words, dict(os.environ), Path.cwd(), streams))
    process.start()
    process.join()
    assert process.exitcode is not None
    out, err = (path.read_text(encoding="utf-8") for path in streams[1:])
    return process.exitcode, out, err


def _become(words: tuple[str, ...], environment: dict[str, str], folder: Path, streams: list[Path]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    for number, path in enumerate(streams):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC if number else os.O_RDONLY), number)
        stream = os.fdopen(number, "w" if number else "r", encoding="utf-8", closefd=False)
        setattr(sys, ("stdin", "stdout", "stderr")[number], stream)
    sys.argv = ["tuireader", *words]
    sys.exit(main())

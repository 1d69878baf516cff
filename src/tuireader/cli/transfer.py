"""The commands that give other programs what is here: export."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tuireader.cli import DONE, FAILED, cache
from tuireader.cli.output import NO_FEEDS, say
from tuireader.model.clock import utc_now
from tuireader.store import folders
from tuireader.text.printable import printable


def export(arguments: argparse.Namespace) -> int:
    """Write the list of feeds to a file, or to stdout."""
    from tuireader.library.transfer.export_feeds import export_feeds

    with cache.opened() as connection:
        folder = folders.find(connection, arguments.folder) if arguments.folder else None
        exported = export_feeds(connection, utc_now(), folder_id=folder.id if folder else None)
    if not exported.feeds:
        say(NO_FEEDS if folder is None else f"There are no feeds in “{folder.name}”.")
        return FAILED
    if exported.without_password:
        some = "1 feed" if exported.without_password == 1 else f"{exported.without_password} feeds"
        say(f"The passwords of {some} are left out: give them again where you import this.")
    if arguments.output is None:
        sys.stdout.buffer.write(exported.content)
        return DONE
    return _write(Path(arguments.output).expanduser(), exported.content, exported.feeds)


def _write(path: Path, content: bytes, feeds: int) -> int:
    """Write a file as a whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(content)
        os.replace(part, path)  # noqa: PTH105 - as everywhere
    except OSError as error:
        part.unlink(missing_ok=True)
        say(f"{printable(str(path))} cannot be written: {error.strerror}.")
        return FAILED
    say(f"{feeds} feed{'s' * (feeds != 1)} written to {printable(str(path))}.")
    return DONE

"""Dates that are none, or of no time that can be: through every command and screen, wherever the reader is."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from conftest import Reply, ScriptedSite
from support.app_factory import reader, screen_text, settle
from support.rss import Item, rss
from tuireader import paths
from tuireader.cli import main
from tuireader.store.row_values import stamp
from tuireader.sync import miniflux

FUTURE = ("9999-12-31T23:59:59Z", "2999-01-01T00:00:00Z", "Sun, 31 Dec 2998 10:00:00 +0000")
ODD = (
    *("0000-01-01T00:00:00Z", "Sat, 01 Jan 0000 00:00:00 GMT", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"),
    *("Mon, 01 Jan 0001 00:00:00 GMT", "9999-12-31T23:59-14:00", "9999-12-31T23:59:59+14:00", "10000-01-01T00:00:00Z"),
    *("1467158400", "1467158400000", "-1", "0", "99999999999999999999", "1e999", "30 Jun 17 10:00 EST", "6/30/17"),
    *("2017-06-30T10:00:00", "2017-06-30", "1969-12-31T00:00:00Z", "2017-13-45", "Thu, 31 Feb 2026 25:61:61 +9999"),
    *("2017-06-30T10:00:00+99:99", "", "yesterday", "\u0663\u0660 Jun 2017"),
)


@pytest.fixture(params=["Pacific/Kiritimati", "Etc/GMT+12"])
def _zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not hasattr(time, "tzset"):
        pytest.skip("the zone of this system cannot be set")
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_zone")
async def test_an_entry_is_kept_whatever_its_date(site: ScriptedSite, capsys: pytest.CaptureFixture[str]) -> None:
    items = [Item(f"n{number}", date=date) for number, date in enumerate((*FUTURE, *ODD))]
    site.pages["/feed"] = Reply(rss(*items), content_type="application/rss+xml")
    assert await asyncio.to_thread(main, ["add", f"{site.url}/feed"]) == 0
    capsys.readouterr()
    rows = []
    for words in (["list"], ["list", "--order", "oldest"], ["list", "--since", "2017-06-30"], ["list", "--json"]):
        assert main(words) == 0
        rows = capsys.readouterr().out.splitlines()
    listed = [json.loads(row) for row in rows]
    assert {row["title"] for row in listed} == {item.name for item in items}
    for row in listed:
        for form in ("text", "json"):
            assert main(["show", str(row["id"]), "--format", form]) == 0
    app = reader(paths.cache_path(), now=datetime.now(UTC) + timedelta(minutes=1))
    async with app.run_test(size=(120, 60)) as pilot:
        await settle(pilot)
        assert "n0" in screen_text(app)
        await pilot.press("enter", *["J"] * len(items), "escape")
        await settle(pilot)
        assert app.return_code is None
        assert not app.exit_message


async def test_a_date_of_the_future_counts_as_now(site: ScriptedSite, capsys: pytest.CaptureFixture[str]) -> None:
    """What says it is of the year 9999 is not before all others for ever."""
    soon = [Item(f"future {number}", date=date) for number, date in enumerate(FUTURE)]
    site.pages["/feed"] = Reply(rss(*soon, Item("now", date="")), content_type="application/rss+xml")
    assert await asyncio.to_thread(main, ["add", f"{site.url}/feed"]) == 0
    site.pages["/feed"] = Reply(rss(*soon, Item("now", date=""), Item("later", date="")))
    assert await asyncio.to_thread(main, ["refresh", "--force"]) == 0
    capsys.readouterr()
    assert main(["list", "--json"]) == 0
    titles = [json.loads(row)["title"] for row in capsys.readouterr().out.splitlines()]
    assert titles[0] == "later"
    assert set(titles[1:]) == {"now", *(item.name for item in soon)}


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "UTC"])
@pytest.mark.parametrize("said", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", 253402300799, -62135596800])
def test_the_first_and_the_last_date_that_programs_write_for_none_stop_nothing(
    tmp_path: Path, zone: str, said: object
) -> None:
    page = {"url": "https://a.example/1", "title": "One", "content": "<p>Some words</p>"}
    rows = [page | {"created": said, "published": said}]
    (tmp_path / "pages.json").write_text(json.dumps(rows), "utf-8")
    environment = {**os.environ, "TZ": zone}
    for words in (["import", str(tmp_path / "pages.json")], ["list"], ["show", "1"], ["export", "--format", "json"]):
        done = subprocess.run(
            [sys.executable, "-m", "tuireader", *words], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    assert miniflux.moment_of("9999-12-31T23:59:59Z") is None
    assert miniflux.moment_of("0001-01-01T00:00:00Z") is None


def test_what_is_in_a_cache_already_is_within_all_zones() -> None:
    for kept in (-(10**18), 10**18):
        for hours in (-14, 14):
            stamp(kept).astimezone(timezone(timedelta(hours=hours)))

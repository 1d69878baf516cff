"""Accounts in the reader: added, read, kept in step by themselves, and what waits is said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from support.app_factory import NOW, reader, screen_text, settle, until
from support.factories import ready, save_plan
from support.reader_servers import PASSWORD, USER, FakeMiniflux, with_three_articles
from tuireader.library.syncing import folder_state
from tuireader.library.syncing.sync import upload_all_outboxes
from tuireader.model.article import utc_now
from tuireader.model.feed import Secret
from tuireader.model.fetched import Plan
from tuireader.store import accounts, feeds, status_outbox
from tuireader.store.connection import connect
from tuireader.store.row_values import guid_key
from tuireader.sync.shared_folder_map import FolderMap, packed, stamp, unpacked
from tuireader.tui.dialogs.forms import AccountScreen
from tuireader.tui.main import syncing

SIZE = (110, 30)


@pytest.fixture
def server() -> Iterator[FakeMiniflux]:
    yield from with_three_articles()


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syncing, "SEND_DELAY", 0.05)


@pytest.fixture
def account(db: Path, server: FakeMiniflux) -> int:
    """An account whose password a command prints."""
    with closing(connect(db)) as c:
        secret = Secret(f"echo '{PASSWORD}'")
        return accounts.add(c, "miniflux", name="Work", url=server.url, user=USER, secret=secret).id


def text(pilot: Pilot[None]) -> str:
    return " ".join(screen_text(pilot.app).split())


async def test_an_account_is_added_with_keys_and_brings_what_it_has(db: Path, server: FakeMiniflux) -> None:
    app = reader(db)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("escape", "@")
        await settle(pilot)
        assert isinstance(app.screen, AccountScreen)
        await pilot.press(*server.url, "enter", *USER, "enter", *"wrong", "enter")
        await until(pilot, lambda: "rejected the user name or password" in text(pilot))
        assert "wrong" not in text(pilot)
        app.screen.query_one("#account-password", Input).value = PASSWORD
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.reader)
        await until(pilot, lambda: "Article 3 of 1" in text(pilot) and "3 unread" in text(pilot))
        with closing(connect(db)) as c:
            assert [feed.account_id for feed in feeds.every(c)] == [1]


async def test_what_is_empty_is_asked_for_and_escape_leaves(db: Path) -> None:
    app = reader(db)
    async with app.run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        await pilot.press("escape", "@")
        await settle(pilot)
        await pilot.press("enter", "a", "enter", "b", "enter")
        assert [each.value for each in app.screen.query(Input)] == ["a", "b", ""]
        assert app.focused is app.screen.query_one("#account-password")
        assert "esc close" in text(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert app.screen is app.reader


@pytest.mark.usefixtures("account")
async def test_marks_are_told_by_themselves_and_others_are_taken_over(db: Path, server: FakeMiniflux) -> None:
    app = reader(db)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await pilot.press("escape", "ctrl+r")
        await until(pilot, lambda: "3 unread" in text(pilot))
        await pilot.press("g", "m", "j", "f")
        await until(pilot, lambda: sorted(server.state().values()) == [(False, False), (False, True), (True, False)])
        server.mark(*server.items, read=True)
        await pilot.press("r")
        await until(pilot, lambda: "unread" not in text(pilot))


@pytest.mark.usefixtures("account")
async def test_what_cannot_be_told_is_said_until_it_is(
    db: Path, server: FakeMiniflux, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing, "FIRST_WAIT", 0.2)
    app = reader(db)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await pilot.press("escape", "ctrl+r")
        await until(pilot, lambda: "3 unread" in text(pilot))
        from support.reader_servers import Answer

        server.before = lambda _: Answer("Oh no", 500, "text/plain")
        await pilot.press("g", "m")
        await until(pilot, lambda: "1 pending change for Work" in text(pilot))
        server.before = lambda _: None
        await until(pilot, lambda: "pending change for Work" not in text(pilot))
        await until(pilot, lambda: sum(read for read, _ in server.state().values()) == 1)


async def test_an_account_without_a_password_here_asks_for_it_when_it_is_wanted(db: Path, server: FakeMiniflux) -> None:
    with closing(connect(db)) as c:
        accounts.add(c, "miniflux", name="Work", url=server.url, user=USER)
    app = reader(db)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert not server.asked
        await pilot.press("R")
        await until(pilot, lambda: "sign in to Work: ctrl+r" in text(pilot))
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(app.screen, AccountScreen))
        assert app.focused is app.screen.query_one("#account-password")
        app.screen.query_one("#account-password", Input).value = PASSWORD
        await pilot.press("enter")
        await until(pilot, lambda: "Article 3 of 1" in text(pilot))
        assert len(server.feeds) == 1
        await until(pilot, lambda: "sign in to Work" not in text(pilot))


@pytest.mark.usefixtures("account")
async def test_a_quiet_refresh_keeps_accounts_in_step_where_no_site_is_asked(db: Path, server: FakeMiniflux) -> None:
    app = reader(db)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await pilot.press("escape", "ctrl+r")
        await until(pilot, lambda: "3 unread" in text(pilot))
        server.publish(1, 1)
        app.reader.tasks.refresh_quietly()
        await until(pilot, lambda: "4 unread" in text(pilot))


@pytest.mark.usefixtures("account")
async def test_a_feed_of_this_machine_goes_to_an_account_by_its_folder(db: Path, server: FakeMiniflux) -> None:
    with closing(connect(db)) as c:
        feed = feeds.add(c, "https://own.example/feed", title="Own", site="", now=NOW)
        save_plan(c, feed, Plan(new=(ready("one", link="https://own.example/1"),)))
        c.execute("UPDATE feed SET due = 32503680000")
    app = reader(db)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "4 unread" in text(pilot))
        app.reader.filing.file([feed])
        await until(pilot, lambda: "No folder" in text(pilot))
        await pilot.press(*"new", "enter")
        await until(pilot, lambda: "Moved Own to Work" in text(pilot))
        assert {each["url"]: each["folder"] for each in server.feeds.values()}[feed.url] == "News & Co"
        with closing(connect(db)) as c:
            moved = feeds.get(c, feed.id)
        app.reader.filing.file([moved])
        await until(pilot, lambda: "to folder" in text(pilot))
        assert "No folder" not in text(pilot)  # in an account, each is in one


@pytest.mark.usefixtures("account")
async def test_the_last_marks_are_told_once_the_reader_has_ended(
    db: Path, server: FakeMiniflux, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing, "SEND_DELAY", 60)
    app = reader(db)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await pilot.press("escape", "ctrl+r")
        await until(pilot, lambda: "3 unread" in text(pilot))
        await pilot.press("g", "m")
        await settle(pilot)
        await pilot.press("ctrl+q")
    assert not any(read for read, _ in server.state().values())
    assert [login.user for login in app.in_step.values() if login] == [USER]
    await upload_all_outboxes(db, app.in_step, seconds=30, clock=utc_now)
    assert sum(read for read, _ in server.state().values()) == 1
    with closing(connect(db)) as c:
        assert status_outbox.count(c, 1) == 0


@pytest.mark.usefixtures("account")
async def test_an_account_that_was_away_is_not_waited_for_at_the_end(db: Path, server: FakeMiniflux) -> None:
    app = reader(db)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await pilot.press("escape", "ctrl+r")
        await until(pilot, lambda: "3 unread" in text(pilot))
        server.stop()
        await pilot.press("g", "m")
        await until(pilot, lambda: "1 pending change for Work" in text(pilot))
        await pilot.press("ctrl+q")
    assert app.in_step == {}


@pytest.mark.usefixtures("account")
async def test_the_full_text_comes_from_the_server(db: Path, server: FakeMiniflux) -> None:
    app = reader(db)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("escape", "ctrl+r")
        await until(pilot, lambda: "3 unread" in text(pilot))
        await pilot.press("g", "enter")
        await settle(pilot)
        await pilot.press("d")
        await until(pilot, lambda: "The whole text, as the server fetched it." in text(pilot))
        assert sum(path.endswith("/fetch-content") for path in server.paths()) == 1


def of_file(file: Path) -> FolderMap:
    return unpacked(file.read_bytes(), 1_000_000, 0)[0]


def of_folder(folder: Path) -> FolderMap:
    known = FolderMap()
    for file in folder.glob("tuireader-*"):
        known.merge(of_file(file))
    return known


def followed(folder: Path) -> set[str]:
    return {url for url, each in of_folder(folder).subscriptions.items() if each.followed.value}


async def test_a_folder_is_kept_in_step(db: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    with closing(connect(db)) as c:
        feed = feeds.add(c, "https://site.example/feed", title="Site", site="", now=NOW)
        save_plan(c, feed, Plan(new=(ready("one"), ready("two"))))
        folder_state.share(c, str(folder), host="test-here")
    app = reader(db)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await pilot.press("m")
        url = "https://site.example/feed"
        await until(pilot, lambda: of_folder(folder).marks != {})
        known = FolderMap()
        known.mark(url, "starred", guid_key("one"), stamp(1_900_000_000_000, value=True))
        (folder / "tuireader-other.map").write_bytes(packed(known, "other"))
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "★" in "".join(screen_text(app).splitlines()[2:8]).replace("★ Starred", ""))


async def test_the_last_changes_are_written_into_the_folder_at_the_end(
    db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    urls = ("https://one.example/feed", "https://two.example/feed")
    with closing(connect(db)) as c:
        for url in urls:
            feed = feeds.add(c, url, title=url, site="", now=NOW)
            save_plan(c, feed, Plan(new=(ready(f"{url}/1"),)))
        folder_state.share(c, str(folder), host="test-here")
    app = reader(db)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.reader.tasks.syncing.in_step() != {})
        monkeypatch.setattr(syncing, "SEND_DELAY", 60)
        assert followed(folder) == set(urls)
        await pilot.press("e", "x", "j", "enter")
        await settle(pilot)
        await pilot.press("g", "m")
        await settle(pilot)
        await pilot.press("ctrl+q")
    await upload_all_outboxes(db, app.in_step, seconds=30, clock=utc_now)
    left = followed(folder)
    assert len(left) == 1
    assert {url for url, _ in of_folder(folder).marks} == left

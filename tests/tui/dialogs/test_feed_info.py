"""Looking at a feed, giving it another name, unsubscribing from it and taking that back."""

from __future__ import annotations

import json
import os
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from support.app_factory import NOTES, NOW, REVIEW, point, reader, rows_of, screen_text, settle, shelve
from tuireader.errors import NotFoundError
from tuireader.library.reading import user_edits
from tuireader.library.subscribing import subscription
from tuireader.library.transfer import removed_feeds
from tuireader.library.transfer.backup import backup_rows
from tuireader.library.transfer.import_feeds import import_feeds
from tuireader.library.transfer.restore_backup import restore
from tuireader.store import accounts, articles, feeds, rules, status_outbox, ui_state
from tuireader.store.connection import connect
from tuireader.tui.app import ReaderApp
from tuireader.tui.chrome import HintBar
from tuireader.tui.dialogs.feed_info import FeedInfoScreen
from tuireader.tui.main.headlines_pane import HeadlinesPane


@pytest.fixture
def two_feeds(db: Path) -> Path:
    shelve(db, "The Example Review", REVIEW)
    shelve(db, "Notes", NOTES, error="notes.example is not responding", failures=3)
    return db


async def press(pilot: Pilot[None], *pressed: str) -> None:
    await pilot.press(*pressed)
    await settle(pilot)


def names(path: Path) -> list[str]:
    with closing(connect(path)) as c:
        return [feed.name for feed in feeds.every(c)]


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 12)])
async def test_it_says_where_a_feed_is_and_how_it_fares(two_feeds: Path, size: tuple[int, int]) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        app.reader.show_pane("sidebar")
        await point(pilot, "Notes")
        await press(pilot, "e")
        assert isinstance(app.screen, FeedInfoScreen)
        text = " ".join(screen_text(app).split())
        assert "Notes" in text
        assert "http://notes." in text
        assert "esc close" in text
        if size[1] > 12:
            assert "2 (2 unread)" in text
            assert "notes.example is not responding. Last tried 3 min" in text
            assert "Failed 3 times in a row." in text
        await press(pilot, "e")
        assert app.screen is app.reader


async def test_a_feed_has_the_name_that_the_user_gives_it(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "e", "n")
        line = app.screen.query_one(Input)
        assert line.value == "The Example Review"
        line.value = "My review [/red]"
        await press(pilot, "enter")
        assert "My review [/red]" in screen_text(app)
        assert names(two_feeds) == ["My review [/red]", "Notes"]
        await press(pilot, "e", "n")
        app.screen.query_one(Input).value = ""
        await press(pilot, "enter")
        assert names(two_feeds) == ["Notes", "The Example Review"]


async def test_giving_up_a_name_leaves_the_dialog_and_the_feed_as_they_are(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "e", "n", "x", "escape")
        assert isinstance(app.screen, FeedInfoScreen)
        await press(pilot, "escape")
        assert app.screen is app.reader
    assert names(two_feeds) == ["Notes", "The Example Review"]


async def test_unsubscribing_is_taken_back_with_all_that_was_there(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "f")
        await press(pilot, "e", "x", "j", "enter")
        assert "Unsubscribed from The Example Review and 1" in screen_text(app)
        assert app.reader.headlines.row_count() == 2
        await press(pilot, "U")
        assert app.reader.headlines.row_count() == 6
        assert app.reader.headlines.headline(0) is not None
        assert app.reader.headlines.headline(0).starred  # type: ignore[union-attr]
    assert names(two_feeds) == ["Notes", "The Example Review"]


def kept(path: Path) -> list[dict[str, object]]:
    """What a backup has of all feeds and articles, but for ids."""
    with closing(connect(path)) as c:
        return sorted((row for row in backup_rows(c, NOW) if row["type"] in ("feed", "article", "folder")), key=str)


async def test_unsubscribing_is_taken_back_within_a_day_of_a_restart(two_feeds: Path) -> None:
    with closing(connect(two_feeds)) as c:
        review = next(each for each in feeds.every(c) if each.name == "The Example Review")
        feeds.record(c, replace(review, url="https://me:secret@review.example/feed/"))
        first, second, *_ = articles.of_feed(c, review.id)
        user_edits.tag(c, [first], ["keep"])
        rules.hide(c, [second])
    app = reader(two_feeds)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "f")
        before = kept(two_feeds)
        await press(pilot, "e", "x", "j", "enter")
    assert names(two_feeds) == ["Notes"]

    app = reader(two_feeds)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "U")
        assert "Restored The Example Review" in screen_text(app)
        assert rows_of(app, "feeds") == ["Notes", "The Example Review"]
        assert kept(two_feeds) == before
        with closing(connect(two_feeds)) as c:
            assert "https://me:secret@review.example/feed/" in [feed.url for feed in feeds.every(c)]
        assert not [*two_feeds.parent.glob("*.unsubscribed-*")]


async def test_a_feed_without_articles_is_brought_back(db: Path) -> None:
    with closing(connect(db)) as c:
        empty = feeds.add(c, "https://empty.example/feed", title="Empty", site="", now=NOW)
        name = removed_feeds.keep(c, empty, NOW)
        subscription.unsubscribe(c, empty.id)
        removed_feeds.restore(c, name, empty.url, NOW)
        assert [feed.url for feed in feeds.every(c)] == [empty.url]
        with pytest.raises(NotFoundError, match="is gone"):
            removed_feeds.restore(c, name, empty.url, NOW)


@pytest.mark.parametrize("loss", ["late", "lost", "cut"])
async def test_what_cannot_be_taken_back_is_said(two_feeds: Path, loss: str) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "e", "x", "j", "enter")
    (file,) = two_feeds.parent.glob("*.unsubscribed-*")
    assert file.stat().st_mode & 0o077 == 0
    if loss == "lost":
        file.unlink()
    elif loss == "cut":
        file.write_bytes(file.read_bytes()[:40])
    app = reader(two_feeds, now=NOW + timedelta(days=2 if loss == "late" else 0))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "U")
        said = "Nothing to undo" if loss == "late" else "The backup of this feed is gone"
        assert said in " ".join(screen_text(app).split())
    assert names(two_feeds) == ["Notes"]


async def test_a_feed_is_removed_when_the_reader_ends(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "e", "x", "j", "enter")
        assert names(two_feeds) == ["Notes", "The Example Review"]
    assert names(two_feeds) == ["Notes"]


async def test_a_feed_that_leaves_with_another_reader_stays_until_that_ends(two_feeds: Path) -> None:
    with closing(connect(two_feeds)) as c:
        feeds.leave(c, feeds.every(c)[0].id, os.getppid(), datetime.now(UTC))
    app = reader(two_feeds)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
    assert names(two_feeds) == ["Notes", "The Example Review"]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="when a process started")
async def test_a_feed_whose_reader_was_killed_is_removed_although_its_number_was_given_again(two_feeds: Path) -> None:
    with closing(connect(two_feeds)) as c:
        feed = next(each for each in feeds.every(c) if each.name == "Notes")
        feeds.leave(c, feed.id, os.getppid(), NOW)  # it started later
    app = reader(two_feeds)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
    assert names(two_feeds) == ["The Example Review"]


@pytest.mark.parametrize("how", ["list", "backup", "address"])
async def test_a_feed_that_is_added_again_stays(two_feeds: Path, how: str) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "e", "x", "j", "enter")
        with closing(connect(two_feeds)) as c:
            lines = [json.dumps(row) for row in backup_rows(c, NOW)]
            urls = "\n".join(feed.url for feed in feeds.every(c))
            if how == "list":
                import_feeds(c, urls.encode(), NOW)
            elif how == "backup":
                restore(c, lines, NOW)
            else:
                for feed in feeds.every(c):
                    feeds.stay(c, feed.id)
        await app.reader.feed_control.look_again()
        await settle(pilot)
        assert app.reader.headlines.row_count() == 6
    assert names(two_feeds) == ["Notes", "The Example Review"]


async def test_a_feed_that_another_reader_has_left_is_shown_nowhere(two_feeds: Path) -> None:
    """What the user would do with its articles would go with them."""
    app = reader(two_feeds)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert app.reader.headlines.row_count() == 6
        with closing(connect(two_feeds)) as c:
            feed = next(each for each in feeds.every(c) if each.name == "The Example Review")
            feeds.leave(c, feed.id, os.getppid(), datetime.now(UTC))
        app.reader.headlines_pane.post_message(HeadlinesPane.Outdated())
        await settle(pilot)
        assert app.reader.headlines.row_count() == 2
        with closing(connect(two_feeds)) as c:
            feeds.stay(c, feed.id)
        app.reader.headlines_pane.post_message(HeadlinesPane.Outdated())
        await settle(pilot)
        assert app.reader.headlines.row_count() == 6


async def test_a_feed_whose_reader_was_killed_is_removed_by_the_next_start(two_feeds: Path) -> None:
    with closing(connect(two_feeds)) as c:
        feed = next(each for each in feeds.every(c) if each.name == "Notes")
        feeds.leave(c, feed.id, 2**22 + 1, NOW)  # no process has such a number
    app = reader(two_feeds)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
    assert names(two_feeds) == ["The Example Review"]


async def test_the_only_feed_can_be_unsubscribed_from_and_comes_back(db: Path) -> None:
    shelve(db, "The Example Review", REVIEW)
    app = reader(db)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "e", "x", "j", "enter")
        assert app.reader.headlines.row_count() == 0
        assert "No feeds yet" in screen_text(app)
        await press(pilot, "U")
        assert app.reader.headlines.row_count() == len(REVIEW)


async def test_a_feed_that_is_added_again_is_not_removed_at_the_end(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "e", "x", "enter")  # the question begins with the answer that keeps it
        assert not app.reader.feed_control.hidden
        await press(pilot, "e", "x", "j", "enter", "a")
        app.screen.query_one(Input).value = "the-example-review.example"
        await press(pilot, "enter")
        assert app.screen is app.reader
        assert app.reader.headlines.row_count() == len(REVIEW)
    assert names(two_feeds) == ["Notes", "The Example Review"]


def hint_at(app: ReaderApp, bar: HintBar, words: str) -> tuple[int, int]:
    """Where in a hint bar some words begin."""
    return bar.render().plain.index(words), 0


async def test_a_feed_is_named_by_mouse_and_the_name_is_undone(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "e")
        bar = app.screen.query_one(HintBar)
        await pilot.click(bar, offset=hint_at(app, bar, "rename"))
        app.screen.query_one(Input).value = "Mine"
        await settle(pilot)
        await pilot.click(bar, offset=hint_at(app, bar, "save"))
        await settle(pilot)
        assert names(two_feeds) == ["Mine", "Notes"]
        await press(pilot, "U")
        assert names(two_feeds) == ["Notes", "The Example Review"]


async def test_a_search_is_named_by_mouse(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"harbour", "enter", "S", *"Sea")
        bar = app.screen.query_one("#prompt HintBar", HintBar)
        await pilot.click(bar, offset=hint_at(app, bar, "done"))
        await settle(pilot)
        with closing(connect(two_feeds)) as c:
            assert [each.name for each in ui_state.searches(c)] == ["Sea"]


async def test_the_name_of_an_accounts_feed_is_undone_after_its_server_was_told(two_feeds: Path) -> None:
    with closing(connect(two_feeds)) as c:
        account = accounts.add(c, "miniflux", name="Work", url="https://rss.example", user="ann")
        accounts.set_syncing(c, account.id, syncs=False)
        (feed,) = (feed for feed in feeds.every(c) if feed.title == "The Example Review")
        feeds.hand_over(c, feed.id, account.id, server_id="5")
    app = reader(two_feeds)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "e", "n")
        app.screen.query_one(Input).value = "Mine"
        await press(pilot, "enter")
        with closing(connect(two_feeds)) as c:  # as a sync does
            for change in status_outbox.subscriptions_waiting(c, account.id):
                status_outbox.subscriptions_done(c, account.id, change)
            c.execute("UPDATE feed SET title = custom_title, custom_title = '' WHERE id = ?", (feed.id,))
        await press(pilot, "U")
        await settle(pilot)
    with closing(connect(two_feeds)) as c:
        (told,) = status_outbox.subscriptions_waiting(c, account.id)
        assert (told.what, told.value) == ("rename", "The Example Review")
        assert feeds.get(c, feed.id).name == "The Example Review"

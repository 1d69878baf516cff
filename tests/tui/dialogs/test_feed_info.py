"""Looking at a feed, giving it another name, unsubscribing from it and taking that back."""

from __future__ import annotations

import json
import os
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from support.app_factory import NOTES, NOW, REVIEW, point, reader, rows_of, screen_text, settle, shelve, until
from tuireader.errors import NotFoundError
from tuireader.library import rules as library_rules
from tuireader.library.reading import user_edits
from tuireader.library.subscribing import subscription
from tuireader.library.transfer.backup import backup_rows
from tuireader.library.transfer.export_articles import export_feeds
from tuireader.library.transfer.import_feeds import import_feeds
from tuireader.library.transfer.restore_backup import restore
from tuireader.model.query import Query, Rule
from tuireader.store import accounts, feeds, status_outbox, ui_state
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists
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


async def test_a_found_feed_that_is_renamed_stays_under_the_cursor(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "h", "slash", "o", "t", "e")
        feeds = app.reader.sidebar.feed_tree
        feeds.focus()
        await settle(pilot)
        assert feeds.filter == "ote"
        await press(pilot, "e", "n")
        app.screen.query_one(Input).value = "Diary"
        await press(pilot, "enter")
        assert feeds.pointed is not None
        assert feeds.pointed.name == "Diary"


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
        assert "Unsubscribed from The Example Review (1" in screen_text(app)
        assert app.reader.headlines.row_count() == 2
        await press(pilot, "U")
        assert app.reader.headlines.row_count() == 6
        assert app.reader.headlines.headline(0) is not None
        assert app.reader.headlines.headline(0).starred  # type: ignore[union-attr]
    assert names(two_feeds) == ["Notes", "The Example Review"]


def seen(path: Path) -> dict[str, object]:
    """What the command line and files say of feeds and articles."""
    with closing(connect(path)) as c:
        return {
            "named": [each.feed.name for each in feeds.summaries(c)],
            "due": [feed.name for feed in feeds.due(c, NOW + timedelta(days=9))],
            "opml": export_feeds(c, NOW).feeds,
            "backup": [row for row in backup_rows(c, NOW) if row["type"] != "tuireader"],
        }


async def test_unsubscribing_is_undone_within_a_day_also_after_a_restart(two_feeds: Path) -> None:
    with closing(connect(two_feeds)) as c:
        review = next(each for each in feeds.every(c) if each.name == "The Example Review")
        user_edits.tag(c, feeds.article_ids(c, review.id)[:1], ["keep"])
        library_rules.apply(c, library_rules.keep(c, Rule("title:brexit", hide=True, feed_id=review.id), NOW))
    app = reader(two_feeds)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "f", "A")
        before = seen(two_feeds)
        await press(pilot, "e", "x", "j", "enter")

    with closing(connect(two_feeds)) as c, pytest.raises(NotFoundError, match="You unsubscribed"):
        feeds.find(c, str(review.id))  # and no other feed that has this number in its name
    there = seen(two_feeds)
    assert there["named"] == there["due"] == ["Notes"]
    assert there["opml"] == 1
    assert "Review" not in json.dumps(there["backup"])
    assert "title:brexit" not in json.dumps(there["backup"])
    app = reader(two_feeds, now=NOW + timedelta(hours=23))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, app.reader.headlines.row_count)
        assert app.reader.headlines.row_count() == 2  # from the first moment
        await settle(pilot)
        assert rows_of(app, "feeds") == []
        await press(pilot, "U", "U")
        assert "Restored The Example Review" in screen_text(app)
        assert rows_of(app, "feeds") == ["Notes", "The Example Review"]
        assert seen(two_feeds) == before
        await press(pilot, "U")  # what was done before is undone after it
        with closing(connect(two_feeds)) as c:
            assert article_lists.count(c, Query(unread=True)) == 5


@pytest.mark.thorough
async def test_a_feed_is_removed_a_day_after_it_was_unsubscribed_from(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "e", "x", "j", "enter")
    assert names(two_feeds) == ["Notes", "The Example Review"]
    app = reader(two_feeds, now=NOW + timedelta(hours=25))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "U")
        assert "Nothing to undo" in screen_text(app)
    assert names(two_feeds) == ["Notes"]


@pytest.mark.thorough
async def test_what_was_removed_meanwhile_is_not_said_to_be_restored(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "e", "x", "j", "enter")
        with closing(connect(two_feeds)) as c:
            for feed_id in feeds.leaving(c):
                subscription.unsubscribe(c, feed_id)
        await press(pilot, "U")
        assert "Nothing to restore" in screen_text(app)
    assert names(two_feeds) == ["Notes"]


async def test_a_feed_that_leaves_with_another_reader_stays_until_that_ends(two_feeds: Path) -> None:
    with closing(connect(two_feeds)) as c:
        feeds.leave(c, feeds.every(c)[0].id, os.getppid(), datetime.now(UTC))
    app = reader(two_feeds)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
    assert names(two_feeds) == ["Notes", "The Example Review"]


def leave_account(path: Path, process: int) -> None:
    """Unsubscribe in a process from a feed of an account, which stays until that has ended."""
    with closing(connect(path)) as c:
        feed = next(each for each in feeds.every(c) if each.name == "Notes")
        feeds.hand_over(c, feed.id, accounts.add(c, "miniflux", name="Server").id, server_id="7")
        feeds.leave(c, feed.id, process, NOW)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="when a process started")
async def test_a_feed_whose_reader_was_killed_is_removed_although_its_number_was_given_again(two_feeds: Path) -> None:
    leave_account(two_feeds, os.getppid())  # which started later
    app = reader(two_feeds)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
    assert names(two_feeds) == ["The Example Review"]


@pytest.mark.parametrize("how", ["list", "backup", "address"])
async def test_a_feed_that_is_added_again_stays(two_feeds: Path, how: str) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        with closing(connect(two_feeds)) as c:
            lines = [json.dumps(row) for row in backup_rows(c, NOW)]
        await press(pilot, "e", "x", "j", "enter")
        with closing(connect(two_feeds)) as c:
            urls = "\n".join(feed.url for feed in feeds.every(c))
            if how == "list":
                import_feeds(c, urls.encode(), NOW)
            elif how == "backup":
                restore(c, lines, NOW)
            else:
                for feed in feeds.every(c):
                    feeds.stay(c, feed.id)
        app.reader.recount()
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
    leave_account(two_feeds, 2**22 + 1)  # no process has such a number
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


@pytest.mark.thorough
async def test_a_feed_that_is_added_again_is_not_removed_at_the_end(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "e", "x", "enter")  # the question begins with the answer that keeps it
        assert rows_of(app, "feeds") == ["Notes", "The Example Review"]
        await press(pilot, "e", "x", "j", "enter", "a")
        app.screen.query_one(Input).value = "the-example-review.example"
        await press(pilot, "enter")
        assert app.screen is app.reader
        assert app.reader.headlines.row_count() == len(REVIEW)
    assert names(two_feeds) == ["Notes", "The Example Review"]


def hint_at(app: ReaderApp, bar: HintBar, words: str) -> tuple[int, int]:
    """Where in a hint bar some words begin."""
    return bar.render().plain.index(words), 0


@pytest.mark.thorough
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


@pytest.mark.thorough
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

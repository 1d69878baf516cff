"""In what language feeds are that do not say so."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from support.app_factory import Piece, reader, screen_text, settle, shelve
from tuireader.library.reading.open_article import learn_language
from tuireader.store import feeds
from tuireader.store.connection import connect

GERMAN = "Der Fluss war so tief gefallen, dass die Donaudampfschifffahrtsgesellschaft elf Tage lang nicht fuhr. " * 4
FRENCH = (
    "La rivière était descendue si bas que le bac ne passait plus depuis onze jours, et personne n’en savait rien. " * 4
)


def pieces(*texts: str) -> list[Piece]:
    return [Piece(f"Piece {number}", number, html=f"<p>{text}</p>") for number, text in enumerate(texts, 1)]


@pytest.mark.parametrize(
    ("texts", "language"),
    [((GERMAN, GERMAN), "de"), ((FRENCH,), "fr"), ((GERMAN, FRENCH), "und"), (("Zu kurz.",), "und"), ((), "")],
)
def test_it_is_that_of_all_that_is_looked_at(db: Path, texts: tuple[str, ...], language: str) -> None:
    feed = shelve(db, "The Example Review", pieces(*texts))
    with closing(connect(db)) as c:
        learn_language(c)
        assert feeds.language(c, feed) == language


def test_what_a_feed_says_counts_and_others_are_left_alone(db: Path) -> None:
    said, other = shelve(db, "One", pieces(GERMAN)), shelve(db, "Two", pieces(FRENCH))
    with closing(connect(db)) as c:
        feeds.set_option(c, said, feeds.LANGUAGE, "nl")
        learn_language(c, other)
        assert (feeds.language(c, said), feeds.language(c, other)) == ("nl", "fr")
        learn_language(c)
        assert feeds.FOUND_LANGUAGE not in feeds.options(c, said)
        feeds.set_option(c, other, feeds.LANGUAGE, "br")
        assert feeds.language(c, other) == "br"


async def test_in_a_narrow_column_it_is_found_out_besides_and_used_from_the_next_article_on(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuireader.tui.main.reading_pane.IDLE_DELAY", 0.01)
    feed = shelve(db, "The Example Review", pieces(GERMAN, GERMAN))
    app = reader(db)
    async with app.run_test(size=(46, 30)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        with closing(connect(db)) as c:
            while feeds.language(c, feed) != "de":
                await pilot.pause(0.02)
        assert "schiff-" not in screen_text(app)
        await pilot.press("J")
        await settle(pilot)
        assert any(line.rstrip().endswith("-") for line in screen_text(app).split("\n"))


async def test_in_a_wide_column_nobody_asks(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuireader.tui.main.reading_pane.IDLE_DELAY", 0.01)
    feed = shelve(db, "The Example Review", pieces(GERMAN))
    app = reader(db)
    async with app.run_test(size=(200, 30)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        await pilot.pause(0.1)
        await app.workers.wait_for_complete()
    with closing(connect(db)) as c:
        assert feeds.language(c, feed) == ""

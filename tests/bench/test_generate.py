"""The generator of articles for measuring: the same everywhere, and like what sites publish."""

import hashlib
import subprocess
import sys
import unicodedata
from pathlib import Path

from bench import generate
from tuireader.feeds.parse import parse_feed

SCRIPTS = Path(__file__).parent.parent.parent / "scripts"


def test_the_same_numbers_give_the_same_feed_in_every_process() -> None:
    code = "from bench import generate; import sys; sys.stdout.buffer.write(generate.rss(generate.feed(3, 4)))"
    made = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONPATH": str(SCRIPTS), "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert made == {generate.rss(generate.feed(3, 4))}


def test_figures_of_different_days_are_of_the_same_articles() -> None:
    digest = hashlib.sha256(generate.rss(generate.feed(1, 10))).hexdigest()
    assert digest[:16] == "f289c56431b2ce56"


def test_feeds_differ_by_number_and_by_seed() -> None:
    feeds = [generate.feed(1, 2), generate.feed(2, 2), generate.feed(1, 2, seed=2)]
    assert len({feed.entries for feed in feeds}) == 3


def test_news_come_first_and_leave_the_other_articles_as_they_were() -> None:
    before, later = generate.feed(5, 6), generate.feed(5, 6, news=2)
    assert later.entries[2:] == before.entries
    assert later.title == before.title
    *news, newest = [entry.published for entry in (*later.entries[:2], before.entries[0])]
    assert newest is not None
    assert all(date is not None and date > newest for date in news)
    assert len({entry.guid for entry in later.entries}) == 8


def test_the_feed_gives_the_entries_that_were_made() -> None:
    made = generate.feed(4, 12)
    parsed = parse_feed(generate.rss(made), made.url)
    assert parsed.title == made.title
    assert [entry.guid for entry in parsed.entries] == [entry.guid for entry in made.entries]
    assert [entry.html for entry in parsed.entries] == [entry.html for entry in made.entries]
    assert [entry.authors for entry in parsed.entries] == [entry.authors for entry in made.entries]
    assert [entry.categories for entry in parsed.entries] == [entry.categories for entry in made.entries]


def test_articles_are_as_long_as_those_of_real_sites_and_in_several_scripts() -> None:
    entries = [entry for number in range(8) for entry in generate.feed(number, 50).entries]
    lengths = sorted(len(generate.plain(entry.html).split()) for entry in entries)
    assert 400 < lengths[200] < 700
    assert lengths[-1] > 2000
    letters = {unicodedata.name(entry.title[0], "").split()[0] for entry in entries}
    assert letters >= {"LATIN", "CJK", "CYRILLIC", "ARABIC", "HEBREW"}


def test_essays_have_the_words_that_they_should_have() -> None:
    for entry, words in zip(generate.essays((900, 31_000)).entries, (900, 31_000), strict=True):
        found = len(generate.plain(entry.html).split())
        assert words <= found < 1.05 * words

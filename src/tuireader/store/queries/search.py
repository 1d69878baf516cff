"""The search index: adding articles, and finding matches and excerpts in texts."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from tuireader.model import article
from tuireader.store import duplicates
from tuireader.store.connection import transaction
from tuireader.store.labels import names_of, split_names
from tuireader.store.queries import query_language
from tuireader.store.queries.query_language import SearchQuery, Term, understand, unspaced_run, words_in
from tuireader.store.row_values import id_list, sound, text_of, unpack
from tuireader.text.folding import FoldedText
from tuireader.text.shingles import Sketch, sketch
from tuireader.text.wrap import fitting

_GROUP = 50
"""Articles that are indexed and compared together."""
_LOCKED = 0.2
"""Seconds after which a transaction begins no other group."""
_LEAD = 40
"""Characters of an excerpt before its first match."""


def matches(text: str, query: str) -> tuple[tuple[int, int], ...]:
    """The spans of the search words in a text."""
    pattern = _pattern(understand(query))
    if pattern is None:
        return ()
    shown = FoldedText(text)
    return tuple(shown.span(*found.span()) for found in pattern.finditer(shown.folded) if found.end() > found.start())


def excerpt_around(text: str, query: str, width: int = 160) -> article.Excerpt:
    """About `width` cells of plain text around the first match.

    Without a match, the beginning of the text without marks.
    """
    first = _first_match(text, query)
    lead = min(_LEAD, width // 3)
    start = first - fitting(text[max(0, first - lead) : first][::-1], lead)
    if start:
        space = text.find(" ", start, first)
        start = start if space < 0 else space + 1
    whole = start + fitting(text[start : start + width + 1], width)
    end = whole
    if whole < len(text):
        space = text.rfind(" ", start + (whole - start) // 2, whole)
        end = whole if space < 0 else space
    cut = " ".join(text[start:end].split())
    before = "… " if start and not cut.startswith("…") else ""
    after = " …" if end < len(text) and not cut.endswith("…") else ""
    cut = before + cut + after

    return article.Excerpt(cut, matches(cut, query))


def is_for_words(query: str) -> bool:
    """Whether a search has words that may be anywhere in a text, and not only fields."""
    return any(not term.column for term in understand(query).terms)


def says_all(text: str, query: str) -> bool:
    """Whether a text, such as a title, contains all words of a search that are not limited to a field."""
    terms = [term for term in understand(query).terms if not term.column]
    folded = FoldedText(text).folded if terms else ""
    return bool(terms) and all(re.search(_term_pattern(term), folded) for term in terms)


def _first_match(text: str, query: str) -> int:
    """The offset of the first match in a text; 0 if there is none."""
    pattern = _pattern(understand(query))
    if pattern is None:
        return 0
    shown = FoldedText(text)
    found = pattern.search(shown.folded)
    return shown.span(*found.span())[0] if found is not None and found.end() > found.start() else 0


def _pattern(wanted: SearchQuery) -> re.Pattern[str] | None:
    found = [_term_pattern(term) for term in wanted.terms if not term.column]
    return re.compile("|".join(sorted(found, key=len, reverse=True))) if found else None


def _term_pattern(term: Term) -> str:
    *others, last = term.options
    found = [*(_option_pattern(option) for option in others), _option_pattern(last, prefix=term.prefix)]
    return f"(?:{'|'.join(found)})" if others else found[0]


def _option_pattern(option: tuple[str, ...], *, prefix: bool = False) -> str:
    words = [re.escape(token) for token in option]
    spaced = [not unspaced_run().match(token) for token in option]
    between = r"[\W_]+"
    pattern = words[0]
    for at in range(1, len(words)):
        pattern += (between if spaced[at - 1] and spaced[at] else r"[\W_]*") + words[at]
    before = r"(?<![^\W_])" if spaced[0] else ""
    after = "" if not spaced[-1] else r"[^\W_]*" if prefix else r"(?![^\W_])"
    return before + pattern + after


_PLACES = {"title : ": 0, "authors : ": 1, "categories : ": 2}
"""The index in `ArticleWords.columns` of the column that a term's filter names."""


def words_of(columns: Sequence[str]) -> article.ArticleWords:
    words = tuple(tuple(words_in(column)) for column in columns)
    return article.ArticleWords(words, frozenset().union(*words))


def fits(wanted: SearchQuery, words: article.ArticleWords) -> bool:
    """True if the words of an article match the query's terms."""
    return all(_has(words, term) for term in wanted.terms) and not any(_has(words, term) for term in wanted.without)


def _has(words: article.ArticleWords, term: Term) -> bool:
    return any(_says(words, option, term.column) for option in term.options)


def _says(words: article.ArticleWords, option: tuple[str, ...], column: str) -> bool:
    if not words.every.issuperset(option):
        return False
    if len(option) == 1 and not column:
        return True
    columns = words.columns if not column else words.columns[_PLACES[column] :][:1]
    return any(_stands_in(option, each) for each in columns)


def _stands_in(option: tuple[str, ...], words: tuple[str, ...]) -> bool:
    first, size = option[0], len(option)
    return any(word == first and words[at : at + size] == option for at, word in enumerate(words))


STEP_PAGES = 64
"""Pages of the index that one step writes: some 20 ms."""
_DONE = 2
"""Minimum of `total_changes` after a merge that had something to do, according to the FTS5 documentation."""


def merge_some(c: sqlite3.Connection, *, whole: bool = False) -> bool:
    """Merge some segments of the search index; returns whether there may be more to merge.

    If the first call is with `whole`, all segments become one. Without this function, FTS5 would merge the 256
    segments of a level in one save: with a million articles that blocks other writers for half a minute, about once a
    year.
    """
    before = c.total_changes
    c.execute("INSERT INTO search (search, rank) VALUES ('merge', ?)", (-STEP_PAGES if whole else STEP_PAGES,))
    return c.total_changes - before >= _DONE


PlainText = Callable[[str], str]
"""Function that converts an article's HTML to plain text for the search index."""

_PACKED_MAX = 4_000_000
"""Maximum bytes of compressed texts that are indexed in one step."""

Row = tuple[Any, ...]
"""An article for the index: its id, then its columns."""


class IndexEntry(NamedTuple):
    """The data of an article that is to be indexed, and compared with others."""

    row: Row
    feed_id: int
    title: str
    text: str


def columns(title: str, authors: Iterable[str], categories: Iterable[str], text: str) -> tuple[str, ...]:
    given = (title, "\n".join(authors), "\n".join(categories), text)
    return tuple(query_language.indexed(sound(column)) for column in given)


def add(c: sqlite3.Connection, rows: Iterable[Row]) -> None:
    """Add articles to the index that are not in it."""
    c.executemany("INSERT INTO search (rowid, title, authors, categories, body) VALUES (?, ?, ?, ?, ?)", rows)


def replace(c: sqlite3.Connection, article_id: int, text: str) -> None:
    row = c.execute(
        f"SELECT a.title, {names_of('author')}, {names_of('category')}, a.feed_id FROM article AS a WHERE a.id = ?",
        (article_id,),
    ).fetchone()
    if row is None:
        return
    title, authors, categories, feed_id = row
    c.execute("DELETE FROM search WHERE rowid = ?", (article_id,))
    add(c, [(article_id, *columns(text_of(title), split_names(authors), split_names(categories), text))])
    if c.execute("DELETE FROM unindexed WHERE article_id = ?", (article_id,)).rowcount:
        duplicates.join(c, feed_id, {article_id: sketch(text_of(title), text)})


def due(c: sqlite3.Connection, ids: Iterable[int], plain_text: PlainText) -> list[IndexEntry]:
    """Read the data for indexing these articles, in order of id."""
    found = c.execute(
        f"SELECT a.id, a.feed_id, a.title, {names_of('author')}, {names_of('category')}, b.html, b.full_text"
        " FROM json_each(?) AS w CROSS JOIN article AS a ON a.id = w.value JOIN body AS b ON b.article_id = a.id",
        (id_list(sorted(ids)),),
    ).fetchall()
    made = []
    for id_, feed_id, title, authors, categories, html, full_text in found:
        text = plain_text(unpack(html)) if full_text is None else unpack(full_text)
        row = (id_, *columns(text_of(title), split_names(authors), split_names(categories), text))
        made.append(IndexEntry(row, feed_id, text_of(title), text))
    return made


def put_off(c: sqlite3.Connection, ids: Iterable[int]) -> None:
    c.executemany("INSERT INTO unindexed (article_id) VALUES (?)", [(id_,) for id_ in ids])


def waiting(c: sqlite3.Connection) -> int:
    """Number of articles not in the index yet."""
    number: int = c.execute("SELECT count(*) FROM unindexed").fetchone()[0]
    return number


def _newest(c: sqlite3.Connection, most: int) -> list[int]:
    """The newest articles that are not indexed yet: at most `most`, with texts of about `_PACKED_MAX` bytes."""
    found, size = [], 0
    sql = (
        "SELECT u.article_id, length(b.html) + coalesce(length(b.full_text), 0) FROM unindexed AS u"
        " LEFT JOIN body AS b ON b.article_id = u.article_id ORDER BY u.article_id DESC LIMIT ?"
    )
    for article_id, packed in c.execute(sql, (most,)).fetchall():
        found.append(article_id)
        size += packed or 0
        if size > _PACKED_MAX:
            break
    return found


def index_some(c: sqlite3.Connection, plain_text: PlainText, most: int) -> int:
    """Index at most `most` articles that are not indexed yet, newest first; returns how many.

    Texts are prepared before the lock is taken, so that others can write nearly half of the time. Articles that were
    edited meanwhile were indexed with the edit. After `_LOCKED` seconds, the rest is left to the next call.
    """
    newest = _newest(c, most)
    ready = due(c, newest, plain_text)
    sketches = {each.row[0]: sketch(each.title, each.text) for each in ready}
    done, until = 0, time.monotonic() + _LOCKED
    with transaction(c):
        while done < len(newest) and (not done or time.monotonic() < until):
            some = newest[done : done + _GROUP]
            done += len(some)
            left = {
                row[0]
                for row in c.execute(
                    "DELETE FROM unindexed WHERE article_id IN (SELECT value FROM json_each(?)) RETURNING article_id",
                    (id_list(some),),
                ).fetchall()
            }
            group = [each for each in ready if each.row[0] in left]
            add(c, [each.row for each in group])
            of_feeds: dict[int, dict[int, Sketch]] = {}
            for each in group:
                of_feeds.setdefault(each.feed_id, {})[each.row[0]] = sketches[each.row[0]]
            for feed_id, new in of_feeds.items():
                duplicates.join(c, feed_id, new)
    return done

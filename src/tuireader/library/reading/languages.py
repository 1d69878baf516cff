"""In what language feeds are that do not say so: found out once, for the division of words in narrow columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.model.query import Query
from tuireader.store import articles, feeds
from tuireader.store.connection import transaction

if TYPE_CHECKING:
    import sqlite3

_SAMPLES = 3
"""Articles of a feed that are looked at."""
_UNKNOWN = "und"
"""What HTML calls a language that is not known: several, or too little text to tell."""


def learn(c: sqlite3.Connection, feed_id: int | None = None) -> None:
    """Find out in what language a feed is, or each, that neither says it nor was looked at, and remember it."""
    from tuireader.content.dom.plain_text import plain_text
    from tuireader.text.language import language_of

    for feed in feeds.every(c) if feed_id is None else [feeds.get(c, feed_id)]:
        if feeds.language(c, feed.id):
            continue
        texts = [
            plain_text(articles.body(c, article_id))
            for article_id in articles.ids(c, Query(feeds=(feed.id,)), 0, _SAMPLES)
        ]
        if texts:
            found = set(map(language_of, texts)) - {""}
            with transaction(c):
                feeds.set_option(c, feed.id, feeds.FOUND_LANGUAGE, found.pop() if len(found) == 1 else _UNKNOWN)

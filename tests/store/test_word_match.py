"""What rules catch of what has just come, by its words: the same as by asking the index."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from support.factories import NOW, ready, subscribe
from tuireader.model.fetched import Plan
from tuireader.model.query import Rule
from tuireader.store import feeds, rules, save_articles
from tuireader.store.connection import connect, transaction

PIECES = [
    "harbour", "harbours", "Harbour’s", "don't", "don’t", "Écluse", "e\u0301cluse", "naïve", "na\u00adive", "日本語",
    "本", "한국어", "ภาษาไทย", "हिन्दी", "Straße", "STRASSE", "ﬁn", "fin", "x²", "x2", "Øre", "a_b", "a-b", "\u200bzero",
    "C++", "Ünïcødé", "مرحبا", "İstanbul", "ς", "σ", "½", "①", "🎉", "\u0131", "“night”", "night", "at",
]  # fmt: skip
some = st.lists(st.sampled_from(PIECES), max_size=5).map(" ".join)
entries = st.lists(st.tuples(some, st.lists(some, max_size=2), st.lists(some, max_size=2), some), max_size=4)
values = st.one_of(some.map(lambda text: '"' + text + '"'), st.sampled_from(PIECES))
terms = st.builds(
    lambda minus, field, options: minus + field + "|".join(options),
    st.sampled_from(["", "", "-"]),
    st.sampled_from(["", "", "title:", "author:", "category:"]),
    st.lists(values, min_size=1, max_size=2),
)
queries = st.lists(terms, min_size=1, max_size=3).map(" ".join)


@given(entries, st.lists(queries, max_size=6))
@examples(150)
def test_words_are_found_as_the_index_finds_them(given_entries: list[Any], typed: list[str]) -> None:
    new = tuple(
        ready(str(number), text, title=title, authors=tuple(authors), categories=tuple(categories))
        for number, (title, authors, categories, text) in enumerate(given_entries)
    )
    there = [Rule(each, star=True) for each in typed]
    with tempfile.TemporaryDirectory() as folder, closing(connect(Path(folder) / "tuireader.db")) as c:
        feed = subscribe(c)
        prepacked = save_articles.Prepacked(Plan(new=new), with_words=True)
        with transaction(c):
            saved = prepacked.write(c, feed.id, NOW)
            feeds.record(c, feed)
        assert len(saved.words) == len(saved.new) == len(new)
        if not new:
            return
        words = dict(zip(saved.new, saved.words, strict=True))
        by_words = [(rule.query, sorted(ids)) for rule, ids in rules.caught(c, there, saved.new, words)]
        by_index = [(rule.query, sorted(ids)) for rule, ids in rules.caught(c, there, saved.new)]
        assert by_words == by_index


def test_a_phrase_is_in_one_place_and_in_order() -> None:
    new = (ready("1", "the sea at night", title="Harbour news", authors=("Ann", "Lee")), ready("2", "night at the sea"))
    with tempfile.TemporaryDirectory() as folder, closing(connect(Path(folder) / "tuireader.db")) as c:
        feed = subscribe(c)
        with transaction(c):
            saved = save_articles.Prepacked(Plan(new=new), with_words=True).write(c, feed.id, NOW)
        words = dict(zip(saved.new, saved.words, strict=True))
        first, second = saved.new
        wanted = {
            '"at night"': [first], '"night at"': [second], '"news the"': [], "author:ann": [first], "title:night": [],
            "harbour|night -lee": [second], "-harbour": [second], 'author:"ann lee"|nobody': [first],
        }  # fmt: skip
        found = rules.caught(c, [Rule(query, star=True) for query in wanted], saved.new, words)
        assert {rule.query: ids for rule, ids in found} == {query: ids for query, ids in wanted.items() if ids}

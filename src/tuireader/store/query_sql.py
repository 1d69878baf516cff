"""A Query as SQL: one run of rows to walk, in order, and conditions that each cost one look-up in an index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from tuireader.store import folders, labels
from tuireader.store.columns import id_list, text_of
from tuireader.store.keys import name_key
from tuireader.store.times import seconds
from tuireader.store.typed_query import SearchQuery, Term, understand

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from tuireader.model.query import Query
    from tuireader.store.labels import Kind

ENOUGH = 2000
"""Runs are compared by length up to here: of two that are longer, either will do."""
COMMON = 5000
"""A word in so many articles is taken as it stands, not as the beginning of others."""
RANKED_MOST = 20_000
"""Of what is in so many articles the newest come first: to rank them all takes long, and tells little."""
_LONGEST_COMMON = 4
"""Longer words begin few others: there is no need to ask how common they are."""
_ALL = "article AS d INDEXED BY article_by_date"
_OF_FEEDS = "d.feed_id {} (SELECT value FROM json_each(?))"
_OF_FOLDERS = "d.feed_id IN (SELECT id FROM feed WHERE folder_id IN (SELECT value FROM json_each(?)))"
_WORDS = "(SELECT w.words FROM article AS w WHERE w.id = {id})"
_MATCHING, _MATCHES = "search CROSS JOIN article AS d ON d.id = search.rowid", "search MATCH ?"


class Part(NamedTuple):
    """Rows `d`, which have `date`, `feed_id`, `read` and `starred`, with the conditions on them."""

    source: str
    """What stands after FROM."""
    id: str = "d.id"
    """The column of the article's id."""
    where: tuple[str, ...] = ()
    params: tuple[Any, ...] = ()
    words: str = "d.words"
    """The column of the article's length, in what `by_words` gives."""

    def sql(self, columns: str, *more: str) -> str:
        """A SELECT of `columns` from these rows, under `more` conditions."""
        conditions = (*self.where, *more)
        return f"SELECT {columns} FROM {self.source}" + (f" WHERE {' AND '.join(conditions)}" if conditions else "")

    def counted(self) -> Part:
        """The same rows where only their number is asked for: of what matches, no article is looked at in vain."""
        return self._replace(source="search") if self.source == _MATCHING and self.where == (_MATCHES,) else self

    def by_words(self) -> Part:
        """The same rows, with the article's length beside them."""
        if self.source == _ALL:
            return self._replace(source="article AS d INDEXED BY article_by_words")
        if self.id == "d.id":
            return self
        return self._replace(source=f"{self.source} CROSS JOIN article AS a ON a.id = {self.id}", words="a.words")


class Selection(NamedTuple):
    """The articles of a query: no part where nothing can match; a second part where some are kept in the list."""

    parts: tuple[Part, ...] = ()
    match: str = ""
    """The FTS5 query, where the order is by best match; the parts then leave it out."""
    titles: str = ""
    """The FTS5 query of the titles that come first then."""

    @property
    def params(self) -> tuple[Any, ...]:
        """The parameters of all parts, in order."""
        return tuple(value for part in self.parts for value in part.params)


class _Run(NamedTuple):
    """Rows that one condition of a query selects: they can be walked, or rows of another run probed for it."""

    name: Literal["all", "label", "feed", "starred", "unread", "match", "kept"]
    part: Part
    kind: Kind | None = None
    """Of the label whose articles these are."""


_Condition = tuple[str, tuple[Any, ...]]
_EVERY = _Run("all", Part(_ALL))
_UNREAD = _Run("unread", Part("article AS d INDEXED BY article_unread", where=("d.read = 0",)))
_STARRED = _Run("starred", Part("article AS d INDEXED BY article_starred", where=("d.starred = 1",)))


def select(c: sqlite3.Connection, query: Query, *, ordered: bool = True) -> Selection:
    """The selection that a query makes, driven by its shortest run; not `ordered` where only a count is wanted."""
    wanted = understand(query.text)
    runs = _runs(c, query, wanted)
    if runs is None:
        return Selection()
    whole = _takes_words_whole(c, wanted)
    match = wanted.fts(whole=whole)
    best = match if query.order == "best" and ordered and not _is_in_too_many(c, match) else ""
    if match and not best:
        runs.append(
            _Run(
                "match",
                Part(_MATCHING, "d.id", (_MATCHES,), (match,)),
            )
        )
    common = _conditions(c, query, wanted)
    parts = [_part(_shortest(c, runs, ordered=ordered), runs, common)]
    if query.keep and (_UNREAD in runs or _STARRED in runs):
        parts.append(_kept(query.keep, runs, common))
    return Selection(tuple(parts), best, wanted.in_titles(whole=whole) if best else "")


def scan(c: sqlite3.Connection, query: Query, rows: Part) -> Part | None:
    """All rows of another table that repeats what `d` has, under a query's conditions.

    None where the query asks for more than such rows tell, and `select` is the way.
    """
    wanted = understand(query.text)
    if wanted.terms or wanted.without:
        return None
    runs = _runs(c, query, wanted)
    if runs is None or query.feeds or any(run.name in ("label", "feed") for run in runs):
        return None
    return _part(_Run("kept", rows), runs, _conditions(c, query, wanted))


def _runs(c: sqlite3.Connection, query: Query, wanted: SearchQuery) -> list[_Run] | None:
    """The runs of a query, the likely shortest first, but for what is matched; None where nothing can be in it."""
    if wanted.nothing:
        return None
    authors, tags = _label_runs(c, "author", query.authors), _label_runs(c, "tag", query.tags)
    categories = _label_runs(c, "category", query.categories)
    if authors is None or tags is None or categories is None:
        return None
    feeds = [_of_feed(query.feeds[0])] if len(query.feeds) == 1 else []
    runs = [*authors, *tags, *feeds, *categories]
    for named in (_feeds(c, name) for name in wanted.feeds):
        if not named:
            return None
        if len(named) == 1:
            runs.append(_of_feed(named[0]))
    if query.starred or wanted.starred:
        runs.append(_STARRED)
    if query.unread or wanted.read is False:
        runs.append(_UNREAD)
    return runs


def rows_of(kind: Kind) -> Part:
    """All rows of the labels of a kind."""
    source, id_, condition = labels.rows_of(kind)
    return Part(source, id_, (condition,))


def _label_runs(c: sqlite3.Connection, kind: Kind, names: Iterable[str]) -> list[_Run] | None:
    """The articles under each name; None where there is no such."""
    runs = []
    for name in {name_key(name): name for name in names}.values():
        label_id = labels.find(c, kind, name)
        if label_id is None:
            return None
        rows = rows_of(kind)
        under = rows._replace(where=(*rows.where, "d.label_id = ?"), params=(label_id,))
        runs.append(_Run("label", under, kind))
    return runs


def _of_feed(feed: int) -> _Run:
    return _Run("feed", Part("article AS d INDEXED BY article_by_feed", "d.id", ("d.feed_id = ?",), (feed,)))


def _takes_words_whole(c: sqlite3.Connection, wanted: SearchQuery) -> bool:
    """Whether what is typed last is no beginning: a common word would be slow as such, and find nearly everything."""
    term = wanted.beginning()
    return term is not None and len(term.tokens[-1]) <= _LONGEST_COMMON and _is_common(c, term)


def _is_in_too_many(c: sqlite3.Connection, match: str) -> bool:
    """Whether what is sought is in so many articles that no order of theirs says which is best."""
    sql = f"SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ? LIMIT {RANKED_MOST})"
    return bool(match and c.execute(sql, (match,)).fetchone()[0] == RANKED_MOST)


def _is_common(c: sqlite3.Connection, term: Term) -> bool:
    sql = f"SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ? LIMIT {COMMON})"
    return bool(c.execute(sql, (term.fts(whole=True),)).fetchone()[0] == COMMON)


def _shortest(c: sqlite3.Connection, runs: list[_Run], *, ordered: bool) -> _Run:
    """The shortest run. Matches come out of order: where there are many, and order matters, any other run is better."""
    if not runs:
        return _EVERY
    if len(runs) == 1 and (runs[0].name != "match" or not ordered):
        return runs[0]
    best, least = runs[0], ENOUGH
    for run in runs:
        part = run.part._replace(source="search") if run.name == "match" else run.part
        length = c.execute(f"SELECT count(*) FROM ({part.sql('1')} LIMIT {least})", part.params).fetchone()[0]
        if length < least:
            best, least = run, length
        if not least:
            break
    return _EVERY if best.name == "match" and least == ENOUGH and ordered else best


def _part(driver: _Run, runs: Iterable[_Run], common: Iterable[_Condition]) -> Part:
    """The rows of the driver, under the conditions of the other runs and the common ones."""
    id_ = driver.part.id
    where, params = list(driver.part.where), list(driver.part.params)
    for run in runs:
        if run is driver:
            continue
        if run.kind is not None:
            where.append(labels.is_under(run.kind, id_))
        elif run.name == "match":
            where.append(f"{id_} IN (SELECT rowid FROM search WHERE search MATCH ?)")
        else:
            where.extend(run.part.where)
        params.extend(run.part.params)
    for condition, values in common:
        where.append(condition.replace("{id}", id_))
        params.extend(values)
    return Part(driver.part.source, id_, tuple(where), tuple(params))


def _kept(keep: frozenset[int], runs: list[_Run], common: Iterable[_Condition]) -> Part:
    """The articles that stay in the list although they are no longer unread or starred."""
    kept = _Run("kept", Part("article AS d", "d.id", ("d.id IN (SELECT value FROM json_each(?))",), (id_list(keep),)))
    others = [run for run in runs if run not in (_UNREAD, _STARRED)]
    left = " OR ".join(["d.read = 1"] * (_UNREAD in runs) + ["d.starred = 0"] * (_STARRED in runs))
    return _part(kept, others, [*common, (f"({left})", ())])


def _conditions(c: sqlite3.Connection, query: Query, wanted: SearchQuery) -> list[_Condition]:
    """The conditions that no run stands for."""
    found: list[_Condition] = []
    if len(query.feeds) > 1:
        found.append((_OF_FEEDS.format("IN"), (id_list(query.feeds),)))
    if query.folders:
        found.append((_OF_FOLDERS, (id_list(query.folders),)))
    if query.not_feeds:
        found.append((_OF_FEEDS.format("NOT IN"), (id_list(query.not_feeds),)))
    if query.since is not None:
        found.append(("d.date >= ?", (seconds(query.since),)))
    if query.until is not None:
        found.append(("d.date <= ?", (seconds(query.until),)))
    return found + _typed_conditions(c, wanted)


def _typed_conditions(c: sqlite3.Connection, wanted: SearchQuery) -> list[_Condition]:
    """Those of what was typed."""
    found: list[_Condition] = [
        (condition, () if isinstance(value, bool) else (value,))
        for condition, value in (
            ("d.read = 1", wanted.read or None),
            ("d.starred = 0", True if wanted.starred is False else None),
            ("d.date >= ?", seconds(wanted.since)),
            ("d.date < ?", seconds(wanted.before)),
            (f"{_WORDS} > ?", wanted.longer),
            (f"{_WORDS} < ?", wanted.shorter),
        )
        if value is not None
    ]
    for names, sign in ((wanted.feeds, "IN"), (wanted.not_feeds, "NOT IN")):
        found.extend((_OF_FEEDS.format(sign), (id_list(_feeds(c, name)),)) for name in names)
    for names, sign in ((wanted.folders, "IN"), (wanted.not_folders, "NOT IN")):
        found.extend((_OF_FEEDS.format(sign), (id_list(folders.feeds_in(c, name)),)) for name in names)
    for names, sign in ((wanted.tags, "IN"), (wanted.not_tags, "NOT IN")):
        found.extend((labels.is_tagged(sign), (id_list(labels.saying(c, "tag", name)),)) for name in names)
    if wanted.without and not wanted.terms:
        found.append(("{id} NOT IN (SELECT rowid FROM search WHERE search MATCH ?)", (wanted.unwanted(),)))
    return found


def _feeds(c: sqlite3.Connection, text: str) -> list[int]:
    key = name_key(text)
    rows = c.execute("SELECT id, title, custom_title, url FROM feed").fetchall()
    return [
        id_
        for id_, title, custom_title, url in rows
        if any(key in name_key(text_of(name)) for name in (title, custom_title)) or key in text_of(url).lower()
    ]

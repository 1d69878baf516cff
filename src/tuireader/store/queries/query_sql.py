"""A Query as SQL: one indexed range of rows to walk in order, and conditions that cost one index look-up each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple, cast

from tuireader.model.query import Query
from tuireader.store import feeds, folders, labels, pruning
from tuireader.store.labels import Kind
from tuireader.store.queries.query_language import Named, SearchQuery, Term, understand
from tuireader.store.row_values import folded, id_list, name_key, seconds, text_of

SHORT_RANGE = 2000
"""Rows of a range are counted up to this; of two longer ranges, either will do."""
COMMON = 5000
"""A word in so many articles is not extended as a prefix."""
RANKED_MAX = 20_000
"""Of more matches than this, the newest come first: ranking all takes long and says little."""
_PREFIX_LENGTH_MAX = 4
"""Longer words are rarely prefixes: no need to count their articles."""
_IN_SIGHT, _HIDDEN_ONLY, _TOLD_ELSEWHERE = "d.aside = 0", "d.aside = 1", "d.aside = 2"
_SHOWN_APART = "d.aside <> 1"
NOT_ASIDE = (
    "rowid NOT IN (SELECT id FROM article INDEXED BY article_hidden WHERE aside = 1"
    " UNION ALL SELECT id FROM article INDEXED BY article_told_elsewhere WHERE aside = 2)"
)
"""Condition on rows of the search index: articles shown in lists."""
_ALL = "article AS d INDEXED BY article_by_date"
_OF_FEEDS = "d.feed_id {} (SELECT value FROM json_each(?))"
_SAME_STORY = (
    "SELECT 1 FROM article AS o INDEXED BY article_by_story"
    " WHERE o.story = (SELECT s.story FROM article AS s WHERE s.id = {{id}})"
    " AND (o.aside = 0 OR (o.aside = 2 AND o.id < {{id}})){}"
)
"""The article of the same story that lists show, in feeds that match conditions on `o.feed_id`."""
_FOLDER = "(SELECT coalesce(f.folder_id, 0) FROM feed AS f WHERE f.id = {}.feed_id)"
_OF_FOLDERS = "d.feed_id {} (SELECT id FROM feed WHERE coalesce(folder_id, 0) IN (SELECT value FROM json_each(?)))"
_WORDS = "(SELECT w.words FROM article AS w WHERE w.id = {id})"
_EXTRAS = "(SELECT w.has FROM article AS w WHERE w.id = {id})"
_MATCHING, _MATCHES = "search CROSS JOIN article AS d ON d.id = search.rowid", "search MATCH ?"


class Part(NamedTuple):
    """Rows `d` with `date`, `feed_id`, `read` and `starred`, and conditions on them."""

    source: str
    """The FROM clause."""
    id: str = "d.id"
    """The column with the article's id."""
    where: tuple[str, ...] = ()
    params: tuple[Any, ...] = ()
    words: str = "d.words"
    """The column with the article's word count, after `by_words`."""

    def sql(self, columns: str, *more: str) -> str:
        conditions = (*self.where, *more)
        return f"SELECT {columns} FROM {self.source}" + (f" WHERE {' AND '.join(conditions)}" if conditions else "")

    def counted(self) -> Part:
        """The same rows, for counting only: without reading articles if the search index is enough."""
        if self.source != _MATCHING or self.where != (_MATCHES, _IN_SIGHT):
            return self
        return self._replace(source="search", where=(_MATCHES, NOT_ASIDE))

    @property
    def is_everything(self) -> bool:
        return self.source == _ALL and self.where == (_IN_SIGHT,)

    def by_words(self) -> Part:
        """The same rows with the articles' word counts."""
        if self.source == _ALL:
            return self._replace(source="article AS d INDEXED BY article_by_words")
        if self.id == "d.id":
            return self
        return self._replace(source=f"{self.source} CROSS JOIN article AS a ON a.id = {self.id}", words="a.words")


class Selection(NamedTuple):
    """The articles of a query; no part if nothing can match, a second part if some articles are kept in the list."""

    parts: tuple[Part, ...] = ()
    match: str = ""
    """The FTS5 query if the order is by best match; the parts then omit it."""
    titles: str = ""
    """The FTS5 query of titles, whose matches come first."""

    @property
    def params(self) -> tuple[Any, ...]:
        return tuple(value for part in self.parts for value in part.params)


class _Run(NamedTuple):
    """A range of rows selected by one condition; it can be walked, or probed for rows of another range."""

    name: Literal["all", "label", "labels", "feed", "starred", "unread", "hidden", "match", "kept"]
    part: Part
    kind: Kind | None = None
    """The kind of the labels, if these are labelled articles."""

    @property
    def is_in_order(self) -> bool:
        return self.name not in ("match", "labels")


_Condition = tuple[str, tuple[Any, ...]]
_EVERY = _Run("all", Part(_ALL))
_UNREAD = _Run("unread", Part("article AS d INDEXED BY article_unread", where=("d.read = 0",)))
_HIDDEN = _Run("hidden", Part("article AS d INDEXED BY article_hidden"))
_COPIES = _Run("hidden", Part("article AS d INDEXED BY article_told_elsewhere"))
_STARRED = _Run("starred", Part("article AS d INDEXED BY article_starred", where=("d.starred = 1",)))


def select(c: sqlite3.Connection, query: Query, *, ordered: bool = True) -> Selection:
    """The selection for a query, driven by its shortest range; not `ordered` if only counted."""
    wanted = understand(query.text)
    runs = _runs(c, query, wanted)
    if runs is None:
        return Selection()
    whole = _takes_words_whole(c, wanted)
    match = wanted.fts(whole=whole)
    best = match if query.order == "best" and ordered and not _is_in_too_many(c, match) else ""
    if match and not best:
        runs.append(_matching(match))
    common = _conditions(c, query, wanted)
    driver = _HIDDEN if wanted.hidden else _shortest(c, runs, ordered=ordered)
    parts = [_part(driver, runs, common)]
    copies = _shown_copies(c, query, wanted, [*_feeds_of_runs(runs), *common])
    if copies is not None:
        parts.append(_part(_COPIES, runs, [*_with_aside(common, _TOLD_ELSEWHERE), *copies]))
        common = [*_with_aside(common, _SHOWN_APART)]
    if query.keep and (_UNREAD in runs or _STARRED in runs):
        parts.append(_kept(query.keep, runs, common))
    return Selection(tuple(parts), best, wanted.in_titles(whole=whole) if best else "")


def _shown_copies(
    c: sqlite3.Connection, query: Query, wanted: SearchQuery, conditions: Sequence[_Condition]
) -> list[_Condition] | None:
    """Conditions on duplicates that lists hide, but a query shows; None if it shows none.

    All with `Query.apart` or for a single feed; else those whose story has no other article in feeds that match.
    """
    scope = _scope(conditions)
    if wanted.hidden or not (query.apart or scope) or not _has_copies(c):
        return None
    if query.apart or len(query.feeds) == 1:  # two of one feed are never of one story
        return []
    return [_of_story("NOT EXISTS", scope)]


def _of_story(exists: str, scope: Iterable[_Condition], more: str = "") -> _Condition:
    """Condition on a hidden duplicate: its story is (EXISTS) or is not shown by another one in feeds of `scope`."""
    given = [*scope]
    where = "".join(f" AND {condition}" for condition, _ in given) + more
    return f"{exists} ({_SAME_STORY.format(where)})", tuple(value for _, values in given for value in values)


def _scope(conditions: Iterable[_Condition]) -> list[_Condition]:
    """The conditions that limit feeds, rewritten for an article `o`."""
    of_feeds = "d.feed_id"
    return [
        (f"o{condition.removeprefix('d')}", values)
        for condition, values in conditions
        if condition.startswith(of_feeds)
    ]


def _feeds_of_runs(runs: Iterable[_Run]) -> list[_Condition]:
    return [(condition, run.part.params) for run in runs if run.name == "feed" for condition in run.part.where]


def _with_aside(conditions: Iterable[_Condition], aside: str) -> list[_Condition]:
    return [(aside, ()) if condition == _IN_SIGHT else (condition, values) for condition, values in conditions]


def doubled(c: sqlite3.Connection, query: Query) -> Sequence[Part]:
    """The hidden duplicates of a query whose stories are shown by other articles of the same folder."""
    wanted = understand(query.text)
    runs = _runs(c, query, wanted)
    if runs is None or wanted.hidden or not _has_copies(c):
        return ()
    common = _conditions(c, query, wanted)
    if match := wanted.fts(whole=_takes_words_whole(c, wanted)):
        runs.append(_matching(match))
    scope = _scope([*_feeds_of_runs(runs), *common])
    same_folder = _of_story("EXISTS", scope, f" AND {_FOLDER.format('o')} = {_FOLDER.format('d')}")
    return (_part(_COPIES, runs, [*_with_aside(common, _TOLD_ELSEWHERE), same_folder]),)


def _has_copies(c: sqlite3.Connection) -> bool:
    sql = "SELECT 1 FROM article INDEXED BY article_told_elsewhere WHERE aside = 2 LIMIT 1"
    return c.execute(sql).fetchone() is not None


def scan(c: sqlite3.Connection, query: Query, rows: Part) -> Part | None:
    """The conditions of a query on `rows`, a table that repeats the columns of `d`.

    None if the query needs more columns; then use `select`.
    """
    wanted = understand(query.text)
    if wanted.is_about_words():
        return None
    runs = _runs(c, query, wanted)
    if runs is None or query.feeds or any(run.name in ("label", "labels", "feed") for run in runs):
        return None
    common = _conditions(c, query, wanted)
    copies = _shown_copies(c, query, wanted, common)
    if copies is not None:
        some = [f"({_IN_SIGHT} OR ({_TOLD_ELSEWHERE} AND {condition}))" for condition, _ in copies]
        common = [*_with_aside(common, _SHOWN_APART), *zip(some, (values for _, values in copies), strict=True)]
    return _part(_Run("kept", rows), runs, common)


def among(c: sqlite3.Connection, query: Query, ids: Iterable[int], *, is_matched: bool = False) -> list[int]:
    """Those of the articles that match a query; with `is_matched` its words are known to match all."""
    wanted = understand(query.text)
    if is_matched:
        wanted = replace(wanted, terms=[], without=[])
    runs = _runs(c, query, wanted)
    if runs is None:
        return []
    some = _Run("kept", Part("article AS d", "d.id", ("d.id IN (SELECT value FROM json_each(?))",), (id_list(ids),)))
    if match := wanted.fts():
        runs.append(_matching(match))
    conditions = _conditions(c, query, wanted)
    part = _part(some, runs, _with_aside(conditions, _SHOWN_APART) if query.apart else conditions)
    return [row[0] for row in c.execute(part.sql("d.id"), part.params).fetchall()]


def _runs(c: sqlite3.Connection, query: Query, wanted: SearchQuery) -> list[_Run] | None:
    """The ranges of a query except its search terms, probably shortest first; None if one is empty."""
    if wanted.nothing:
        return None
    authors, tags = _label_runs(c, "author", query.authors), _label_runs(c, "tag", query.tags)
    categories = _label_runs(c, "category", query.categories)
    if authors is None or tags is None or categories is None:
        return None
    feeds = [_of_feed(query.feeds[0])] if len(query.feeds) == 1 else []
    runs = [*authors, *tags, *feeds, *categories]
    for named in wanted.named:
        found = () if named.is_unwanted else _named_runs(c, named)
        if found is None:
            return None
        runs += [run for run in found if run not in runs]
    if query.starred or wanted.starred:
        runs.append(_STARRED)
    if query.unread or wanted.read is False:
        runs.append(_UNREAD)
    return runs


def rows_of(kind: Kind) -> Part:
    source, id_, condition = labels.rows_of(kind)
    return Part(source, id_, (condition,))


def _label_runs(c: sqlite3.Connection, kind: Kind, names: Iterable[str]) -> list[_Run] | None:
    """The range of articles under any of some labels; None if none of the names exists."""
    given = list(names)
    if not given:
        return []
    ids = _whole(c, kind, given)
    return [_under(kind, ids)] if ids else None


def _under(kind: Kind, ids: Sequence[int]) -> _Run:
    """The range of articles under any of these labels."""
    rows = rows_of(kind)
    if len(ids) == 1:
        return _Run("label", rows._replace(where=(*rows.where, "d.label_id = ?"), params=(ids[0],)), kind)
    source, params = labels.articles_with_any(kind), (id_list(ids),)
    return _Run("labels", Part(f"({source}) AS m CROSS JOIN article AS d ON d.id = m.article_id", params=params), kind)


def _named_runs(c: sqlite3.Connection, named: Named) -> list[_Run] | None:
    """The range of articles with any of these names; None if there are no such names. Several feeds are not walked."""
    ids = _meant(c, named)
    if not ids:
        return None
    if named.field in ("feed", "folder"):
        return [_of_feed(ids[0])] if len(ids) == 1 else []
    return [_under(cast("Kind", named.field), ids)]


def _meant(c: sqlite3.Connection, named: Named) -> list[int]:
    """Ids of the feeds or labels that have the names, or with parts of names any that contain them."""
    if named.field == "feed":
        return sorted({id_ for name in named.names for id_ in _feeds(c, name, whole=named.is_whole)})
    if named.field == "folder":
        return sorted({id_ for name in named.names for id_ in folders.feeds_in(c, name, whole=named.is_whole)})
    if named.is_whole:
        return _whole(c, named.field, named.names)
    return sorted({id_ for name in named.names for id_ in labels.saying(c, named.field, name)})


def _whole(c: sqlite3.Connection, kind: Kind, names: Iterable[str]) -> list[int]:
    found = (labels.find(c, kind, name) for name in {name_key(name): name for name in names}.values())
    return [id_ for id_ in found if id_ is not None]


def _matching(match: str) -> _Run:
    return _Run("match", Part(_MATCHING, "d.id", (_MATCHES,), (match,)))


def _of_feed(feed: int) -> _Run:
    return _Run("feed", Part("article AS d INDEXED BY article_by_feed", "d.id", ("d.feed_id = ?",), (feed,)))


def _takes_words_whole(c: sqlite3.Connection, wanted: SearchQuery) -> bool:
    term = wanted.prefix_term()
    return term is not None and len(term.last) <= _PREFIX_LENGTH_MAX and _is_common(c, term)


def _is_in_too_many(c: sqlite3.Connection, match: str) -> bool:
    sql = f"SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ? LIMIT {RANKED_MAX})"
    return bool(match and c.execute(sql, (match,)).fetchone()[0] == RANKED_MAX)


def _is_common(c: sqlite3.Connection, term: Term) -> bool:
    sql = f"SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ? LIMIT {COMMON})"
    return bool(c.execute(sql, (term.fts(whole=True),)).fetchone()[0] == COMMON)


def _shortest(c: sqlite3.Connection, runs: list[_Run], *, ordered: bool) -> _Run:
    """The shortest range. Matches come out of order: if they are many and order matters, any other range is better."""
    if not runs:
        return _EVERY
    if len(runs) == 1 and (runs[0].is_in_order or not ordered):
        return runs[0]
    best, least = runs[0], SHORT_RANGE
    for run in runs:
        rows = run.part._replace(source="search").sql("1") if run.name == "match" else run.part.sql("1", _IN_SIGHT)
        length = c.execute(f"SELECT count(*) FROM ({rows} LIMIT {least})", run.part.params).fetchone()[0]
        if length < least:
            best, least = run, length
        if not least:
            break
    return _EVERY if not best.is_in_order and least == SHORT_RANGE and ordered else best


def _part(driver: _Run, runs: Iterable[_Run], common: Iterable[_Condition]) -> Part:
    """The rows of one range, under the conditions of the other ranges and the common ones."""
    id_ = driver.part.id
    where, params = list(driver.part.where), list(driver.part.params)
    for run in runs:
        if run is driver:
            continue
        if run.name == "labels" and run.kind is not None:
            where.append(labels.has_any_label(run.kind, "IN").replace("{id}", id_))
        elif run.kind is not None:
            where.append(labels.has_label(run.kind, id_))
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
    """Articles kept in the list although they are no longer unread or starred."""
    kept = _Run("kept", Part("article AS d", "d.id", ("d.id IN (SELECT value FROM json_each(?))",), (id_list(keep),)))
    others = [run for run in runs if run not in (_UNREAD, _STARRED)]
    left = " OR ".join(["d.read = 1"] * (_UNREAD in runs) + ["d.starred = 0"] * (_STARRED in runs))
    return _part(kept, others, [*common, (f"({left})", ())])


def _conditions(c: sqlite3.Connection, query: Query, wanted: SearchQuery) -> list[_Condition]:
    """Conditions of a query that no range covers."""
    found: list[_Condition] = []
    if len(query.feeds) > 1:
        found.append((_OF_FEEDS.format("IN"), (id_list(query.feeds),)))
    for some, sign in ((query.folders, "IN"), (query.not_folders, "NOT IN")):
        if some:
            found.append((_OF_FOLDERS.format(sign), (id_list(some),)))
    left = set(feeds.leaving(c)).difference(query.feeds)
    quiet = pruning.quiet_feeds(c) if query.without_quiet else []
    if unwanted_feeds := (*query.not_feeds, *left, *quiet):
        found.append((_OF_FEEDS.format("NOT IN"), (id_list(unwanted_feeds),)))
    unwanted: tuple[tuple[Kind, tuple[str, ...]], ...] = (
        ("category", query.not_categories),
        ("author", query.not_authors),
        ("tag", query.not_tags),
    )
    for kind, names in unwanted:
        if names:
            found.append((labels.has_any_label(kind, "NOT IN"), (id_list(_whole(c, kind, names)),)))
    if query.since is not None:
        found.append(("d.date >= ?", (seconds(query.since),)))
    if query.until is not None:
        found.append(("d.date <= ?", (seconds(query.until),)))
    found.append((_HIDDEN_ONLY if wanted.hidden else _IN_SIGHT, ()))
    return found + _typed_conditions(c, wanted)


def _typed_conditions(c: sqlite3.Connection, wanted: SearchQuery) -> list[_Condition]:
    """SQL conditions of the search text."""
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
    for named in wanted.named:
        ids = id_list(_meant(c, named))
        if named.field in ("feed", "folder"):
            found.append((_OF_FEEDS.format("NOT IN" if named.is_unwanted else "IN"), (ids,)))
        elif named.is_unwanted:
            found.append((labels.has_any_label(cast("Kind", named.field), "NOT IN"), (ids,)))
    found.extend((f"{'NOT ' * no}coalesce({_EXTRAS} & ?, 0)", (bit,)) for bit, no in wanted.has)
    if wanted.without and not wanted.terms:
        found.append(("{id} NOT IN (SELECT rowid FROM search WHERE search MATCH ?)", (wanted.unwanted(),)))
    return found


def _feeds(c: sqlite3.Connection, text: str, *, whole: bool) -> list[int]:
    """Ids of feeds whose names or addresses contain a text, ignoring case, and accents in names.

    With `whole` they must be equal, ignoring case.
    """
    key, part = name_key(text), folded(text)
    rows = c.execute("SELECT id, title, custom_title, url FROM feed").fetchall()
    return [
        id_
        for id_, title, custom_title, url in rows
        if (
            key in (name_key(text_of(custom_title) or text_of(title)), text_of(url).lower())
            if whole
            else key in text_of(url).lower() or any(part in folded(text_of(name)) for name in (title, custom_title))
        )
    ]

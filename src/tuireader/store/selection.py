"""A Query as SQL: one ordered run of rows to walk, and conditions that each cost one look-up in an index."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tuireader.store import search
from tuireader.store.values import name_key, seconds

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from tuireader.model import Query

ENOUGH = 2000
"""Runs are compared by length up to here: beyond, any will do."""
_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Part:
    """Rows `d` of one run, which have `date`, `feed_id`, `read` and `starred`, and the conditions on them."""

    source: str
    """What stands after FROM."""
    id: str
    """The column of the article's id."""
    where: tuple[str, ...] = ()
    params: tuple[Any, ...] = ()
    words: str = "d.words"
    """The column of the article's length; `by_words` makes it available."""

    def sql(self, columns: str, *more: str) -> str:
        """A SELECT of `columns` from these rows, under `more` conditions."""
        conditions = (*self.where, *more)
        return f"SELECT {columns} FROM {self.source}" + (f" WHERE {' AND '.join(conditions)}" if conditions else "")

    def by_words(self) -> Part:
        """The same rows, with the article's length beside them."""
        if self.source == _ALL:
            return replace(self, source="article AS d INDEXED BY article_by_words")
        if self.source.startswith("article AS d"):
            return self
        return replace(self, source=f"{self.source} CROSS JOIN article AS a ON a.id = {self.id}", words="a.words")


@dataclass(frozen=True, slots=True)
class Selection:
    """The articles of a query: no part where nothing can match; a second part where some are kept in the list."""

    parts: tuple[Part, ...] = ()
    match: str = ""
    """The FTS5 query, where the order is by best match."""
    match_alone: bool = False
    """Whether nothing but the match selects."""

    @property
    def params(self) -> tuple[Any, ...]:
        """The parameters of all parts, in order."""
        return tuple(value for part in self.parts for value in part.params)


@dataclass(frozen=True, slots=True)
class _Run:
    """Rows that one condition of a query selects: a run that can be walked, and that others can be probed for."""

    name: str
    source: str
    id: str = "d.id"
    where: tuple[str, ...] = ()
    params: tuple[Any, ...] = ()


_Condition = tuple[str, tuple[Any, ...]]
_ALL = "article AS d INDEXED BY article_by_date"


def select(c: sqlite3.Connection, query: Query) -> Selection:
    """The selection that a query makes, driven by its shortest run of rows."""
    wanted = search.understand(query.text)
    facets = _facets(c, query)
    if facets is None or wanted.nothing or (query.unread and wanted.unread is False):
        return Selection()
    match = search.fts_query(query.text)
    runs = _runs(facets, query, match)
    if wanted.unread:
        runs.append(_UNREAD)
    if wanted.starred:
        runs.append(_STARRED)
    if not runs:
        runs = [_Run("all", _ALL)]
    common = _conditions(c, query, wanted, match)
    parts = [_part(_shortest(c, runs), runs, common)]
    if query.keep and (query.unread or query.starred):
        parts.append(_kept(query, runs, common))
    best = match if query.order == "best" else ""
    return Selection(tuple(parts), best, match_alone=bool(best) and len(runs) == 1 and not common)


def names_of(facet: str) -> str:
    """SQL for the names of the authors or categories of article `a`, in their order, for `split_names`."""
    return (
        f"(SELECT group_concat(name, '{_SEPARATOR}') FROM (SELECT n.name FROM {facet}_article AS l"
        f" INDEXED BY {facet}_of_article JOIN {facet} AS n ON n.id = l.{facet}_id"
        f" WHERE l.article_id = a.id ORDER BY l.place))"
    )


def split_names(names: str | None) -> tuple[str, ...]:
    """The names that `names_of` gave."""
    return tuple(name for name in (names or "").split(_SEPARATOR) if name)


_UNREAD = _Run("unread", "article AS d INDEXED BY article_unread", where=("d.read = 0",))
_STARRED = _Run("starred", "article AS d INDEXED BY article_starred", where=("d.starred = 1",))


def _facets(c: sqlite3.Connection, query: Query) -> dict[str, list[int]] | None:
    """The ids of the categories and authors asked for; None where one of them is not here."""
    found: dict[str, list[int]] = {"author": [], "category": []}
    for facet, names in (("author", query.authors), ("category", query.categories)):
        for key in dict.fromkeys(map(name_key, names)):
            row = c.execute(f"SELECT id FROM {facet} WHERE key = ?", (key,)).fetchone()
            if row is None:
                return None
            found[facet].append(row[0])
    return found


def _runs(facets: dict[str, list[int]], query: Query, match: str) -> list[_Run]:
    """The runs that a query could walk, the likely shortest first."""
    authors, categories = (
        [_Run(facet, f"{facet}_article AS d", "d.article_id", (f"d.{facet}_id = ?",), (id_,)) for id_ in facets[facet]]
        for facet in ("author", "category")
    )
    found = authors
    if query.feed is not None:
        found.append(_Run("feed", "article AS d INDEXED BY article_by_feed", "d.id", ("d.feed_id = ?",), (query.feed,)))
    found += categories
    if query.starred:
        found.append(_STARRED)
    if query.unread:
        found.append(_UNREAD)
    if match:
        source = "search CROSS JOIN article AS d ON d.id = search.rowid"
        found.append(_Run("match", source, where=("search MATCH ?",), params=(match,)))
    return found


def _shortest(c: sqlite3.Connection, runs: list[_Run]) -> _Run:
    """The shortest run; a long list of matches is out of order, so that any other run is better than that."""
    best, least = runs[0], ENOUGH
    if len(runs) == 1 and best.name != "match":
        return best
    for run in runs:
        sql = Part("search" if run.name == "match" else run.source, run.id, run.where).sql("1")
        length = c.execute(f"SELECT count(*) FROM ({sql} LIMIT {least})", run.params).fetchone()[0]
        if length < least:
            best, least = run, length
        if not least:
            break
    return _Run("all", _ALL) if best.name == "match" and least == ENOUGH else best


def _part(driver: _Run, runs: Iterable[_Run], common: Iterable[_Condition]) -> Part:
    """The rows of the driver, under the conditions of the other runs and the common ones."""
    where, params = list(driver.where), list(driver.params)
    for run in runs:
        if run is driver:
            continue
        if run.name in ("author", "category"):
            where.append(
                f"EXISTS (SELECT 1 FROM {run.name}_article AS x"
                f" WHERE x.{run.name}_id = ? AND x.date = d.date AND x.article_id = {driver.id})"
            )
        elif run.name == "match":
            where.append(f"{driver.id} IN (SELECT rowid FROM search WHERE search MATCH ?)")
        else:
            where.extend(run.where)
        params.extend(run.params)
    for condition, values in common:
        where.append(condition.replace("{id}", driver.id))
        params.extend(values)
    return Part(driver.source, driver.id, tuple(where), tuple(params))


def _kept(query: Query, runs: Iterable[_Run], common: Iterable[_Condition]) -> Part:
    """The articles that stay in the list although they are no longer unread or starred."""
    kept = _Run(
        "kept", "article AS d", where=("d.id IN (SELECT value FROM json_each(?))",), params=(_json(query.keep),)
    )
    others = [run for run in runs if run not in (_UNREAD, _STARRED)]
    left = " OR ".join(["d.read = 1"] * query.unread + ["d.starred = 0"] * query.starred)
    return _part(kept, others, [*common, (f"({left})", ())])


def _conditions(c: sqlite3.Connection, query: Query, wanted: search.Wanted, match: str) -> list[_Condition]:
    """The conditions that no run stands for."""
    found: list[_Condition] = []
    if query.since is not None:
        found.append(("d.date >= ?", (seconds(query.since),)))
    if wanted.unread is False:
        found.append(("d.read = 1", ()))
    if wanted.starred is False:
        found.append(("d.starred = 0", ()))
    for names, sign in ((wanted.feeds, "IN"), (wanted.not_feeds, "NOT IN")):
        found.extend(
            (f"d.feed_id {sign} (SELECT value FROM json_each(?))", (_json(_feeds(c, name)),)) for name in names
        )
    if wanted.without and not match:
        unwanted = " OR ".join(f"({term})" for term in wanted.without)
        found.append(("{id} NOT IN (SELECT rowid FROM search WHERE search MATCH ?)", (unwanted,)))
    return found


def _feeds(c: sqlite3.Connection, text: str) -> list[int]:
    key = name_key(text)
    rows = c.execute("SELECT id, title, url FROM feed").fetchall()
    return [id_ for id_, title, url in rows if key in name_key(title) or key in url.lower()]


def _json(ids: Iterable[int]) -> str:
    return json.dumps(list(ids))

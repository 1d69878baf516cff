"""The tree of the sidebar: views, saved searches, own tags, and folders with their feeds."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

from textual import events

from tuireader.model import article
from tuireader.text.folding import fold, sort_key
from tuireader.tui.lists.side_list import Choice, NameList, OfList, digits
from tuireader.tui.support.viewport import is_linear

Key = tuple[str, Hashable]
"""The kind of a row ("view", "group", "search", or a query field), and its id or name."""

ALL, UNREAD, STARRED = "all", "unread", "starred"
VIEW, GROUP, SEARCH = "view", "group", "search"
"""Kinds of rows that are not query fields."""
ROOMY = 24
"""Lines of the tree from which its sections are separated by blank lines."""


class Branch(NamedTuple):
    """A row at the left edge with the rows below it; the key of each row is a `Key`."""

    row: Choice
    leaves: Sequence[Choice] = ()
    section: int = 0
    """Branches are ordered by section, then by name or count."""


class FeedTree(NameList):
    """A tree with branches that fold."""

    BY_NAME = True

    class Folded(OfList):
        """A branch was folded or unfolded."""

    def __init__(self) -> None:
        super().__init__("", id="feeds")
        self.folded: frozenset[Key] = frozenset()
        """The keys of folded branches."""
        self._views: Sequence[Choice] = ()
        self._searches = Branch(_group("Searches"))
        self._branches: Sequence[Branch] = ()
        self._renamed: dict[Hashable, Key] = {}
        """The keys of folders that have other names now, with their new ones."""
        self._is_narrowed = False
        self._found: Hashable = None
        """The row that was found by its name last: it is shown although its folder is folded."""
        self._gaps: frozenset[int] = frozenset()
        """The rows that a blank line follows if there is room."""

    @property
    def HEAD(self) -> int:  # type: ignore[override]  # noqa: N802 - as in Rows
        """The head shows the filter, if there is one."""
        return 1 if self.filter else 0

    @property
    def a_row(self) -> str:
        return "feeds"

    def note(self) -> str:
        return f"/{self.filter}"

    @property
    def lines_wanted(self) -> int:
        rows = len(self.rows) + len(self._gaps) or len(self.empty)
        return self.HEAD + rows + 1

    def row_height(self, row: int) -> int:
        return 2 if row in self._gaps and self.size.height >= ROOMY else 1

    def cursor_lines(self, row: int) -> int:  # noqa: ARG002 - without the blank line
        return 1

    # What it shows.

    def show_views(self, totals: article.Totals | None, *, failed: bool = False) -> None:
        """Show the counts of the views; `failed` marks the problem of a single feed, which has no row."""
        self._views = (
            Choice((VIEW, ALL), "All", None, totals.all if totals else None, failed=failed),
            Choice((VIEW, UNREAD), "Unread", totals.unread if totals else None),
            Choice((VIEW, STARRED), "★ Starred", starred := totals.starred if totals else None, starred),
        )
        self._arrange()

    def show_searches(self, rows: Sequence[Choice]) -> None:
        self._searches = Branch(_group("Searches"), rows)
        self._arrange()

    def show_branches(self, branches: Sequence[Branch], *, is_narrowed: bool, is_another: bool = False) -> None:
        """Show folders, feeds and tags; `is_another`: they belong to another query, see `set_rows`.

        `is_narrowed`: rows without articles are hidden unless they are filters.
        """
        there = {_leaves(branch): branch.row.key for branch in branches}
        self._renamed = {old.row.key: there[_leaves(old)] for old in self._branches if _leaves(old) in there}
        self.folded = frozenset(self._renamed.get(key, key) for key in self.folded)
        leaves = [leaf for branch in branches for leaf in (branch.row, *branch.leaves)]
        self._branches, self._is_narrowed = branches, is_narrowed and any(leaf.total for leaf in leaves)
        if (pointed := self.pointed) is not None and self._matches(pointed):
            key = self._renamed.get(pointed.key, pointed.key)
            if any(leaf.key == key and not self._matches(leaf) for leaf in leaves):
                self.filter = ""  # the row under the cursor has another name
        self._arrange(is_another=is_another)

    def _row_of(self, key: Hashable, row: int) -> int:
        return super()._row_of(self._renamed.get(key, key), row)

    @property
    def matches(self) -> Sequence[int]:
        """The rows that match the filter; their folders are shown too."""
        return [at for at, row in enumerate(self.rows) if self._matches(row)]

    def _matches(self, row: Choice) -> bool:
        return fold(self.filter) in fold(row.name)

    def set_chosen(self, keys: Iterable[Hashable], excluded: Iterable[Hashable] = ()) -> None:
        before = self.chosen, self.excluded
        super().set_chosen(keys, excluded)
        if before != (self.chosen, self.excluded):
            self._arrange()
            self._found = None

    def set_filter(self, text: str) -> None:
        if self.filter:
            self._found = self.pointed and self.pointed.key
        super().set_filter(text)

    def _arrange(self, *, is_another: bool = False) -> None:
        """Lay out the rows: sections, branches in order, their leaves unless folded."""
        wanted = fold(self.filter) if self.filter else ""
        rows = [] if wanted else list(self._views)
        gaps = {len(rows) - 1}
        section = -1
        for branch in [self._searches, *sorted(self._branches, key=self._place)]:
            shown = self._shown(branch, wanted)
            if not shown:
                continue
            if branch.section != section:
                gaps.add(len(rows) - 1)
            section = branch.section
            rows += shown
        self._gaps = frozenset(gaps - {-1, len(rows) - 1})
        self.empty = self.without_matches("feed")
        self.set_rows(rows, digits(rows), is_another=is_another)

    def _place(self, branch: Branch) -> tuple[object, ...]:
        """Sections in order; folders before feeds without one."""
        return (branch.section, branch.row.key[0] != "folders", self._rank(branch.row))

    def _rank(self, row: Choice) -> tuple[object, ...]:
        name = sort_key(row.name)
        return (name,) if self.by_name else (-(row.unread or 0), name)

    def _shown(self, branch: Branch, wanted: str) -> list[Choice]:
        """The rows of a branch: itself and its leaves; of a folded one, only those that are filters.

        A text that is `wanted` is looked for in all of them, even in those without articles.
        """
        marked = self.chosen | self.excluded
        is_all = bool(wanted) or not self._is_narrowed
        every = [each for each in branch.leaves if each.total or is_all or each.key in marked]
        row, every = branch.row, sorted(every, key=self._rank)
        if wanted:
            found = [leaf for leaf in every if wanted in fold(leaf.name)]
            if wanted not in fold(row.name) and not found:
                return []
            return [row._replace(sign=self._sign(is_folded=False) if found else ""), *found]
        if not every:
            is_hidden = row.key[0] == GROUP or (self._is_narrowed and not row.total and row.key not in marked)
            return [] if is_hidden else [row]
        is_folded = row.key in self.folded
        seen = {*marked, self._found}
        leaves = [leaf for leaf in every if not is_folded or leaf.key in seen]
        failed = row.failed or (is_folded and any(leaf.failed for leaf in every))
        return [row._replace(sign=self._sign(is_folded=is_folded), failed=failed), *leaves]

    def _sign(self, *, is_folded: bool) -> str:
        if is_linear(self):
            return "+ " if is_folded else "- "
        return "▸ " if is_folded else "▾ "

    # Folding.

    def open_clicked(self) -> None:
        if self.pointed is not None and self.pointed.key[0] == GROUP:
            self.action_fold()
        else:
            super().open_clicked()

    def action_fold(self) -> None:
        """Fold or unfold the branch under the cursor, or that of the leaf under it."""
        at = next((row for row in range(self.cursor, -1, -1) if self.rows[row].sign), None)
        if not self.rows or at is None or (at != self.cursor and not self.rows[self.cursor].depth):
            return
        self.folded = self.folded ^ {self.rows[at].key}
        self.move_to(at)
        self._arrange()
        self.post_message(self.Folded(self))

    def _open_at(self, event: events.MouseEvent) -> None:
        place = self.place_at(event)
        if place is not None and event.x < 4 and self.rows[place.item].sign and event.button == 1:
            event.stop()
            self.move_to(place.item)
            self.action_fold()
        else:
            super()._open_at(event)


def _leaves(branch: Branch) -> frozenset[Hashable]:
    """The keys of a branch's leaves, by which a renamed folder is found; its own key if it has none."""
    return frozenset(leaf.key for leaf in branch.leaves) or frozenset([branch.row.key])


def _group(name: str) -> Choice:
    return Choice((GROUP, name), name)


def tags_branch(rows: Sequence[Choice]) -> Branch:
    """The branch of the user's own tags."""
    return Branch(_group("Tags"), rows, section=1)


def folded_to_text(keys: frozenset[Key]) -> str:
    """The keys of folded branches as text, for `folded_from`."""
    return ",".join(sorted(f"{kind}:{key}" for kind, key in keys))


def folded_from(text: str) -> frozenset[Key]:
    """The keys of folded branches; unreadable ones are left out."""
    pairs = [each.partition(":") for each in text.split(",")]
    return frozenset((kind, int(key) if key.isdecimal() else key) for kind, _, key in pairs if key)

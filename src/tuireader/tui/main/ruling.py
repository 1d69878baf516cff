"""Rules: asked for in a dialog, applied and removed off the loop."""

from __future__ import annotations

from functools import partial
from sqlite3 import Connection
from typing import TYPE_CHECKING, Any

from tuireader.library.jobs.cache_gateway import Cache
from tuireader.model.clock import Clock
from tuireader.tui.main.undo_stack import UndoStep
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.workers import ASKING, start

if TYPE_CHECKING:
    from datetime import datetime

    from tuireader.model.feed import Feed
    from tuireader.model.query import Query
    from tuireader.model.rule import Rule
    from tuireader.tui.main.key_target import KeyTarget
    from tuireader.tui.main.panes import PanesScreen
    from tuireader.tui.main.statuses import StatusController
    from tuireader.tui.screens.rules import Kept, RuleWish, Scope


class RuleController:
    """Asks for rules, makes them and removes them."""

    def __init__(
        self,
        panes: PanesScreen,
        cache: Cache,
        target: KeyTarget,
        statuses: StatusController,
        *,
        clock: Clock,
        undo_key: str,
        rules_key: str,
    ) -> None:
        """`undo_key` and `rules_key` are how these keys are written."""
        self._panes = panes
        self._cache = cache
        self._target = target
        self._statuses = statuses
        self._clock = clock
        self._undo_key = undo_key
        self._rules_key = rules_key

    def ask(self) -> None:
        """Show the rules; what is searched for is what a new one begins with."""
        start(self._panes, self._ask, group=ASKING)

    async def _ask(self) -> None:
        query, feed = self._panes.headlines_pane.wanted, self._target.feed()
        text, scopes, there, tags = await self._cache.read(lambda c: _gathered(c, query, feed))
        from tuireader.tui.screens.dialog import open_dialog
        from tuireader.tui.screens.rules import RulesScreen
        from tuireader.tui.support.field_suggester import FieldSuggester

        rules = RulesScreen(
            self._cache,
            now=self._clock,
            query=text,
            scopes=scopes,
            there=there,
            tags=tags,
            suggester=FieldSuggester(self._cache),
        )
        open_dialog(self._panes.app, rules, self._do)

    def say_what_hides(self, article_id: int) -> None:
        start(self._panes, partial(self._say_what_hides, article_id), group="ruling")

    async def _say_what_hides(self, article_id: int) -> None:
        said = await self._cache.read(lambda c: _hiding(c, article_id))
        if said:
            toast(self._panes, f"Hidden by the rule “{said}”; {self._rules_key} shows the rules")

    def _do(self, wish: RuleWish | None) -> None:
        if wish is None:
            return
        if wish.made is not None:
            start(self._panes, partial(self._make, wish.made, is_applied=wish.is_applied), group="ruling")
        elif wish.removed is not None:
            start(self._panes, partial(self._remove, wish.removed), group="ruling")

    async def _make(self, rule: Rule, *, is_applied: bool) -> None:
        now = self._clock()
        kept = await self._cache.write(lambda c: _keep(c, rule, now))
        changed = 0
        if is_applied:
            changed = await self._cache.take(partial(_apply, rule=kept))
        done = f"; {changed} changed" if is_applied else ""
        self._statuses.can_be_undone(
            UndoStep(f"The rule is gone, and what it did: {kept.query or kept.said}", rule=kept.id)
        )
        toast(self._panes, f"From now on: {kept.said}{done} ({self._undo_key} to undo)")
        self._statuses.tell()

    async def _remove(self, rule: Rule) -> None:
        ids = await self._cache.read(lambda c: _caught_by(c, rule))
        changed = await self._cache.take(partial(_remove, rule=rule))
        step = UndoStep(f"The rule is back: {rule.query or rule.said}", ids, removed_rule=_as_json(rule))
        self._statuses.can_be_undone(step)
        some = "nothing had been done" if not changed else f"what it did with {changed} is taken back"
        toast(self._panes, f"The rule is removed; {some} ({self._undo_key} to undo)")
        self._statuses.tell()


# Seldom needed: loaded where it is.


def _gathered(c: Connection, query: Query, feed: Feed | None) -> tuple[str, list[Scope], list[Kept], list[str]]:
    """What a rule begins with: a query, what it may be for, the rules and the tags that there are."""
    from tuireader.store import feeds, folders, labels, rules
    from tuireader.tui.screens.rules import Kept, Scope

    names = {folder.id: folder.title for folder in folders.every(c)}
    scopes = [Scope("all feeds")]
    scopes += [Scope(f"this feed: {feed.name}", feed_id=feed.id)] if feed is not None else []
    folder = feed.folder_id if feed is not None else None
    scopes += [Scope(f"this folder: {names[folder]}", folder_id=folder)] if folder in names and folder else []
    counts = rules.counts(c)
    titles = {each.id: each.name for each in feeds.every(c)}
    there = [Kept(rule, _said(rule, titles, names), counts.get(rule.id, 0)) for rule in rules.every(c)]
    return query.text.strip(), scopes, there, labels.every(c, "tag")


def _said(rule: Rule, feeds: dict[int, str], folders: dict[int, str]) -> str:
    where = feeds.get(rule.feed_id or 0, "") or folders.get(rule.folder_id or 0, "")
    until = f", until {rule.until.astimezone():%Y-%m-%d}" if rule.until else ""
    return f"{rule.said}: {rule.query or 'all'}{f' in {where}' if where else ''}{until}"


def _keep(c: Connection, rule: Rule, now: datetime) -> Rule:
    from tuireader.library.rules import existing

    return existing.keep(c, rule, now)


def _hiding(c: Connection, article_id: int) -> str:
    """The queries of the rules that hide an article."""
    from tuireader.model.rule import HIDE
    from tuireader.store import rules

    return "”, “".join(rule.query or rule.said for rule in rules.of_article(c, article_id, HIDE))


def _caught_by(c: Connection, rule: Rule) -> list[int]:
    from tuireader.store import rules

    return rules.caught_by(c, rule.id)


def _as_json(rule: Rule) -> dict[str, Any]:
    from tuireader.library.rules import existing

    return existing.as_json(rule)


def _apply(c: Connection, rule: Rule) -> int:
    from tuireader.library.rules import existing

    return existing.apply(c, rule)


def _remove(c: Connection, rule: Rule) -> int:
    from tuireader.library.rules import existing

    return existing.remove(c, rule, take_back=True)

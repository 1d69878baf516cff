"""Dialogs for tags of articles, folders of feeds, and rules."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from sqlite3 import Connection
from typing import TYPE_CHECKING, Any

from tuireader.library import rules as library_rules
from tuireader.library.jobs import batching
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.reading import user_edits
from tuireader.library.subscribing import subscription
from tuireader.model import feed as model_feed
from tuireader.model.article import Clock, StatusChange
from tuireader.model.query import HIDE, Rule
from tuireader.store import accounts, labels
from tuireader.store import feeds as store_feeds
from tuireader.store import folders as store_folders
from tuireader.store import rules as store_rules
from tuireader.store.queries import article_lists
from tuireader.text.sentences import counted, together
from tuireader.tui.dialogs import questions
from tuireader.tui.dialogs import rules as rules_dialog
from tuireader.tui.main import query_controller
from tuireader.tui.main.article_commands import KeyTarget
from tuireader.tui.main.panes import PanesScreen
from tuireader.tui.main.statuses import StatusController, UndoStep
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.workers import ASKING, start

if TYPE_CHECKING:
    from concurrent.futures import Future


class FilingController:
    """Tags articles and files feeds into folders; both can be undone."""

    def __init__(
        self,
        panes: PanesScreen,
        cache: Cache,
        statuses: StatusController,
        push: Callable[[Sequence[model_feed.Feed], model_feed.Account, str], None],
        undo_key: str,
    ) -> None:
        """`push` hands local feeds over to a folder of an account; `undo_key` is the name of the undo key."""
        self._push = push
        self._undo_key = undo_key
        self._panes = panes
        self._cache = cache
        self._statuses = statuses

    def tag(self, ids: Collection[int]) -> None:
        if not ids:
            toast(self._panes, "Select an article first")
            return
        start(self._panes, partial(self._ask_for_tags, frozenset(ids)), group=ASKING)

    async def _ask_for_tags(self, ids: frozenset[int]) -> None:
        every, there, name = await self._cache.read(lambda c: _tags(c, ids))

        title = f"Tags of “{name}”" if len(ids) == 1 else f"Tags of {len(ids)} articles"
        pick = questions.PickScreen(title, every, there, noun="tag", write=partial(self._write_tags, ids))
        questions.open_dialog(self._panes.app, pick)

    def _write_tags(self, ids: frozenset[int], picked: questions.NameChanges) -> None:
        change = StatusChange(tuple(ids), tagged=picked.on, untagged=picked.off)
        written = self._cache.submit(partial(_change_tags, change=change), change)
        start(self._panes, partial(self._follow_tags, written, ids), group="filing")

    async def _follow_tags(self, written: Future[UndoStep], ids: frozenset[int]) -> None:
        step = await batching.wait_for(written)
        if step.tagged or step.untagged:
            self._statuses.add_undo_step(step)
        self._panes.headlines.select(self._panes.headlines.selected - ids)
        self._statuses.tell()

    def file(self, feeds: Sequence[model_feed.Feed], *, is_folder: bool = False) -> None:
        """Ask for a folder for feeds, or for another name of their folder (`is_folder`).

        Local feeds may also be handed over to an account.
        """
        start(self._panes, partial(self._ask_for_folder, feeds, is_folder=is_folder), group=ASKING)

    async def _ask_for_folder(self, feeds: Sequence[model_feed.Feed], *, is_folder: bool) -> None:
        names, elsewhere = await self._cache.read(partial(_folders, feeds=feeds))
        now = {feed.id: names.get(feed.folder_id or 0, "") for feed in feeds}
        there = {name: set(now.values()) == {name} for name in now.values()}
        none = [] if all(feed.is_of_account for feed in feeds) else [""]  # in an account, each is in one
        what = feeds[0].name if len(feeds) == 1 else f"{len(feeds)} feeds"
        former = next(iter(there)) if is_folder else ""

        every = list(dict.fromkeys([*none, *names.values(), *elsewhere]))
        its = "feed" if len(feeds) == 1 else what
        title = f"Rename “{former}”, or move its {its}" if former else f"Move {what} to folder"
        create = "Rename to" if former else ""
        pick = questions.PickScreen(title, every, there, noun="folder", nothing="No folder", create=create)
        new_to = {*every} if former else None
        questions.open_dialog(self._panes.app, pick, partial(self._filed, feeds, now, elsewhere, new_to))

    def _filed(
        self,
        feeds: Sequence[model_feed.Feed],
        before: Mapping[int, str],
        elsewhere: Mapping[str, tuple[model_feed.Account, str]],
        known: Collection[str] | None,
        picked: questions.NameChanges | None,
    ) -> None:
        """`known`: the names of all folders if a name that is none of them renames the folder of the feeds."""
        if picked is not None and picked.on[0] in elsewhere:
            self._push(feeds, *elsewhere[picked.on[0]])
            return
        moved = [] if picked is None else [feed for feed in feeds if picked.on[0] != before[feed.id]]
        if picked is not None and moved:
            is_renamed = known is not None and picked.on[0] not in known
            write = partial(self._write_folder, moved, before, picked.on[0], is_renamed=is_renamed)
            start(self._panes, write, group="filing")

    async def _write_folder(
        self, feeds: Sequence[model_feed.Feed], before: Mapping[int, str], folder: str, *, is_renamed: bool
    ) -> None:
        said, of_rules = await self._cache.write(
            partial(_put_into, feed_ids=[feed.id for feed in feeds], folder=folder)
        )
        one, former = len(feeds) == 1, before[feeds[0].id]
        what = feeds[0].name if one else f"{len(feeds)} feeds"
        back = (f"Moved {what} back to {former}" if former else f"Removed {what} from its folder") if one else ""
        undone = back or f"Moved {what} back to their folders"
        filed: dict[str, list[int]] = defaultdict(list)
        for feed in feeds:
            filed[before[feed.id]].append(feed.id)
        moved = f"Moved {what} to {folder}" if folder else f"Removed {what} from {'its folder' if one else 'folders'}"
        if is_renamed:
            moved, undone = f"Renamed {former} to {folder}", f"Renamed {folder} back to {former}"
        self._statuses.add_undo_step(UndoStep(undone, filed=filed, of_rules=of_rules))
        toast(self._panes, together([*said, f"{moved} · {self._undo_key}: undo"]))
        self._statuses.tell()


# Seldom needed: loaded where it is.


def _tags(c: Connection, ids: Collection[int]) -> tuple[list[str], dict[str, bool], str]:
    """All tags, the tags of the articles (True: on all of them), and the title if there is one article."""
    user_edits.need_any(c, ids)
    counts = Counter(name for names in labels.tags_of(c, ids).values() for name in names)
    title = next((headline.title for headline in article_lists.headlines(c, [*ids][:1])), "")
    return labels.every(c, "tag"), {name: count == len(ids) for name, count in counts.items()}, title


def _change_tags(c: Connection, change: StatusChange) -> UndoStep:
    user_edits.need_any(c, change.ids)
    origins = user_edits.origins(c, change.ids)
    tagged: Mapping[str, list[int]] = {name: user_edits.tag(c, change.ids, [name]) for name in change.tagged}
    untagged: Mapping[str, list[int]] = {name: user_edits.untag(c, change.ids, [name]) for name in change.untagged}
    undone = [("Removed", change.tagged), ("Restored", change.untagged)]
    said = "; ".join(f"{verb} {_named_tags(names)}" for verb, names in undone if names)
    return UndoStep(
        said if len(change.ids) == 1 else f"{said} ({len(change.ids)} articles)",
        change.ids,
        tagged={name: some for name, some in tagged.items() if some},
        untagged={name: some for name, some in untagged.items() if some},
        origins=origins,
    )


def _named_tags(names: Sequence[str]) -> str:
    return f"tag{'s' if len(names) > 1 else ''} {', '.join(f'“{name}”' for name in names)}"


def _folders(
    c: Connection, feeds: Sequence[model_feed.Feed]
) -> tuple[dict[int, str], dict[str, tuple[model_feed.Account, str]]]:
    """Folders that feeds can move to; for local feeds also the folders of accounts."""
    every, theirs = store_folders.every(c), {feed.account_id for feed in feeds}
    there = {folder.id: folder.name for folder in every if folder.account_id in theirs}
    if theirs != {model_feed.LOCAL}:
        return there, {}
    elsewhere: dict[str, tuple[model_feed.Account, str]] = {}
    for account in accounts.on_servers(c):
        elsewhere |= {folder.title: (account, folder.name) for folder in every if folder.account_id == account.id} or {
            account.name: (account, "")
        }
    return there, elsewhere


def _put_into(c: Connection, feed_ids: Sequence[int], folder: str) -> tuple[list[str], dict[str, list[Any]]]:
    """Put feeds into a folder; returns messages, and the folders of rules before and after."""
    before = library_rules.folders_of_rules(c)
    said = subscription.put_all_into(c, feed_ids, folder)
    return said, library_rules.rule_moves(c, before)


class RuleController:
    """Shows the rules dialog, adds and removes rules."""

    def __init__(
        self,
        panes: PanesScreen,
        cache: Cache,
        target: KeyTarget,
        statuses: StatusController,
        *,
        clock: Clock,
        undo_key: str,
    ) -> None:
        """`undo_key` is the name of that key."""
        self._panes = panes
        self._cache = cache
        self._target = target
        self._statuses = statuses
        self._clock = clock
        self._undo_key = undo_key
        self._draft: Rule | None = None
        """A rule that was left unfinished."""

    def ask(self) -> None:
        """Show the rules dialog; a new rule starts with the current search, else as it was left."""
        start(self._panes, self._ask, group=ASKING)

    async def _ask(self) -> None:
        query, feed = self._panes.headlines_pane.wanted, self._target.feed()
        scopes, there, tags = await self._cache.read(lambda c: _gathered(c, feed))
        rule = Rule(query.text.strip())
        if self._draft is not None and rule.query in ("", self._draft.query):
            rule = self._draft
        scopes.sort(key=lambda each: (each.feed_id, each.folder_id) != (rule.feed_id, rule.folder_id))
        rules = rules_dialog.RulesScreen(
            self._cache,
            now=self._clock,
            rule=rule,
            scopes=scopes,
            there=there,
            tags=tags,
            suggester=query_controller.FieldSuggester(self._cache),
        )
        questions.open_dialog(self._panes.app, rules, self._do)

    def say_what_hides(self, article_id: int) -> None:
        start(self._panes, partial(self._say_what_hides, article_id), group="ruling")

    async def _say_what_hides(self, article_id: int) -> None:
        said = await self._cache.read(lambda c: _hiding(c, article_id))
        if said:
            toast(self._panes, f"Hidden by rule: {said}")

    def _do(self, wish: rules_dialog.RuleAction | None) -> None:
        if wish is None:
            return
        self._draft = wish.draft
        if wish.made is not None:
            save = self._save if wish.made.id else self._make
            start(self._panes, partial(save, wish.made, is_applied=wish.is_applied), group="ruling")
        elif wish.removed is not None:
            start(self._panes, partial(self._remove, wish.removed), group="ruling")

    async def _make(self, rule: Rule, *, is_applied: bool) -> None:
        now = self._clock()
        kept = await self._cache.write(lambda c: _keep(c, rule, now))
        changed = await self._cache.take(partial(_apply, rule=kept)) if is_applied else 0
        self._statuses.add_undo_step(UndoStep(f"Deleted rule: {kept.query or kept.said}", rule=kept.id))
        self._tell(f"Created rule{_applied(changed) if is_applied else ''}")

    async def _save(self, rule: Rule, *, is_applied: bool) -> None:
        """Save a changed rule; if it is applied, its former effects are undone before that."""
        did, before = await self._cache.write(partial(_change, rule=rule))
        step = UndoStep(f"Restored rule: {before['query']}", rule=rule.id, removed_rule=before, did=did)
        self._statuses.add_undo_step(step)  # before it is applied, which the end of the program may interrupt
        changed = await self._cache.take(partial(_apply_again, rule=rule)) if is_applied else 0
        self._tell(f"Saved rule{_applied(changed) if is_applied else ''}")

    async def _remove(self, rule: Rule) -> None:
        did, said = await self._cache.read(lambda c: (_done_by(c, rule), _as_json(c, rule)))
        changed = await self._cache.take(partial(_remove, rule=rule))
        step = UndoStep(f"Restored rule: {rule.query or rule.said}", removed_rule=said, did=did)
        self._statuses.add_undo_step(step)
        self._tell(f"Deleted rule, {f'{changed} restored' if changed else 'no articles changed'}")

    def _tell(self, said: str) -> None:
        toast(self._panes, f"{said} · {self._undo_key}: undo")
        self._statuses.tell()


def _applied(changed: int) -> str:
    return f", applied to {counted(changed, 'article')}"


# Seldom needed: loaded where it is.


def _gathered(
    c: Connection, feed: model_feed.Feed | None
) -> tuple[list[rules_dialog.Scope], list[rules_dialog.ListedRule], list[str]]:
    """Data of the rules dialog: all scopes, those of the current feed first, the saved rules, all tags."""
    names = {folder.id: folder.title for folder in store_folders.every(c)}
    titles = store_feeds.unique_names(c)
    counts = store_rules.counts(c)

    def scope(feed_id: int | None, folder_id: int | None) -> rules_dialog.Scope:
        name = f"Feed: {titles.get(feed_id)}" if feed_id else f"Folder: {names.get(folder_id or 0)}"
        return rules_dialog.Scope(name, feed_id, folder_id) if feed_id or folder_id else rules_dialog.EVERYWHERE

    scopes = [rules_dialog.EVERYWHERE]
    if feed is not None:
        scopes.append(scope(feed.id, None))
        scopes += [scope(None, feed.folder_id)] if feed.folder_id in names else []
    scopes += [scope(None, id_) for id_ in names] + [scope(each.id, None) for each in store_feeds.current(c)]
    there = [
        rules_dialog.ListedRule(
            rule, _said(rule, titles, names), scope(rule.feed_id, rule.folder_id), counts.get(rule.id, 0)
        )
        for rule in store_rules.every(c)
    ]
    return list(dict.fromkeys(scopes)), there, labels.every(c, "tag")


def _said(rule: Rule, feeds: dict[int, str], folders: dict[int, str]) -> str:
    where = feeds.get(rule.feed_id or 0, "") or folders.get(rule.folder_id or 0, "")
    until = f", until {rule.until.astimezone():%Y-%m-%d}" if rule.until else ""
    return f"{rule.said}: {rule.query or 'all'}{f' in {where}' if where else ''}{until}"


def _keep(c: Connection, rule: Rule, now: datetime) -> Rule:
    return library_rules.keep(c, rule, now)


def _hiding(c: Connection, article_id: int) -> str:
    """The queries of the rules that hide an article."""
    return "”, “".join(rule.query or rule.said for rule in store_rules.of_article(c, article_id, HIDE))


def _done_by(c: Connection, rule: Rule) -> dict[str, list[int]]:
    return library_rules.done_by(c, rule)


def _as_json(c: Connection, rule: Rule) -> dict[str, Any]:
    return library_rules.as_json(c, rule)


def _change(c: Connection, rule: Rule) -> tuple[dict[str, list[int]], dict[str, Any]]:
    """Save a changed rule; returns the effects and the definition of the former one."""
    before = store_rules.get(c, rule.id)
    former = library_rules.done_by(c, before), library_rules.as_json(c, before)
    library_rules.change(c, rule)
    return former


def _apply_again(c: Connection, rule: Rule) -> int:
    return library_rules.apply_again(c, rule)


def _apply(c: Connection, rule: Rule) -> int:
    return library_rules.apply(c, rule)


def _remove(c: Connection, rule: Rule) -> int:
    return library_rules.remove(c, rule, take_back=True)

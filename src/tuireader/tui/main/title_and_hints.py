"""Text around the panes: the title, messages in empty lists, the hint line, the status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from tuireader.model import feed as model_feed
from tuireader.model.article import Clock
from tuireader.model.query import Query, SavedSearch
from tuireader.store.queries.query_language import understand
from tuireader.text.printable import printable
from tuireader.tui.keys import how_to, keys_of
from tuireader.tui.lists.feed_tree import STARRED, VIEW
from tuireader.tui.lists.rows import Piece
from tuireader.tui.lists.side_list import Choice
from tuireader.tui.main import sidebar as main_sidebar
from tuireader.tui.main.background_tasks import BackgroundTasks
from tuireader.tui.main.panes import ARTICLE_BESIDE, PanesScreen
from tuireader.tui.main.resume import INVITATION
from tuireader.tui.support.safe_text import ago
from tuireader.tui.support.viewport import Omitted, omits


class Captions:
    """Writes the title, the status, hints and empty-list messages."""

    def __init__(
        self,
        panes: PanesScreen,
        tasks: BackgroundTasks,
        clock: Clock,
    ) -> None:
        """`tasks` are the running background tasks."""
        self._panes = panes
        self._tasks = tasks
        self._clock = clock

    def write_title(self) -> None:
        """Write the title and the status above the panes; the article's title if it is scrolled out of view."""
        panes, tasks = self._panes, self._tasks
        counts = panes.sidebar.counts
        if panes.pane == "article" and (title := panes.reading.title_out_of_sight):
            panes.title_bar.shown = title
        else:
            selected = len(panes.headlines.selected)
            panes.title_bar.shown = (f"{selected} selected · " if selected else "") + (
                described(panes.headlines_pane.wanted, counts.feeds, counts.folders, panes.sidebar.saved)
                if counts
                else ""
            )
        mistakes = [] if panes.bottom.is_asking else understand(panes.headlines_pane.wanted.text).mistakes
        panes.title_bar.states = states(
            counts,
            self._clock(),
            mistakes=mistakes,
            progress=tasks.progress,
            offline=tasks.offline,
            waiting=tasks.syncing.waiting,
            has_counts=not omits(panes, Omitted.COUNTS),
            has_ages=not omits(panes, Omitted.AGES),
        )

    def write_empty(self) -> None:
        """Write in an empty list why it is empty."""
        panes = self._panes
        counts = panes.sidebar.counts
        known = (counts.feeds, counts.folders) if counts else (None,)
        is_refreshing = self._tasks.is_refreshing
        said = empty_list_message(panes.headlines_pane.wanted, panes.keymap, *known, is_refreshing=is_refreshing)
        if said != panes.headlines.empty:
            panes.headlines.empty = said
            panes.headlines.refresh()
        panes.reading.invite(INVITATION if panes.headlines.row_count() else "")

    def write_pointed(self) -> None:
        """Write the full name of the sidebar row under the cursor into the bottom line."""
        sidebar, hints = self._panes.sidebar, self._panes.bottom.hints
        feed, focused = sidebar.pointed_feed, sidebar.focused
        row = focused.pointed if focused is not None else None
        hints.alarm = trouble(feed.feed, self._clock()) if feed else ""
        saved = sidebar.pointed_search
        edit, delete = (next(iter(keys_of(id_, self._panes.keymap)), "") for id_ in ("feed-info", "exclude"))
        about = f" · {saved.query} · {edit}: edit · {delete}: delete" if saved else ""
        hints.note = counted(row) + about if row else self._of_article()

    def _of_article(self) -> str:
        """The date of the headline under the cursor, and in how many feeds it is."""
        panes = self._panes
        headline = panes.headlines.current
        if panes.pane != "headlines" or headline is None or panes.size.width < ARTICLE_BESIDE:
            return ""
        there = headline.date.astimezone()
        date = f"{there.day} {there:%b} {there.year}, {there:%H:%M}" if headline.is_dated else ""
        stories = f"in {headline.feeds} feeds" if headline.feeds > 1 else ""
        return " · ".join(filter(None, [date, stories, "" if headline.offline else "excerpt"]))


def described(
    query: Query,
    feeds: Sequence[model_feed.FeedSummary],
    folders: Mapping[int, str] = MappingProxyType({}),
    saved: Sequence[SavedSearch] = (),
) -> str:
    """Describe a query: feed, filters, search text, and the order unless it is the default.

    Values of one filter are joined by "or"; excluded ones have a minus.
    """
    text = query.text.strip()
    by_id = {one.feed.id: one.feed.name for one in feeds}
    feed_names = [*by_id.values()] if len(feeds) == 1 else _named(query.feeds, by_id)
    parts = [_either(_named(query.folders, {0: "No folder", **folders})), _either(feed_names)]
    parts += ["Unread"] * query.unread + ["Starred"] * query.starred
    parts += [_either(query.tags), _either([name or "No category" for name in query.categories])]
    parts += [_either([name or "No author" for name in query.authors])]
    left_out = [
        *_named(query.not_folders, {0: "No folder", **folders}),
        *_named(query.not_feeds, by_id),
        *query.not_tags,
    ]
    left_out += [name or "No category" for name in query.not_categories]
    left_out += [name or "No author" for name in query.not_authors]
    parts += [f"−{name}" for name in left_out]
    name = next((each.name for each in saved if each.query == text), f"“{text}”")
    parts += [name] if text else []
    parts = [part for part in parts if part] or ["All articles"]
    parts += [f"{query.order} first"] if query.order != ("best" if text else "newest") else []
    return " · ".join(printable(part) for part in parts)


def _named(ids: Sequence[int], names: Mapping[int, str]) -> list[str]:
    return [names[id_] for id_ in ids if id_ in names]


def _either(names: Sequence[str]) -> str:
    return " or ".join(names)


def states(
    survey: main_sidebar.SidebarCounts | None,
    now: datetime,
    *,
    progress: str,
    offline: bool,
    mistakes: Sequence[str] = (),
    waiting: Sequence[str] = (),
    has_counts: bool = True,
    has_ages: bool = True,
) -> tuple[str, ...]:
    """Status messages, most important first."""
    said = [*mistakes, *([progress] if progress else [])]
    said += ["offline"] if offline else []
    said += waiting
    if survey is not None and survey.feeds:
        unread = survey.totals.unread
        is_empty = not survey.totals.all and bool(survey.query.text.strip())
        if survey.unindexed and survey.query.text.strip():
            said.append(f"indexing {survey.unindexed} articles")
        if has_counts:
            starred = f"{survey.totals.starred} starred" if survey.query.starred else ""
            said.append(starred or (f"{unread} unread" if unread else "no matches" if is_empty else ""))
        if survey.checked and has_ages and not progress:
            said.append(f"refreshed {ago(survey.checked, now)}")
    return tuple(filter(None, said))


def empty_list_message(
    query: Query,
    keymap: Mapping[str, str],
    feeds: Sequence[model_feed.FeedSummary] | None,
    folders: Mapping[int, str] = MappingProxyType({}),
    *,
    is_refreshing: bool = False,
) -> list[list[Piece]]:
    """Explain why a list is empty and what to do; `feeds` are all feeds, None if not loaded yet."""
    if query.text.strip():
        where = described(replace(query, text="", order="newest"), feeds or (), folders)
        said = "No articles match" if where == "All articles" else f"No articles match in {where}"
        mistake = next(iter(understand(query.text).mistakes), "")
        words = query.text.split()
        begun = f" · {words[0]}*: also longer words" if len(words) > 1 and words[0].isalnum() else ""
        return _lines(said, mistake or f"{keys_of('back', keymap)[-1]}: clear search{begun}")
    if feeds is not None and not feeds:
        add, account = (how_to(name, keymap) for name in ("add", "account"))
        return _lines("No feeds yet", f"{add}: add feed · {account}: add account")
    if query.unread:
        return _lines("No unread articles", "")
    if query.starred:
        return _lines("No starred articles", f"{keys_of('star', keymap)[0]}: star an article")
    choices = (query.feeds, query.folders, query.categories, query.authors, query.tags)
    left_out = (query.not_feeds, query.not_folders, query.not_categories, query.not_authors, query.not_tags)
    hint = "Refreshing…" if is_refreshing else f"{keys_of('refresh-all', keymap)[0]}: refresh"
    if sum(map(bool, choices)) > 1 or any(left_out) or query.tags or query.folders:
        hint = f"{keys_of('clear-choices', keymap)[0]}: clear filters"
    return _lines("No articles", hint)


def _lines(said: str, hint: str) -> list[list[Piece]]:
    return [[], [("   ", ""), (said, "soft")], [("   ", ""), (hint, "faint")]]


def counted(row: Choice) -> str:
    """The full name of a sidebar row with its counts."""
    name = printable(row.name)
    if row.total is None:
        return name
    if row.unread and row.unread < row.total:
        return f"{name} · {row.unread} unread of {row.total}"
    articles = "no articles" if not row.total else "1 article" if row.total == 1 else f"{row.total} articles"
    is_counted = row.unread is not None and row.key != (VIEW, STARRED)  # which counts the starred ones
    marks = "" if not is_counted or not row.total else ", all unread" if row.unread else ", all read"
    return f"{name} · {articles}{marks}"


def trouble(feed: model_feed.Feed, now: datetime) -> str:
    """A sentence about a feed's problem; "" if it has none."""
    if feed.gone:
        return feed.error or "Feed no longer exists (HTTP 410 Gone)"
    if feed.error is None:
        return ""
    return f"{feed.error} · last tried {ago(feed.tried, now)}" if feed.tried else feed.error

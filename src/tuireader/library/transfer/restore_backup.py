"""Restoring a backup: what its rows do to the cache."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tuireader.content.dom.sanitize import plain_text
from tuireader.errors import AddressError, QueryError
from tuireader.feeds.opml import FEEDS_MAX, NEW_MAX
from tuireader.library import rules as library_rules
from tuireader.library.reading.user_edits import LIMITS, mistake
from tuireader.library.refreshing.match_entries import find_entries, guid_here
from tuireader.library.transfer import backup
from tuireader.model.article import Field
from tuireader.model.feed import PAGES, Feed
from tuireader.model.fetched import Plan
from tuireader.model.query import HIDE, READ, STAR, TAG, TAGS_MAX, Rule, tags_given
from tuireader.store import (
    articles,
    duplicates,
    feeds,
    folders,
    labels,
    pruning,
    rules,
    save_articles,
    site_facts,
    status_outbox,
    statuses,
    ui_state,
)
from tuireader.store.connection import transaction
from tuireader.store.queries import article_lists, query_language
from tuireader.store.row_values import name_key
from tuireader.text.language_and_hyphenation import count_tidied, language_tag
from tuireader.text.printable import short_line
from tuireader.text.shingles import completes, is_short, is_unlike
from tuireader.urls.hosts import Reach, host_of, is_inside_by_name
from tuireader.urls.identity import place
from tuireader.urls.typed_and_shown import without_credentials

_BATCH_CHARACTERS = 4_000_000
"""Characters of lines whose articles are written together."""


_PAIR, _NUMBERS = 2, 2**63
"""Length of a pair of key and date, and limit of their values."""


_NO_LINE = "not a backup line"
_MISTAKES = 1000
"""Invalid lines after which reading stops."""


_CUT = 2
"""Minimum ratio of words by which a backup's text must exceed one that the feed has cut or emptied since."""


_SHORT = 5
"""Minimum words of a text that only one containing it may replace; a shorter one may be a notice of removal."""


@dataclass(slots=True)
class Restored:
    """The result of restoring a backup."""

    feeds: int = 0
    articles: int = 0
    known: int = 0
    """Articles that were here already; their status, tags and texts are merged."""
    marked: int = 0
    """Number of those whose status or tags have changed."""
    filled: int = 0
    """Number of known feeds that got a name, folder or option."""
    rules: list[str] = field(default_factory=list)
    """Descriptions of the added rules."""
    idle: list[str] = field(default_factory=list)
    """Messages about added rules for folders without feeds."""
    searches: int = 0
    """Saved searches that were added."""
    inside: list[str] = field(default_factory=list)
    """Addresses of new feeds with private host names."""
    mistakes: list[tuple[int, str]] = field(default_factory=list)
    """Lines that could not be read, by number, and why."""


def restore(
    c: sqlite3.Connection, lines: Iterable[str], now: datetime, tell: Callable[[str], None] = lambda _: None
) -> Restored:
    """Add everything in a backup that the cache lacks; nothing in the cache is lost.

    Articles are saved in batches: if the program is killed, importing the same backup again adds the rest. `tell` is
    called with the progress. Raises NotAFeedListError if it is not a backup, or of a newer format version.
    """
    restoring = _Restoring(c, now)
    done = restoring.done
    number, is_whole = 0, False
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if len(done.mistakes) >= _MISTAKES:
            done.mistakes.append((number, "too many such lines: the rest was not read"))
            break
        if number % backup.BATCH_SIZE == 0:
            tell(f"{done.articles + done.known} articles of the backup")
        row = backup.parse(line)
        if number == 1:
            backup.check_head(row)
        elif row is not None and row.get("type") == backup.END:
            is_whole = True
        elif row is None:
            restoring.done.mistakes.append((number, _NO_LINE))
        else:
            try:
                restoring.take(row, len(line))
            except (ValueError, AddressError, QueryError) as error:
                restoring.done.mistakes.append((number, f"not imported: {error}"))
    restoring.finish()
    done.idle = library_rules.without_feeds(c, restoring.added_rules)
    if not is_whole and done.mistakes in ([], [(number, _NO_LINE)]):
        done.mistakes[:] = [(number, "the backup ends here: the rest is missing")]
    return done


class _Restoring:
    """Restores rows, articles of one feed in batches."""

    def __init__(self, c: sqlite3.Connection, now: datetime) -> None:
        self.done = Restored()
        self._c = c
        self._now = now
        self._feeds = feeds.by_place(c)
        self._new: dict[int, set[str]] = {}
        """Feeds that the backup brought, and the keys by which searches could name them before."""
        self._searches = {name_key(each.name): each.query for each in ui_state.searches(c)}
        self._same = {replace(each, id=0): each.id for each in rules.every(c)}
        """Existing rules and their ids."""
        self.added_rules: list[Rule] = []
        self._rules: dict[str, Rule] = {}
        """Rules here by their numbers in the backup."""
        self._named: dict[str, set[str]] = defaultdict(set)
        """Addresses of the backup's feeds by their names there."""
        self._filed: dict[int, int | None] | None = None
        """The folder of each feed here, once all feeds of the backup are here."""
        self._here: dict[str, list[str]] | None = None
        """Addresses of feeds named differently in the backup, by that name; None until all feeds are here."""
        self._new_folders = 0
        self._waiting: list[dict[str, Any]] = []
        self._size = 0
        self._stories: dict[int, int] = {}
        """Stories here by their numbers in the backup."""
        self._newest = article_lists.highest_id(c)
        """The highest article id before the import: articles of the backup are not matched with each other."""

    def take(self, row: dict[str, Any], size: int) -> None:
        """Restore one row; `size` is the length of its line."""
        kind = row.get("type")
        if kind == "article":
            backup.check_article(row)
            if place(row["feed_url"]) not in self._feeds:  # its row is missing, or damaged
                self._feed({"url": row["feed_url"], "reach": Reach.PUBLIC.value})
            if self._waiting and row["feed_url"] != self._waiting[0]["feed_url"]:
                self.flush()
            self._waiting.append(row)
            self._size += size
            if len(self._waiting) == backup.BATCH_SIZE or self._size > _BATCH_CHARACTERS:
                self.flush()
        elif kind == "folder":
            self._folder(backup.required_in(row, "name"))
        elif kind == "feed":
            self._feed(row)
        elif kind == "pruned":
            self._pruned(row)
        elif kind == "search":
            self._search(row)
        elif kind == "rule":
            self._rule(row)

    def _feed(self, row: dict[str, Any]) -> None:
        url, title, site = backup.address_in(row, "url"), backup.text_in(row, "title"), backup.text_in(row, "site")
        is_known = place(url) in self._feeds
        self._named[name_key(backup.text_in(row, "custom_title") or title or url)].add(place(url))
        # An address that others gave stays one. Whether one of the user's is inside is found out when it is fetched:
        # a backup of somebody else may say so of any.
        reach = Reach.PUBLIC if row.get("reach") == Reach.PUBLIC.value else Reach.UNKNOWN
        with transaction(self._c):  # whole, or not at all
            given = backup.mapping_in(row, "options")
            options = {name: given[name] for name in backup.ROW_OPTIONS & given.keys() if isinstance(given[name], str)}
            options = {
                name: value for name, value in options.items() if name not in backup.LANGUAGES or language_tag(value)
            }
            wrong = {name: said for name, value in options.items() if (said := mistake(name, value))}
            options = {name: value for name, value in options.items() if name not in wrong}
            if is_known:
                feeds.stay(self._c, self._feeds[place(url)])
                options = {name: value for name, value in options.items() if name not in backup.FOUND}
            else:
                if self.done.feeds >= FEEDS_MAX:
                    raise ValueError(f"at most {FEEDS_MAX:,} feeds per file")
                feed = feeds.add(self._c, url, title=title, site=site, now=self._now, reach=reach, follows=False)
                self._feeds[place(url)] = feed.id
                self._new[feed.id] = {name_key(url)}
                self.done.feeds += 1
                self.done.inside += [url] if url != PAGES and is_inside_by_name(host_of(url)) else []
            left_out, is_filled = self._fill_in(feeds.get(self._c, self._feeds[place(url)]), row, options)
            self.done.filled += is_known and is_filled
        if wrong:
            raise ValueError(" ".join(wrong.values()))
        if left_out:
            raise ValueError(
                f"{backup.text_in(row, 'custom_title') or title} already exists, with its own {' and '.join(left_out)}"
            )

    def _fill_in(self, feed: Feed, row: dict[str, Any], options: dict[str, str]) -> tuple[list[str], bool]:
        """Set a feed's title, folder and options from the backup where they are unset here.

        Returns what differs, and whether anything was set.
        """
        left_out, is_filled = [], False
        title, folder = backup.text_in(row, "custom_title"), backup.text_in(row, "folder")
        if title and not feed.given_name and not status_outbox.is_changed(self._c, feed.url, "title"):
            feeds.rename(self._c, feed.id, title, follows=feed.id not in self._new)
            status_outbox.date_back(self._c, feed.url, "title")
            is_filled = True
        elif title and title != feed.given_name:
            left_out.append("name")
        filed = "" if feed.folder_id is None else folders.get(self._c, feed.folder_id).name
        if folder and not filed and not status_outbox.is_changed(self._c, feed.url, "folder"):
            folders.put(self._c, feed.id, folders.add(self._c, folder).id)
            status_outbox.date_back(self._c, feed.url, "folder")
            is_filled = True
        elif folder and name_key(filed) != name_key(folder):
            left_out.append("folder")
        there = feeds.options(self._c, feed.id)
        for name, value in options.items():
            if name not in there and (feed.id in self._new or name not in LIMITS):
                feeds.set_option(self._c, feed.id, name, value)
                is_filled = True
            elif there.get(name) != value:
                left_out.append(name)
        return left_out, is_filled

    def _folder(self, name: str) -> int:
        """The id of the folder of this name, preferably a local one; created if needed."""
        there = folders.named(self._c, name)
        self._new_folders += not there
        if self._new_folders > NEW_MAX:
            raise ValueError(f"at most {NEW_MAX:,} folders per file")
        return (there or [folders.add(self._c, name)])[0].id

    def _pruned(self, row: dict[str, Any]) -> None:
        feed_id, keys = self._feeds.get(place(backup.address_in(row, "feed_url"))), row.get("keys")
        if feed_id is None or not isinstance(keys, list):
            raise ValueError("the feed of removed articles does not exist")
        pairs = [(each[0], each[1]) for each in keys if isinstance(each, list) and len(each) == _PAIR]
        if not all(type(n) is int and abs(n) < _NUMBERS for pair in pairs for n in pair):
            raise ValueError("invalid ID of a deleted article")
        is_fetched = feeds.get(self._c, feed_id).checked is not None
        if feed_id in self._new or not is_fetched:  # a file of others keeps nothing away from a feed that is here
            pruning.remember(self._c, feed_id, pairs)

    def _search(self, row: dict[str, Any]) -> None:
        name, query = backup.required_in(row, "name"), self._as_here(backup.text_in(row, "query").strip())
        if self._searches.get(name_key(name), query) != query:
            raise ValueError(f"a different saved search “{name}” already exists")
        if self.done.searches >= NEW_MAX:
            raise ValueError(f"at most {NEW_MAX:,} searches per file")
        ui_state.put_search(self._c, name, query)
        self.done.searches += name_key(name) not in self._searches
        self._searches[name_key(name)] = query

    def _as_here(self, query: str) -> str:
        """A query in which feeds that have other names here, or share theirs, are named by their addresses."""
        if "feed=" not in name_key(query):
            return query
        if self._here is None:
            names = feeds.unique_names(self._c)
            ids = {old: self._feeds.get(next(iter(urls))) for old, urls in self._named.items() if len(urls) == 1}
            others = {old: id_ for old, id_ in ids.items() if id_ is not None and name_key(names.get(id_, old)) != old}
            self._here = {old: [without_credentials(feeds.get(self._c, id_).url)] for old, id_ in others.items()}
        return query_language.renamed(query, "feed", self._here)

    def _rule(self, row: dict[str, Any]) -> None:
        folder, feed = backup.text_in(row, "folder"), backup.text_in(row, "feed")
        if feed and place(feed) not in self._feeds:
            raise ValueError("the feed of this rule does not exist")
        if not (feed or folder or backup.text_in(row, "query").strip()):
            raise ValueError("a rule needs a query, a feed or a folder")
        if len(backup.names_in(row, "tags")) > TAGS_MAX:
            raise ValueError(f"a rule has at most {TAGS_MAX} tags")
        named = [each.id for each in folders.named(self._c, folder)] or [self._folder(folder)] if folder else [None]
        held = self._holding(named, backup.names_in(row, "folder_feeds"))
        rule = Rule(
            self._as_here(backup.text_in(row, "query")),
            hide=bool(row.get("hide")),
            read=bool(row.get("read")),
            star=bool(row.get("star")),
            keep=bool(row.get("keep")),
            tags=backup.names_in(row, "tags"),
            feed_id=self._feeds[place(feed)] if feed else None,
            until=backup.moment_in(row, "until"),
        )
        first, *others = held or named[:1]
        known = held[:1] or named  # without feeds, it may be here for any of the name
        self._rules[str(row.get("number"))] = self._add_rule(replace(rule, folder_id=first), known, feed or folder)
        for other in others:
            self._add_rule(replace(rule, folder_id=other), [other], feed or folder)

    def _add_rule(self, rule: Rule, places: Sequence[int | None], said: str) -> Rule:
        """Add a rule, unless it is here for one of these folders; returns it as it is here."""
        same = replace(rule, query=rule.query.strip())
        id_ = next(filter(None, (self._same.get(replace(same, folder_id=each)) for each in places)), None)
        if id_ is None:
            if len(self.done.rules) >= NEW_MAX:
                raise ValueError(f"at most {NEW_MAX:,} rules per file")
            id_ = self._same[same] = rules.add(self._c, rule, self._now).id
            self.done.rules.append(f"{rule.said}: {short_line(rule.query) or said}")
            self.added_rules.append(rule)
        return replace(same, id=id_)

    def _holding(self, named: Sequence[int | None], urls: Sequence[str]) -> list[int | None]:
        """The folders among several that hold any of these feeds, the one with most of them first."""
        if len(named) < 2:
            return []
        if self._filed is None:
            self._filed = {feed.id: feed.folder_id for feed in feeds.every(self._c)}
        held = Counter(self._filed.get(self._feeds.get(place(url), 0)) for url in urls)
        return sorted((each for each in named if each and held[each]), key=lambda each: -held[each])

    def finish(self) -> None:
        self.flush()
        with transaction(self._c):
            feeds.follow_names(self._c, self._new)

    def flush(self) -> None:
        """Write the pending articles, all of one feed."""
        rows, self._waiting, self._size = self._waiting, [], 0
        if not rows:
            return
        self._name_others(rows)
        by_guid: dict[str, dict[str, Any]] = {}
        for row in rows:
            by_guid.setdefault(row["guid"], row)
        url = rows[0]["feed_url"]
        with transaction(self._c):
            feed_id = self._feeds[place(url)]
            there = save_articles.known(self._c, feed_id, by_guid)
            new = [row for guid, row in by_guid.items() if guid not in there]
            plan = Plan(new=tuple(backup.prepared_in(row, self._now) for row in reversed(new)), is_asked_for=True)
            ready = save_articles.Prepacked(plan, index_later=True)
            ready.write(self._c, feed_id, self._now)
            ids = save_articles.known(self._c, feed_id, by_guid)
            before = articles.marks_of(self._c, {each.id for each in there.values()})
            came = {ids[row["guid"]].id: row for row in new}
            unasked = [id_ for id_, row in came.items() if "read" in backup.unasked_in(row)]
            statuses.came_marked(self._c, [*came], unasked=unasked)
            statuses.set_apart(self._c, [id_ for id_, row in came.items() if row.get("apart") is True])
            for row in rows:
                guid = row["guid"]
                self._complete(
                    row, ids[guid].id, is_here=guid in there, is_new=guid not in there and row is by_guid[guid]
                )
            numbers = {ids[guid].id: backup.number_in(row, "story") for guid, row in by_guid.items()}
            self._restore_stories({id_: number for id_, number in numbers.items() if number or id_ in came}, feed_id)
            self.done.marked += articles.count_changed(self._c, before)
        self.done.articles += len(new)
        self.done.known += len(by_guid) - len(new)

    def _restore_stories(self, numbers: Mapping[int, int], feed_id: int) -> None:
        """Put articles without a story into the one that they have in the backup, since stories share statuses."""
        there = duplicates.stories_of(self._c, numbers)
        for id_, number in numbers.items():
            story = there.get(id_) or duplicates.put_into_story(
                self._c, id_, feed_id, self._stories.get(number), newest=self._newest
            )
            if number:
                self._stories.setdefault(number, story)
        duplicates.settle_of(self._c, numbers)

    def _name_others(self, rows: list[dict[str, Any]]) -> None:
        """Replace guids in rows by those of the matching saved articles, or by new ones if others have them."""
        feed_id = self._feeds[place(rows[0]["feed_url"])]
        entries = {row["guid"]: backup.entry_in(row) for row in reversed(rows)}  # a twin has the guid of the first one
        found = find_entries(self._c, feed_id, [*entries.values()], up_to=self._newest)
        taken = save_articles.known(self._c, feed_id, entries)
        with transaction(self._c):
            for guid, there in found.items():
                if there is not None and guid not in taken:
                    save_articles.add_guid(self._c, there.id, entries[guid])
        for row in rows:
            row["guid"] = guid_here(entries[row["guid"]], found)

    def _complete(self, row: dict[str, Any], id_: int, *, is_here: bool, is_new: bool) -> None:
        """Add to an article the text, position, statuses, tags and rule effects of its row.

        `is_here`: the article existed before; `is_new`: the row is the first one of an article that did not.
        """
        if is_new:
            html, text, words = (
                backup.text_in(row, "full_html"),
                backup.text_in(row, "full_text"),
                backup.number_in(row, "words"),
            )
            text = text or plain_text(html)
        else:
            html, text, words = self._text_for(row, id_)
        if html:
            save_articles.save_full_text(self._c, id_, html, text, words, published=backup.moment_in(row, "page_date"))
        if is_new or not articles.status(self._c, id_).position:
            statuses.save_position(self._c, id_, backup.number_in(row, "position"))
        if not is_new:  # what a rule or an age marked there, a rule or an age may mark here
            is_apart = row.get("apart") is True and not articles.status(self._c, id_).read
            fields: tuple[Field, ...] = ("read", "starred")
            unasked = backup.unasked_in(row)
            for name in fields:
                # Of a star that a rule gave, a part of the articles has no rule that could give it again.
                is_of_rule = name in unasked and (name == "read" or bool(backup.mapping_in(row, "rules")))
                if row.get(name) and not is_of_rule:
                    statuses.mark_undated(self._c, [id_], name, alone=True)
            statuses.set_apart(self._c, [id_] if is_apart and articles.status(self._c, id_).read else [])
        self._take_tags_and_rules(row, id_, is_here=is_here, is_new=is_new)

    def _text_for(self, row: dict[str, Any], id_: int) -> tuple[str, str, int]:
        """The text of a row that may replace an article's: HTML, plain text, number of words; "", "", 0 if none.

        Unrelated texts are refused, since the backup may be somebody else's.
        """
        article, page = articles.get(self._c, id_), backup.text_in(row, "full_html")
        html = page or (backup.text_in(row, "html") if article.words * _CUT <= backup.number_in(row, "words") else "")
        if not html or site_facts.has_full_text(self._c, id_):
            return "", "", 0
        here, text = plain_text(articles.body(self._c, id_)), plain_text(html)
        words = count_tidied(text)
        is_longer = count_tidied(here) * _CUT <= words
        is_open = id_ > self._newest or is_short(here, _SHORT)  # it came with this backup, or little would be lost
        fits = is_open or completes(here, text) or (is_longer and not article.offline and not is_unlike(here, text))
        return (html, text, words) if fits and (is_longer or page) else ("", "", 0)

    def _take_tags_and_rules(self, row: dict[str, Any], id_: int, *, is_here: bool, is_new: bool) -> None:
        did = {self._rules.get(number, Rule("")): bits for number, bits in backup.mapping_in(row, "rules").items()}
        by_rule = {name_key(tag) for rule, bits in did.items() for tag in tags_given(bits, rule.tags)}
        tags = backup.names_in(row, "tags")
        if own := [tag for tag in tags if name_key(tag) not in by_rule]:
            statuses.tag(self._c, [id_], own)
        labels.add_tags(self._c, [id_], [tag for tag in tags if name_key(tag) in by_rule and not is_here])
        is_hidden = any(bits & HIDE and rule.id for rule, bits in did.items())
        if is_new and (is_hidden or row.get("hidden") is True):
            rules.hide(self._c, [id_])
        done = rules.done_to(self._c, id_) if did and is_here else {}
        for rule, bits in did.items():
            if is_new and rule.id:
                rules.record_effect(self._c, rule.id, id_, bits)
            elif is_here and rule.id and rule.id not in done and rules.caught(self._c, [rule], [id_]):
                # What was done elsewhere since is newer; somebody else's backup may say so of any article.
                rules.redo(self._c, rule, {id_: _in_force(row, rule, bits)}, status_outbox.undated)


def _in_force(row: dict[str, Any], rule: Rule, bits: int) -> int:
    """The effects of a rule on an article, as bits, without those that the user has changed since."""
    gone = (0 if "read" in backup.unasked_in(row) else READ) | (0 if row.get("starred") else STAR)
    has = {name_key(tag) for tag in backup.names_in(row, "tags")}
    has_none = has.isdisjoint(map(name_key, rule.tags))
    return bits & ~(gone | rules.lost_tags(rule, has) | (TAG if has_none else 0))

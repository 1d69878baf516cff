"""Import of any known file: feed lists, newsboat's folder, saved pages, backups."""

from __future__ import annotations

import os
import re
import sqlite3
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache, partial
from io import BufferedReader, TextIOWrapper
from itertools import chain
from lzma import LZMAError
from pathlib import Path
from typing import IO, NamedTuple

from tuireader import paths
from tuireader.content.dom.sanitize import plain_text
from tuireader.errors import NotAFeedListError
from tuireader.feeds.decode import decode
from tuireader.feeds.entries import UNTITLED, guid_with_digest
from tuireader.feeds.opml import LIMIT, as_utf8
from tuireader.feeds.read_later import SavedPage, from_omnivore, read_saved_pages
from tuireader.feeds.url_list import other_settings, read_killfile, read_url_list
from tuireader.library.reading import full_text, user_edits
from tuireader.library.refreshing import upkeep
from tuireader.library.refreshing.match_entries import Candidate, given_body, is_another, prepare
from tuireader.library.transfer import backup, newsboat, restore_backup
from tuireader.library.transfer.import_feeds import ImportedFeed, follow_lines, ignore, import_feeds, read_file
from tuireader.model.article import Article, Status
from tuireader.model.fetched import ParsedEntry
from tuireader.store import articles, feeds, rules, save_articles, site_facts, statuses
from tuireader.store.connection import transaction
from tuireader.store.queries import article_lists
from tuireader.store.row_values import link_key
from tuireader.text.language_and_hyphenation import count_tidied
from tuireader.text.sentences import counted
from tuireader.text.shingles import completes, has_other, is_short, is_unlike, likeness, title_key
from tuireader.urls.hosts import host_of, is_inside_by_name
from tuireader.urls.identity import names_part, of_one_site, place
from tuireader.urls.typed_and_shown import html_without_logins, shown_address

_BATCH_SIZE = 100
_A_DAY = timedelta(days=1)
_NUMBER = re.compile(r"\d+")
_FEW = 8
"""Minimum words of texts that are compared."""
_COMPARED = 20
"""Maximum number of articles with the same title that are compared with a page."""
_UNPACKED, _LARGEST = 300_000_000, 20_000_000
"""Maximum bytes of an unpacked export, and of one file in it."""
_METADATA, _METADATA_ALL, _PAGES_MAX = 4_000_000, 64_000_000, 200_000
"""Maximum characters of a list of pages, and of all lists; and maximum number of pages."""


class KeptPages(NamedTuple):
    """The result of importing saved pages."""

    added: int
    known: int
    without_text: int
    """Number of added pages without text."""
    marked: int = 0
    """Number of known pages whose star or tags have changed."""
    completed: int = 0
    """Number of known articles whose text was replaced by the longer one of the file."""
    with_notes: int = 0
    """Number of pages with notes or highlights, which are not taken over."""


def keep_all(
    c: sqlite3.Connection,
    pages: list[SavedPage],
    now: datetime,
    tell: Callable[[str], None] = lambda _: None,
    *,
    text_of: Callable[[str], str] = lambda _: "",
) -> KeptPages:
    """Save pages with their tags and statuses; known articles get these, too.

    A page of a subscribed feed becomes an article of that feed; any other becomes a saved page, even if a feed has it.
    `tell` is called with the progress; `text_of` returns a page's text by the name of its file.
    """
    followed, here = feeds.by_place(c), _LocalArticles(c, pages)
    added = known = without = marked = completed = 0
    for start in range(0, len(pages), _BATCH_SIZE):
        tell(f"{start} of {len(pages)} pages")
        before: dict[int, tuple[bool, bool, frozenset[str]]] = {}
        with transaction(c):
            for each in pages[start : start + _BATCH_SIZE]:
                page = replace(each, html=html_without_logins(text_of(each.file))) if each.file else each
                feed_id = followed.get(place(page.feed)) if page.feed else None
                feed_id = feed_id or user_edits.feed_of_pages(c)
                there = here.find(page, feed_id)
                copies: list[int] = []
                if there is None:
                    there = _keep(c, feed_id, page, now)
                    if not page.guid:  # what has a guid is none of the others in the file
                        here.add(articles.get(c, there))
                    added += 1
                    without += not page.html.strip()
                else:
                    known += 1
                    article = articles.get(c, there)
                    feeds.stay(c, article.feed_id)
                    before = articles.marks_of(c, [there]) | before
                    text = plain_text(page.html)
                    words, here_words = count_tidied(text), article.words
                    if words > here_words * (full_text.LONGER_RATIO if article.offline else 1) and _holds(
                        c, there, text
                    ):
                        save_articles.save_full_text(c, there, page.html, text, words)
                        completed, here_words = completed + 1, words
                    if not page.is_of_feed and article.feed_id != user_edits.feed_of_pages(c):
                        is_text_of_file = words > here_words
                        guid = _free_name(c, page, user_edits.feed_of_pages(c))
                        copy = (
                            _keep(c, None, page, now) if is_text_of_file else user_edits.save_copy(c, there, now, guid)
                        )
                        here.add(articles.get(c, copy))
                        copies.append(copy)
                    statuses.mark_undated(c, [there, *copies] if page.is_read else (), "read")
                    statuses.mark_undated(c, [there, *copies] if page.is_starred else (), "starred")
                if page.tags:
                    statuses.tag(c, [there, *copies], page.tags)
            marked += articles.count_changed(c, before)
    return KeptPages(added, known, without, marked, completed, sum(page.has_notes for page in pages))


_Spot = tuple[int, str]
"""The key of an address, and the part of the page that it points to, or ""."""
_Ids = defaultdict[datetime | None, list[int]]
"""Ids of articles with one title, in one feed or in all, by publication date."""


class _LocalArticles:
    """Finds the saved articles that match exported pages.

    In doubt a page counts as new: a duplicate is better than a lost article.
    """

    def __init__(self, c: sqlite3.Connection, pages: Iterable[SavedPage]) -> None:
        """Search the articles in the cache `c`, and those that are added later."""
        self._c = c
        self._count = Counter(_spot(page.url) for page in pages)
        self._left = Counter(self._count)
        """Pages at each address that are still to be looked for."""
        self._pages = Counter(link for spot, count in self._count.items() for link in [spot[0]] * count)
        self._known: set[int] = set()
        """Keys of addresses that were looked up, each once together with all parts of its page."""
        self._there: dict[_Spot, dict[tuple[str, int | None], _Ids]] = {}
        """Articles at each address, by title and feed."""
        pages_here = site_facts.page_list_feeds(c)
        lists = ((id_, site_facts.page_list_of(c, id_)) for id_ in pages_here)
        self._watched = {id_ for id_, known in lists if known is not None and known.followed == "page"}
        """Ids of pages that are followed for their changes."""

    def add(self, article: Article) -> None:
        spot = _spot(article.link)
        if spot[0] in self._known and self._left[spot] and article.feed_id not in self._watched:
            there = self._there.setdefault(spot, defaultdict(partial(defaultdict, list)))
            for feed in (None, article.feed_id):
                there[title_key(article.title), feed][article.published].append(article.id)

    def find(self, page: SavedPage, feed_id: int | None) -> int | None:
        """The article that matches a page: by guid in its feed, else by address if title and text agree."""
        if (named := self._named(page, feed_id)) is not None:
            return named
        spot = _spot(page.url)
        if spot[0] not in self._known:
            self._known.add(spot[0])
            for id_ in reversed(articles.all_by_link(self._c, page.url)):
                self.add(articles.get(self._c, id_))
        is_alone = self._count[spot] == 1
        there = self._there.pop(spot, {}) if is_alone else self._there.get(spot, {})
        self._left[spot] -= 1
        if self._pages[spot[0]] == 1:
            self._known.discard(spot[0])
        title = title_key(page.title)
        same = (there.get((title, feed_id)) if page.is_of_feed else None) or there.get((title, None))
        if same is not None:
            return self._nearest(page, same, is_alone=is_alone)
        if not is_alone or (page.guid and any(feed == feed_id for _, feed in there)):
            return None
        others = [id_ for (_, feed), ids in there.items() if feed is None for id_ in chain(*ids.values())]
        return others[0] if len(others) == 1 and self._is_same(page, others[0]) else None

    def _named(self, page: SavedPage, feed_id: int | None) -> int | None:
        """The feed's article with the guid of a page; None if it is a different article, or there is none."""
        if feed_id is None:
            return None
        known = save_articles.known(self._c, feed_id, [page.name, _other_name(page)])
        there = [Candidate(*facts) for facts in save_articles.facts_of(self._c, (each.id for each in known.values()))]
        if feed_id == user_edits.feed_of_pages(self._c):  # of whatever feeds
            there = [each for each in there if place(each.link) == place(page.url) or each.title == page.title]
        if page.name == page.url:
            return next((each.id for each in there if self._is_same(page, each.id)), None)
        entry, body = _entry(page, page.name), partial(given_body, self._c)
        return next((each.id for each in there if not is_another(entry, each, body)), None)

    def _nearest(self, page: SavedPage, same: _Ids, *, is_alone: bool) -> int | None:
        """Of the articles with a page's title, the one with its date and the most similar text, else the newest.

        A missing date is ignored, as is the date if the page `is_alone` at its address in the export, and only one
        article has the title.
        """
        ids = sorted(chain(*same.values()))
        dated = page.published is not None and not (is_alone and len(ids) == 1)
        ids = (same.get(page.published) or same.get(None) or []) if dated else ids
        last = [id_ for id_ in ids[: -_COMPARED - 1 : -1] if self._is_same(page, id_)]
        text = _plain(page.html)
        if not text and not dated:  # of several of one feed nothing tells which it is
            of = Counter(articles.get(self._c, id_).feed_id for id_ in last)
            last = [] if any(count > 1 for count in of.values()) else last
        if len(last) < 2:
            return next(iter(last), None)
        return max(last, key=lambda id_: likeness(text, _plain(articles.body(self._c, id_))))

    def _is_same(self, page: SavedPage, article_id: int) -> bool:
        """Whether a page and the article at its address are the same: other articles may use that address, too.

        They are if half of the text agrees, or the title and the date; the title alone is enough if there are no whole
        texts to compare. A page that was saved before the article was published is another one.
        """
        article = articles.get(self._c, article_id)
        feed = feeds.get(self._c, article.feed_id)
        if page.added and article.published and page.added < article.published - _A_DAY:
            return False
        text, there = _plain(page.html), _plain(articles.body(self._c, article_id))
        if text and there and has_other(text, there):
            return True
        is_own = feed.holds_pages or of_one_site(feed.url, page.url)
        is_titled = title_key(page.title) == title_key(article.title) or (
            is_own and _is_part_of_other(page.title, article.title)
        )
        is_dated = page.published is not None and page.published == article.published and not is_unlike(text, there)
        is_of_other = bool(text and there and page.feed) and place(page.feed) != place(feed.url)
        is_compared = is_of_other or (article.offline and not is_short(min(text, there, key=len), _FEW))
        return is_titled and (is_dated or not is_compared)


_plain = lru_cache(_COMPARED + 1)(plain_text)
"""The plain text of HTML; one page is compared with several."""


def _spot(url: str) -> _Spot:
    return link_key(url), url.partition("#")[2] if names_part(url) else ""


def _is_part_of_other(one: str, other: str) -> bool:
    """Whether one of two titles contains the other, as with a site's name added, and both have the same numbers."""
    one, other = title_key(one), title_key(other)
    is_held = f" {one} " in f" {other} " or f" {other} " in f" {one} "
    return is_held and _NUMBER.findall(one) == _NUMBER.findall(other)


def _holds(c: sqlite3.Connection, article_id: int, text: str) -> bool:
    """Whether a text contains at least half of an article's text, so that it can replace it."""
    return completes(plain_text(articles.body(c, article_id)), text)


def _keep(c: sqlite3.Connection, feed_id: int | None, page: SavedPage, now: datetime) -> int:
    feed = feed_id or user_edits.feed_of_pages(c)
    entry = _entry(page, _free_name(c, page, feed))
    status = Status(read=page.is_read, starred=page.is_starred)
    prepared = prepare(entry, status=status, date=page.added or page.published, excerpt=not page.html.strip())
    id_ = user_edits.save_page(c, prepared, now, feed_id)
    statuses.came_marked(c, [id_])
    return id_


def _free_name(c: sqlite3.Connection, page: SavedPage, feed: int | None) -> str:
    """The guid for a new page of a feed; a modified one if another article has the page's own."""
    is_taken = feed is not None and bool(save_articles.known(c, feed, [page.name]))
    return _other_name(page) if is_taken else page.name


def _other_name(page: SavedPage) -> str:
    return guid_with_digest(page.name, page.url, page.title)


def _entry(page: SavedPage, guid: str) -> ParsedEntry:
    title = page.title or page.url or UNTITLED
    return ParsedEntry(guid, title, page.url, page.authors, published=page.published, html=page.html)


def _omnivore(c: sqlite3.Connection, path: Path, now: datetime, tell: Callable[[str], None]) -> KeptPages | None:
    """Import an Omnivore export (ZIP); None if it is none. Raises NotAFeedListError."""
    try:
        with _BoundedFile(path.open("rb", buffering=0)) as file, zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            names = [info.filename for info in members]
            rows = sorted(each for each in names if Path(each).name.startswith("metadata") and each.endswith(".json"))
            if not rows:
                return None
            is_too_large = max(info.file_size for info in members) > _LARGEST
            if is_too_large or sum(info.file_size for info in members) > _UNPACKED:
                raise NotAFeedListError(f"{path} is too large when unpacked (over {_UNPACKED // 1000000} MB)")
            files = {Path(each).stem: each for each in names if each.endswith(".html")}
            noted = {Path(each).stem for each in names if Path(each).parent.name == "highlights"}
            found: list[SavedPage] = []
            left = _METADATA_ALL
            for each in rows:
                listed = _text(archive, each, _METADATA + 1)
                if len(listed) > _METADATA:
                    raise NotAFeedListError(f"{path}: {each} is larger than {_METADATA // 1_000_000} MB")
                left -= len(listed)
                if left < 0:
                    raise NotAFeedListError(f"{path} has more than {_METADATA_ALL // 1_000_000} MB of metadata")
                found += from_omnivore(listed, files, noted)
                if len(found) > _PAGES_MAX:
                    raise NotAFeedListError(f"{path} has more than {_PAGES_MAX} pages")
            return keep_all(c, found, now, tell, text_of=partial(_text, archive))
    except (zipfile.BadZipFile, zlib.error, LZMAError, OSError, NotImplementedError, RuntimeError, EOFError) as error:
        raise NotAFeedListError(f"Cannot unpack {path}: {error}") from error


class _BoundedFile(BufferedReader):
    """A file that refuses large reads: the directory of a ZIP file takes many times its length in memory."""

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size > _LARGEST:
            raise OSError(f"its file list is larger than {_LARGEST // 1_000_000} MB")
        return super().read(size)


def _text(archive: zipfile.ZipFile, name: str, most: int = _LARGEST) -> str:
    with archive.open(name) as member:  # what it says of its size may be a lie
        return member.read(most).decode("utf-8", "replace")


_HEAD = 4096
_NAMED = 4
"""Maximum names listed in a message."""


@dataclass(slots=True)
class Imported:
    """The result of an import."""

    feeds: list[ImportedFeed] = field(default_factory=list)
    """The result of each feed or search."""
    articles: int = 0
    """Articles imported from newsboat's cache."""
    marked: int = 0
    """Number of known articles that newsboat's marks have changed."""
    kept_away: int = 0
    """Number of articles that newsboat has deleted, which are not imported, now or later."""
    lacks_cache: bool = False
    """Whether newsboat's cache was not found."""
    hidden: list[str] = field(default_factory=list)
    """Names of the feeds that newsboat hides."""
    settings: list[str] = field(default_factory=list)
    """Names of newsboat's settings, which are not imported."""
    pages: KeptPages | None = None
    """The result for saved pages."""
    restored: restore_backup.Restored | None = None
    """The result for a backup."""

    @property
    def new_feeds(self) -> list[int]:
        return [each.feed_id for each in self.feeds if each.status == "added" and each.feed_id is not None]

    @property
    def inside(self) -> list[str]:
        """Addresses of new feeds with private host names."""
        if self.restored is not None:
            return [shown_address(url) for url in self.restored.inside]
        new = (each.outline.url for each in self.feeds if each.status == "added" and each.feed_id is not None)
        return [shown_address(url) for url in new if is_inside_by_name(host_of(url))]

    @property
    def left_out(self) -> list[str]:
        """Names of entries that were not imported."""
        return [
            (f"line {each.line}, " if each.line else "") + shown_address(each.outline.url)
            for each in self.feeds
            if each.status == "unsupported"
        ]

    def problems(self) -> list[str]:
        """Each entry that failed, with its line and the reason."""
        failed = [each for each in self.feeds if each.error is not None]
        said = [(each.line, f"{shown_address(each.outline.url)}: {each.error}") for each in failed]
        said += self.restored.mistakes if self.restored is not None else []
        return [why if line is None else f"line {line}: {why}" for line, why in said]

    def said(self, *, names_left_out: bool = True) -> list[str]:
        """Return the result as sentences; `names_left_out`: with the names of entries that were not imported."""
        if self.restored is not None:
            back = self.restored
            known = f"; {back.known} already existed" if back.known else ""
            said = [f"Restored {counted(back.feeds, 'feed')} and {counted(back.articles, 'article')}{known}."]
            said += [*_filled(back.filled), *_marked(back.marked)]
            if back.rules:
                said.append(
                    f"{counted(len(back.rules), 'rule')} imported ({_named(back.rules)}). To list them: tuireader rules"
                )
            said += [f"{each}." for each in back.idle]
            if back.searches:
                said.append(f"{counted(back.searches, 'saved search', 'saved searches')} imported.")
            return said + self._leads_inside()
        if self.pages is not None:
            pages = self.pages
            known = f", {pages.known} already saved" if pages.known else ""
            said = [f"{counted(pages.added, 'page')} saved{known}.", *_marked(pages.marked)]
            if pages.completed:
                said.append(f"Replaced {counted(pages.completed, 'article')} with the longer text in the file.")
            if pages.without_text:
                bare = counted(pages.without_text, "page")
                said.append(f"{bare} without text. To fetch it: tuireader download")
            if pages.with_notes:
                said.append(f"Not imported: your notes and highlights on {counted(pages.with_notes, 'page')}.")
            return said
        statuses: list[str] = [each.status for each in self.feeds]
        added, failed, left = map(statuses.count, ("added", "failed", "unsupported"))
        there = sum(each.status == "known" and each.feed_id is not None for each in self.feeds)
        new = len(self.new_feeds)
        parts = [counted(new, "new feed")]
        ruled = sum(each.is_rule and each.status == "added" for each in self.feeds)
        searches = added - new - ruled
        parts += [counted(searches, "saved search", "saved searches")] if searches else []
        parts += [counted(ruled, "rule")] if ruled else []
        parts += [f"{there} already subscribed"] if there else []
        parts += [f"{failed} with an invalid address"] if failed else []
        said = [f"{', '.join(parts)}."]
        said += [f"Not imported: {_named(self.left_out)}."] if left and names_left_out else []
        said += self._leads_inside()
        said += self._from_newsboat()
        said += [*_filled(sum(each.is_filled for each in self.feeds)), *_marked(self.marked)]
        return said + _left(self.settings)

    def _from_newsboat(self) -> list[str]:
        said = []
        if self.articles:
            said.append(f"Imported {counted(self.articles, 'article')} with read status and flags from newsboat.")
        if self.lacks_cache:
            beside = "copy cache.db beside urls, and import again"
            said.append(f"No cache of newsboat found: all articles are new. To import read status and flags: {beside}.")
        if self.kept_away:
            said.append(f"Not imported: {counted(self.kept_away, 'article')} that you deleted in newsboat.")
        if self.hidden:
            said.append(f"Hidden in newsboat, so without unread counts here: {_named(self.hidden)}.")
        if any(each.query for each in self.feeds):
            said.append("Searches and rules find words and their beginnings here, not parts within words.")
        return said

    def _leads_inside(self) -> list[str]:
        where = (
            f"Feeds on your local network, which you can remove if you do not recognize them: {_named(self.inside)}."
        )
        return [where] if self.inside else []


def _left(settings: list[str]) -> list[str]:
    """The settings that are not imported, with their counterparts here."""
    names = [f"{name} (here: {_COUNTERPARTS[name]})" if name in _COUNTERPARTS else name for name in settings]
    return [f"Not imported from newsboat’s config: {', '.join(names)}."] if names else []


_COUNTERPARTS = {
    "auto-reload": "refresh_every", "bind": "[keymap]", "bind-key": "[keymap]", "browser": "$BROWSER",
    "color": "theme", "keep-articles-days": "keep_days", "max-items": "keep_articles",
    "refresh-on-startup": "refresh_on_start", "reload-time": "refresh_every", "text-width": "measure",
    "unbind-key": "[keymap]",
}  # fmt: skip
"""The settings of tuireader that do what newsboat's do."""


def _filled(count: int) -> list[str]:
    given = "name, folder or settings from the file (your own were kept)"
    return [f"Updated {counted(count, 'feed')} with the {given}."] if count else []


def _marked(count: int) -> list[str]:
    return [f"Updated read status, stars and tags of {counted(count, 'article')}."] if count else []


def _named(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names) if more <= 1 else f"{', '.join(names[:_NAMED])} and {more} more"


def import_path(c: sqlite3.Connection, path: str, now: datetime, tell: Callable[[str], None]) -> Imported:
    """Import a file or a folder; `tell` is called with progress. Raises NotAFeedListError."""
    file = _existing_path(path)
    urls = newsboat.find(file)
    if urls is not None:
        return _newsboat(c, urls, now, tell)
    if file.is_dir():
        raise NotAFeedListError(f"No newsboat “urls” file in {shown_address(path)}. Enter a file name")
    first = _head(file, path)
    if backup.is_backup(first):
        with file.open("rb") as opened:
            return import_stream(c, opened, now, tell)
    if first.startswith(b"PK"):
        kept = _omnivore(c, file, now, tell)
        if kept is None:
            raise NotAFeedListError(
                f"{shown_address(path)} is not a known export. If it is an archive, unpack it first"
            )
        return Imported(pages=kept)
    return import_content(c, read_file(path), now, tell)


def import_stream(c: sqlite3.Connection, stream: IO[bytes], now: datetime, tell: Callable[[str], None]) -> Imported:
    """Import a stream; `tell` is called with progress. Only a backup may be large. Raises NotAFeedListError."""
    first = stream.readline(LIMIT + 1)
    if backup.is_backup(first):
        tell("Reading the backup…")
        text = TextIOWrapper(stream, "utf-8", errors="replace")
        try:
            lines = chain([first.decode("utf-8-sig", "replace")], backup.lines_of(text))
            return Imported(restored=restore_backup.restore(c, lines, now, tell))
        finally:
            text.detach()  # closing is up to the caller
    return import_content(c, first + stream.read(LIMIT + 1 - len(first)), now, tell)


def import_content(c: sqlite3.Connection, content: bytes, now: datetime, tell: Callable[[str], None]) -> Imported:
    """Import content that is no backup; `tell` is called with progress. Raises NotAFeedListError."""
    if len(content) > LIMIT:
        raise NotAFeedListError(f"This file is larger than {LIMIT // 1_000_000} MB")
    content = as_utf8(content)
    pages = read_saved_pages(content)
    if pages is not None:
        return Imported(pages=keep_all(c, pages, now, tell))
    if content.lstrip()[:1] in (b"{", b"["):
        raise NotAFeedListError("This JSON is incomplete, or not a known backup or export")
    return Imported(import_feeds(c, content, now))


def _existing_path(path: str) -> Path:
    if not path.strip():
        raise NotAFeedListError("No file name given (use - for stdin)")
    file = paths.expand_user(path)
    if not os.path.exists(file):  # noqa: PTH110 - also where a name is too long
        raise NotAFeedListError(f"File not found: {shown_address(path)}")
    return file


def _head(file: Path, path: str) -> bytes:
    """The beginning of a file; raises NotAFeedListError if it cannot be read, or is an SQLite database."""
    if not file.is_file():
        raise NotAFeedListError(f"File not found: {shown_address(path)}")
    try:
        with file.open("rb") as opened:
            first = opened.read(_HEAD)
    except OSError as error:
        raise NotAFeedListError(f"Cannot read {shown_address(path)}: {error.strerror or error}") from error
    if first.startswith(b"SQLite format 3"):
        raise NotAFeedListError(f"{shown_address(path)} is a newsboat cache. Import the newsboat directory instead")
    return first


def _newsboat(c: sqlite3.Connection, urls: Path, now: datetime, tell: Callable[[str], None]) -> Imported:
    lines = read_url_list(decode(read_file(str(urls))))
    imported = Imported(follow_lines(c, lines, now))
    config = urls.with_name("config")
    said = decode(read_file(str(config))) if config.is_file() else ""
    imported.feeds += ignore(c, read_killfile(said), newsboat.extra_tags(lines), now)
    imported.settings = other_settings(said)
    imported.hidden = [shown_address(line.title or line.url) for line in lines if line.is_hidden]
    cache = newsboat.cache_of(urls, said)
    if cache is None:
        imported.lacks_cache = True
        return imported
    there, up_to = feeds.by_place(c), article_lists.highest_id(c)
    titles = newsboat.read_titles(cache)
    with transaction(c):
        for url, title in titles.items():
            if (feed_id := there.get(place(url))) is not None and not (feed := feeds.get(c, feed_id)).title:
                feeds.record(c, replace(feed, title=title))  # it may never answer
    for url, items in newsboat.read_cache(cache):
        tell(f"{imported.articles} articles of newsboat’s cache")
        if (feed_id := there.get(place(url))) is not None:
            new, marked = newsboat.take_in(c, feed_id, items, now, up_to)
            imported.articles += new
            imported.marked += marked
            imported.kept_away += sum(item.is_deleted for item in items)
    upkeep.index_for(c, upkeep.BEFORE_SEARCH)
    for rule in rules.in_force(c, now):
        if rule.hide:
            ids = article_lists.ids(c, rules.query_of(rule))
            rules.apply(c, rule, [id_ for id_ in ids if id_ > up_to])
    return imported

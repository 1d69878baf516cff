"""Retake the pictures of screenshots/ from the bundled magazine: the same bytes each time, without a network."""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from drawing import svg
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import Worker

from tuireader.config import Config
from tuireader.content.listing.find import find_list
from tuireader.demo.pages import load_posts
from tuireader.demo.server import answer
from tuireader.feeds.opml import Outline, write_opml
from tuireader.library import rules
from tuireader.library.reading import user_edits
from tuireader.library.refreshing.ingest import SavePage
from tuireader.model.feed import Secret
from tuireader.model.fetched import Page, RemoteFeed
from tuireader.model.query import Query, Rule
from tuireader.store import accounts, feeds, folders, labels, save_articles, server_statuses, statuses
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists
from tuireader.tui.app import ReaderApp
from tuireader.tui.dialogs.feed_info import FeedInfoScreen
from tuireader.tui.dialogs.forms import AccountScreen
from tuireader.tui.dialogs.palette_and_help import ContentsScreen, HelpScreen, LinksScreen, PaletteScreen
from tuireader.tui.dialogs.rules import RulesScreen
from tuireader.tui.dialogs.subscribe import SubscribeScreen
from tuireader.tui.main.screen import ReaderScreen
from tuireader.tui.themes import DARK, LIGHT
from tuireader.urls.hosts import Reach

FOLDER = Path(__file__).resolve().parent.parent / "screenshots"
SITE = "https://slow-terminal.example"
DC = "http://purl.org/dc/elements/1.1/"
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
REFRESHED = datetime(2026, 11, 21, 9, 27, tzinfo=UTC)
AWAY = Secret("echo secret")
UNREAD = 7
"""How many of the newest articles the reader has not read yet."""


@dataclass(frozen=True)
class Picture:
    """One picture: how wide and high, which article the cursor is on, and what is pressed then."""

    name: str
    size: tuple[int, int]
    title: str = ""
    """How the article's title begins; the cursor stays on the first one where it is empty."""
    keys: Sequence[str] = ()
    theme: str = DARK.name
    is_empty: bool = False
    """Without any feed, as on the first start."""
    is_furnished: bool = False
    """With more feeds, folders, tags, saved searches and a rule."""
    is_importing: bool = False
    """At the first start, while a list of feeds is taken in."""
    is_without_feed: bool = False
    """At the first start, where the site that was given has no feed."""
    is_reading_back: bool = False
    """While older articles come."""
    has_account: bool = False
    """With an account on a server that is not reached, and marks that wait for it."""
    has_excerpts: bool = False
    """With a feed that gives only the beginnings of its articles."""
    has_many: bool = False
    """With hundreds of names, and a page that has everything, in place of the magazine."""
    feeds: int = 0
    """With so many feeds in folders, 1,100 articles, 500 categories and 400 authors, in place of the magazine."""
    shows: type[Screen[Any]] = ReaderScreen
    """The screen that is to be on top then, so that no picture shows another thing than its name says."""


PICTURES = (
    Picture("wide", (160, 44), "The Long Way", ["enter"]),
    Picture("light", (160, 44), "What the Measure", ["enter"], LIGHT.name),
    Picture("middle", (80, 24), "", ["h", "tab", "j", "enter", "l", "j"]),
    Picture("article", (80, 24), "A Short History", ["enter"]),
    Picture("narrow", (40, 20), "", ["j"]),
    Picture("first-start", (100, 28), is_empty=True),
    Picture("search", (120, 32), "", ["slash", *"escape"]),
    Picture("help", (120, 40), "", ["question_mark"], shows=HelpScreen),
    Picture("palette", (120, 36), "", ["colon", *"next"], shows=PaletteScreen),
    Picture("filter", (120, 36), "", ["h", "tab", "slash", *"te"]),
    Picture("gruvbox", (120, 36), "The Long Way", ["enter"], "gruvbox"),
    Picture("nord", (120, 36), "The Long Way", ["enter", "h"], "nord"),
    Picture("zen", (110, 36), "The Long Way", ["enter", "z", "space", "space"]),
    Picture("code", (110, 40), "How Wide", ["enter", "z", "right_square_bracket", "right_square_bracket"]),
    Picture("japanese", (110, 36), "端末で", ["enter", "z"]),
    Picture("hebrew", (110, 36), "לקרוא", ["enter", "z"]),
    Picture("find", (110, 36), "The Polite", ["enter", "z", "slash", *"request"]),
    Picture("names", (120, 36), "", ["h", "tab", "tab", "slash", *"er"], has_many=True),
    Picture("page", (100, 56), "A Page", ["enter", "z"], has_many=True),
    Picture("focus-sidebar", (120, 30), "The Long Way", ["enter", "h", "h", "tab", "j"]),
    Picture("focus-list", (120, 30), "The Long Way", ["enter", "h"], LIGHT.name),
    Picture("focus-article", (120, 30), "The Long Way", ["enter"], "gruvbox"),
    Picture("contents", (120, 36), "The Long Way", ["enter", "space", "t"], shows=ContentsScreen),
    Picture("feed-info", (120, 36), "The Long Way", ["e"], shows=FeedInfoScreen),
    Picture("order", (120, 44), "", ["h", "tab", "j", "v", "tab", "j", "x"], is_furnished=True),
    Picture("select", (120, 32), "", ["j", "v", "v", "j", "j", "V"], is_furnished=True),
    Picture("rule", (120, 40), "", ["colon", *"rules", "enter", *"harbours"], is_furnished=True, shows=RulesScreen),
    Picture("import", (120, 32), is_importing=True),
    Picture("no-feed", (100, 30), is_without_feed=True, shows=SubscribeScreen),
    Picture("archive", (120, 30), is_reading_back=True),
    Picture("account", (100, 30), "", ["colon", *"add account", "enter"], has_account=True, shows=AccountScreen),
    Picture("waiting", (120, 32), "Ferries", ["m", "f"], has_account=True),
    Picture("offline", (120, 30), "The Night Pilot", ["enter"], has_excerpts=True),
    *(
        Picture(f"feeds-{count}-{width}", (width, height), "", ["h", "j"], feeds=count)
        for count in (45, 200)
        for width, height in ((80, 24), (120, 40), (200, 50))
    ),
    Picture("links", (120, 36), "How Wide", ["enter", "u"], shows=LinksScreen),
)


def fill(path: Path) -> None:
    """Take in all pages of the magazine's feed, as asking for older and older ones would."""
    pages = -(-len(load_posts()) // 10)
    with closing(connect(path)) as c:
        feed = feeds.add(c, f"{SITE}/feed/", title="", site=f"{SITE}/", now=REFRESHED)
        for number in range(pages, 0, -1):
            given = answer(SITE, f"/feed/?paged={number}" if number > 1 else "/feed/")
            page = Page(feed.url, given.status, given.body, given.content_type)
            SavePage(feeds.get(c, feed.id), page, REFRESHED)(c)
        ids = [headline.id for headline in article_lists.window(c, Query(), 0, 1000)]
        statuses.mark(c, [*ids[UNREAD:], ids[2]], read=True)
        statuses.mark(c, [ids[4], ids[11]], starred=True)


FIRST = ("Ada", "Bruno", "Chidi", "Dagny", "Emre", "Farah", "Goran", "Hanna", "Ines", "Jonas", "Kaya", "Leif")
LAST = (
    "Aalto",
    "Berger",
    "Castro",
    "Dahl",
    "Eriksen",
    "Fischer",
    "Gruber",
    "Haller",
    "Ito",
    "Jansen",
    "Keller",
    "Lund",
)
KINDS = ("Harbours", "Printers", "Terminals", "Winters", "Ferries", "Rivers", "Borders", "Timetables", "Letters")
PLACES = ("North", "South", "East/West", "Islands & Coasts", "Mountains", "Cities", "Villages", "Valleys")
PAGE = """<p>A page has a title, a byline, and text in a column that is comfortable to read.</p>
<h2>What stands in it</h2><p>Words, some of them <em>leaning</em>, some <strong>loud</strong>, some
<a href="https://example.org/">leading elsewhere</a>.</p>
<blockquote><p>A quotation stands beside a bar, a step softer than the text around it.</p></blockquote>
<h3>Code</h3><pre><code class="language-python">def wrap(text: str, width: int = 72) -&gt; list[str]:
    return textwrap.wrap(text, width)  # the easy part
</code></pre><h3>A table</h3>
<table><tr><th>Terminal</th><th>Year</th><th>Columns</th></tr><tr><td>VT52</td><td>1975</td><td>80</td></tr>
<tr><td>VT100</td><td>1978</td><td>80, 132</td></tr></table>
<h4>A picture</h4><figure><img src="https://example.org/vt100.jpg" alt="A VT100 on a desk">
<figcaption>The terminal that the others imitate.</figcaption></figure>
<ul><li>A list has air</li><li>and small marks.</li></ul>"""


def fill_many(path: Path) -> None:
    """Take in a feed with hundreds of categories and authors."""
    authors = [f"{first} {last}" for last in LAST for first in FIRST]
    kinds = [f"{kind} of the {place}" for kind in KINDS for place in PLACES]
    items = [("A Page of Everything", authors[0], kinds[0], PAGE, NOW - timedelta(hours=2))]
    items += [
        (
            f"{kinds[n % len(kinds)]}, Part {n}",
            authors[n % len(authors)],
            kinds[n * 7 % len(kinds)],
            "<p>Words.</p>",
            day,
        )
        for n in range(600)
        for day in (NOW - timedelta(days=n // 3 + 1),)
    ]
    entries = "".join(
        f"<item><title>{escape(title)}</title><guid>{n}</guid><dc:creator>{escape(author)}</dc:creator>"
        f"<category>{escape(kind)}</category><pubDate>{format_datetime(day)}</pubDate>"
        f"<description>{escape(html)}</description></item>"
        for n, (title, author, kind, html, day) in enumerate(items)
    )
    feed_text = (
        f'<rss version="2.0" xmlns:dc="{DC}"><channel><title>The Example Review</title>{entries}</channel></rss>'
    )
    with closing(connect(path)) as c:
        feed = feeds.add(c, "https://review.example/feed", title="", site="https://review.example/", now=REFRESHED)
        SavePage(feed, Page(feed.url, 200, feed_text.encode(), "application/rss+xml"), REFRESHED)(c)


SUBJECTS = ("News", "Notes", "Weekly", "Journal", "Letters")
THINGS = ("Trains", "Radio", "Type", "Ships", "Maps", "Bread", "Chess", "Rivers", "Printing", "Compilers", "Gardens")
BEGINNINGS = ("Why", "How", "What Became of", "In Praise of", "The Trouble with", "A Short Walk Through", "Against")
ENDINGS = ("in Winter", "at Night", "Without a Plan", "for Beginners", "and Their Makers", "by Hand", "Reconsidered")


def fill_feeds(path: Path, count: int) -> None:
    """Take in many feeds, every third of them outside folders."""
    people = [f"{first} {last}{other}" for other in ("", "-Ames", "-Boyd") for last in LAST for first in FIRST]
    kinds = [*THINGS, *(f"{kind} of the {place}" for kind in KINDS for place in PLACES), *map(str, range(1600, 2020))]
    with closing(connect(path)) as c:
        for number in range(count):
            thing = THINGS[number % len(THINGS)]
            series = number // (len(THINGS) * len(SUBJECTS))
            name = f"{thing} {SUBJECTS[number // len(THINGS) % len(SUBJECTS)]}{f' {series + 1}' if series else ''}"
            each = range(number, 1100, count)
            items = "".join(
                f"<item><title>{BEGINNINGS[n % 7]} {THINGS[n % 11]} {ENDINGS[n % 5]}</title><guid>{n}</guid>"
                f"<dc:creator>{people[n * 7 % 400]}</dc:creator><category>{THINGS[n * 5 % 11]}</category>"
                f"<category>{escape(kinds[n * 3 % len(kinds)])}</category><pubDate>"
                f"{format_datetime(NOW - timedelta(hours=1 + n * n / 250))}</pubDate>"
                f"<description>{'Words. ' * (100 + n * 37 % 1900)}</description></item>"
                for n in each
            )
            url = f"https://{number}.example/feed"
            feed = feeds.add(c, url, title=name, site="", now=REFRESHED)
            body = f'<rss version="2.0" xmlns:dc="{DC}"><channel><title>{name}</title>{items}</channel></rss>'.encode()
            SavePage(feed, Page(url, 200, body, "application/rss+xml"), REFRESHED)(c)
            if number % 3:
                folders.put(c, feed.id, folders.add(c, thing).id)
        statuses.mark(c, article_lists.ids(c, Query(), 400, 700), read=True)
        user_edits.save_search(c, "Long reads", "is:unread words>1000")


def fill_furnished(path: Path) -> None:
    """The magazine in a folder, beside feeds that tell of harbours, with tags, saved searches and a rule."""
    fill(path)
    others = {
        "Harbour Weekly": ("Sea", ["Ferries in Winter", "Two Harbours, One Crane", "The Night Pilot", "Low Water"]),
        "Notes from the Quay": ("Sea", ["Two Harbours, One Crane", "A Letter to the Lighthouse"]),
        "The Radio Page": ("Workshop", ["A Simpler Antenna", "Listening at Dawn", "What the Ionosphere Said"]),
    }
    with closing(connect(path)) as c:
        folders.put(c, feeds.every(c)[0].id, folders.add(c, "Reading").id)
        for place, (name, (folder, titles)) in enumerate(others.items()):
            words = " ".join(
                f"{word} about harbours and what lies beyond them" for word in ("Words", "More", "Lines") * 9
            )
            items = "".join(
                f"<item><title>{title}</title><guid>{name}{title}</guid><category>Harbours</category><pubDate>"
                f"{format_datetime(NOW - timedelta(hours=3 + 7 * number + place))}</pubDate>"
                f"<description>&lt;p&gt;{title}. {words}&lt;/p&gt;</description></item>"
                for number, title in enumerate(titles)
            )
            url = f"https://{place}.example/feed"
            feed = feeds.add(c, url, title=name, site="", now=REFRESHED)
            body = f'<rss version="2.0"><channel><title>{name}</title>{items}</channel></rss>'.encode()
            SavePage(feed, Page(url, 200, body, "application/rss+xml"), REFRESHED)(c)
            folders.put(c, feed.id, folders.add(c, folder).id)
        ids = article_lists.ids(c, Query(), 0, 12)
        labels.add_tags(c, ids[2:6], ["To read"])
        labels.add_tags(c, ids[4:7], ["For the talk"])
        user_edits.save_search(c, "Long and unread", "is:unread words>1000")
        user_edits.save_search(c, "The sea", "harbour|harbours|ferries")
        rules.keep(c, Rule("title:sponsored", hide=True), NOW)


def fill_with_account(path: Path) -> None:
    """The same, where some of the feeds are those of an account, whose server is away."""
    fill_furnished(path)
    with closing(connect(path)) as c:
        account = accounts.add(c, "miniflux", name="reader.example", url="http://127.0.0.1:9", user="ann", secret=AWAY)
        for place, feed in enumerate(feeds.every(c)):
            if feed.folder_id is None or folders.get(c, feed.folder_id).name != "Sea":
                continue
            feeds.hand_over(c, feed.id, account.id)
            remote = RemoteFeed(str(place + 1), feed.url, feed.title, feed.site)
            feeds.set_remote(c, feed.id, remote, NOW, reach=Reach.UNKNOWN)
            folders.put(c, feed.id, folders.add(c, "Sea", account_id=account.id).id)
            for id_ in article_lists.ids(c, Query(feeds=(feed.id,))):
                server_statuses.give_number(c, id_, str(id_))
        folders.remove_empty(c)


def fill_with_excerpts(path: Path) -> None:
    """The magazine, and a feed whose articles are excerpts, but for two whose pages were read."""
    fill(path)
    titles = (
        "Two Harbours, One Crane",
        "The Night Pilot",
        "Low Water",
        "Ferries in Winter",
        "A Letter to the Lighthouse",
    )
    items = "".join(
        f"<item><title>{title}</title><guid>{title}</guid><pubDate>{format_datetime(NOW - timedelta(hours=2 + 5 * n))}"
        f"</pubDate><link>https://harbour.example/{n}</link><description>&lt;p&gt;{title}: what there is to say of it"
        " is on the page of the article, and this is how it begins […]&lt;/p&gt;</description></item>"
        for n, title in enumerate(titles)
    )
    whole = "".join(
        f"<p>{said}</p>"
        for said in (
            "The pilot boat leaves at half past two, and the harbour is asleep.",
            "Nobody on board says much. The lights of the ship are where they should be, and so is the ladder.",
            "By four o’clock the ship is made fast, and the pilot writes one line into a book of two hundred pages.",
        )
        * 3
    )
    with closing(connect(path)) as c:
        feed = feeds.add(c, "https://harbour.example/feed", title="Harbour Weekly", site="", now=REFRESHED)
        body = f'<rss version="2.0"><channel><title>Harbour Weekly</title>{items}</channel></rss>'.encode()
        SavePage(feed, Page(feed.url, 200, body, "application/rss+xml"), REFRESHED)(c)
        for id_ in article_lists.ids(c, Query(feeds=(feed.id,)), 1, 2):
            save_articles.save_full_text(c, id_, whole, whole, 150)


LISTING = "".join(
    f"<li><h3><a href=/news/{n}>{title}</a></h3><time>{NOW - timedelta(days=3 * n):%Y-%m-%d}</time><p>In a few words."
    for n, title in enumerate(
        (
            "The Crane Comes Down",
            "A Timetable for the Tide",
            "What the Lighthouse Keeper Reads",
            "Eleven Boats, Ten Moorings",
            "The Harbour Office Moves",
            "Low Water, High Prices",
            "A Bell Is Found",
            "The Last Ice of the Year",
        )
    )
)
"""Of a page that lists articles, and has no feed."""


def _find_no_feed(screen: SubscribeScreen) -> None:
    """Have it be as where a site that was given has no feed."""
    content = f"<html lang=en><title>Harbour News</title><main><ul>{LISTING}</ul></main>".encode()
    page = Page("https://harbour-news.example/", 200, content, "text/html")
    with screen.prevent(Input.Changed):
        screen.query_one(Input).value = "harbour-news.example"
    found = find_list(page.content, page.url)
    if found is None:
        raise SystemExit("the page lists nothing")
    screen.show_list("harbour-news.example", page, found)


class _Magazine(BaseHTTPRequestHandler):
    """The magazine, whose oldest articles are long in coming."""

    is_over = threading.Event()

    def do_GET(self) -> None:
        """Give two pages of the feed, and nothing else."""
        if "wp-json" in self.path or "rest_route" in self.path:
            self.send_error(404)
            return
        if "paged=3" in self.path:
            self.is_over.wait()
            return
        given = answer(f"http://{self.headers['Host']}", self.path)
        self.send_response(given.status)
        self.send_header("Content-Type", given.content_type)
        self.send_header("Content-Length", str(len(given.body)))
        self.end_headers()
        self.wfile.write(given.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@contextmanager
def _magazine(path: Path) -> Iterator[str]:
    """The magazine on loopback, followed, with what its feed gives."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Magazine)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    site = f"http://127.0.0.1:{server.server_port}"
    with closing(connect(path)) as c:
        feed = feeds.add(c, f"{site}/feed/", title="", site=f"{site}/", now=REFRESHED, reach=Reach.PRIVATE)
        given = answer(site, "/feed/")
        SavePage(feed, Page(feed.url, given.status, given.body, given.content_type), REFRESHED)(c)
    yield site
    _Magazine.is_over.set()
    server.shutdown()
    server.server_close()


def _fill_in(screen: AccountScreen) -> None:
    """Type what an account takes."""
    for line, value in zip(screen.query(Input), ("reader.example", "ann", "secret & sound"), strict=True):
        line.value = value


async def _wait_in_vain(pilot: Pilot[None]) -> None:
    """Wait until it is said that marks wait; where an account is asked for, type what it takes."""
    app = pilot.app
    if isinstance(app.screen, AccountScreen):
        _fill_in(app.screen)
        await _settle(pilot)
        return
    async with asyncio.timeout(30):
        while not (isinstance(app, ReaderApp) and any("pending" in state for state in app.reader.title_bar.states)):
            await pilot.pause(0.1)


async def _read_back(pilot: Pilot[None]) -> None:
    """Ask for what is older, and wait until some of it is here."""
    await pilot.press("B")
    app = pilot.app
    async with asyncio.timeout(20):
        while not (isinstance(app, ReaderApp) and any("back to" in state for state in app.reader.title_bar.states)):
            await pilot.pause(0.1)
    await pilot.pause(2)  # what came is listed


LISTED = {
    "Sea": ["Ferry Times", "Harbour Weekly", "Lighthouse Letters", "Notes from the Quay", "The Night Pilot"],
    "Workshop": ["Small Machines", "The Radio Page", "Type & Ink"],
    "": ["Kitchen Garden", "Morning Paper", "Slow Trains", "The Long Read"],
}
"""Feeds of a list, by their folders."""
ANSWERING = 5
"""So many of them have answered when the picture is taken."""


class _Site(BaseHTTPRequestHandler):
    """The first feeds of the list; the others are long in answering."""

    is_over = threading.Event()

    def do_GET(self) -> None:
        """Give a feed of four entries, or wait for the end."""
        number = int(self.path.strip("/"))
        if number >= ANSWERING:
            self.is_over.wait()
            return
        name = LISTED["Sea"][number]
        items = "".join(
            f"<item><title>{title}</title><guid>{number}{place}</guid><pubDate>"
            f"{format_datetime(NOW - timedelta(hours=5 + 31 * place + 3 * number))}</pubDate>"
            f"<description>{title}, in some words.</description></item>"
            for place, title in enumerate((f"{name} of this week", "Low Water", f"From the Desk of {name}", "Letters"))
        )
        body = f'<rss version="2.0"><channel><title>{name}</title>{items}</channel></rss>'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@contextmanager
def _listed() -> Iterator[str]:
    """A list of feeds, as a file, and a site that has them."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    numbers = itertools.count()
    outlines = [
        Outline(f"http://127.0.0.1:{server.server_port}/{next(numbers)}", name, folder)
        for folder, names in LISTED.items()
        for name in names
    ]
    with tempfile.NamedTemporaryFile(suffix=".opml") as file:
        file.write(write_opml("Feeds", outlines, NOW))
        file.flush()
        yield file.name
    _Site.is_over.set()
    server.shutdown()
    server.server_close()


async def _import(pilot: Pilot[None], path: str) -> None:
    """Give a list at the first start, and wait until some of it is here."""
    await pilot.press(*path, "enter")
    app = pilot.app
    async with asyncio.timeout(30):
        while not (isinstance(app, ReaderApp) and isinstance(app.screen, ReaderScreen)):
            await pilot.pause(0.1)
        while not any(f" {ANSWERING}/" in state for state in app.reader.title_bar.states):
            await pilot.pause(0.1)
    await pilot.pause(1)  # what counts is not waited for by anything else


async def take(picture: Picture, path: Path) -> str:
    """Start the reader, do what is to be done, and draw what is on the screen."""
    config = Config(theme=picture.theme, refresh_on_start=False, resume=False, bidi="reorder")
    app = ReaderApp(path, config=config, clock=lambda: NOW)
    around: Any = nullcontext("")
    if picture.is_importing:
        around = _listed()
    elif picture.is_reading_back:
        around = _magazine(path)
    with around as listed:
        async with app.run_test(size=picture.size) as pilot:
            await _settle(pilot)
            headlines = app.reader.headlines
            if picture.title:
                titles = (headlines.headline(row) for row in range(headlines.row_count()))
                headlines.move_to([t is not None and t.title.startswith(picture.title) for t in titles].index(True))
            for key in picture.keys:
                await pilot.press(key)
                await _settle(pilot)
            if picture.is_importing:
                await _import(pilot, listed)
            elif picture.is_reading_back:
                await _read_back(pilot)
            elif picture.has_account:
                await _wait_in_vain(pilot)
            elif picture.is_without_feed and isinstance(app.screen, SubscribeScreen):
                _find_no_feed(app.screen)
                await _settle(pilot)
            if picture.shows is not type(app.screen) and not picture.is_empty:
                raise SystemExit(f"{picture.name} shows {type(app.screen).__name__}, and not {picture.shows.__name__}")
            strips = app.screen._compositor.render_strips()  # noqa: SLF001 - what export_screenshot draws, too
            colours = app.theme_variables
            title = f"tuireader, {picture.name.replace('-', ' ')}"
            return svg(strips, title=title, paper=colours["background"], ink=colours["ink"])


async def _settle(pilot: Pilot[None]) -> None:
    """Wait until nothing goes on any more."""
    for _ in range(4):
        unfinished: list[Worker[object]] = [worker for worker in pilot.app.workers if not worker.is_finished]
        await pilot.app.workers.wait_for_complete(unfinished)
        await pilot.pause()


def main(names: Sequence[str]) -> None:
    """Take the named pictures, or all."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for picture in PICTURES:
            if names and picture.name not in names:
                continue
            path = Path(folder) / f"{picture.name}.db"
            if picture.feeds:
                fill_feeds(path, picture.feeds)
            elif picture.has_many:
                fill_many(path)
            elif picture.is_furnished:
                fill_furnished(path)
            elif picture.has_account:
                fill_with_account(path)
            elif picture.has_excerpts:
                fill_with_excerpts(path)
            elif not (picture.is_empty or picture.is_importing or picture.is_without_feed or picture.is_reading_back):
                fill(path)
            (FOLDER / f"{picture.name}.svg").write_text(asyncio.run(take(picture, path)), encoding="utf-8")
            print(f"screenshots/{picture.name}.svg")


if __name__ == "__main__":
    main(sys.argv[1:])

"""A web server on loopback for the demo magazine; the content of each address is a pure function."""

from __future__ import annotations

import gzip
import hashlib
import re
import socket
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tuireader.demo import pages
from tuireader.demo.pages import (
    COMMENTS,
    TAGLINE,
    TITLE,
    Comment,
    Post,
    absolute,
    author_path,
    category_path,
    load_picture,
    load_posts,
    texturised,
)

_NAMESPACES = """
\txmlns:content="http://purl.org/rss/1.0/modules/content/"
\txmlns:wfw="http://wellformedweb.org/CommentAPI/"
\txmlns:dc="http://purl.org/dc/elements/1.1/"
\txmlns:atom="http://www.w3.org/2005/Atom"
\txmlns:sy="http://purl.org/rss/1.0/modules/syndication/"
\txmlns:slash="http://purl.org/rss/1.0/modules/slash/"
"""


def feed(base: str, title: str, posts: Sequence[Post], *, link: str, address: str) -> str:
    """A feed of posts with full texts; `link` is its page, `address` its own."""
    return _channel(title, link=link, address=address, items=[_item(base, post) for post in posts], built=newest(posts))


def comments(base: str, post: Post | None = None) -> str:
    """The feed of all comments, or of those below one post."""
    posts = {each.slug: each for each in load_posts()}
    said = [each for each in COMMENTS if each.slug in posts and (post is None or each.slug == post.slug)]
    path = post.path if post else "/"
    title = f"Comments on: {post.title}" if post else f"Comments for {TITLE}"
    return _channel(
        title,
        link=base + path,
        address=f"{base}{path}feed/" if post else f"{base}/comments/feed/",
        items=[_comment(base, each, posts[each.slug]) for each in said],
        built=max((each.date for each in said), default=None),
    )


def newest(posts: Sequence[Post]) -> datetime | None:
    return max((post.published for post in posts), default=None)


def _channel(title: str, *, link: str, address: str, items: Sequence[str], built: datetime | None) -> str:
    build_date = f"\t<lastBuildDate>{format_datetime(built)}</lastBuildDate>\n" if built else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"{_NAMESPACES}\t>

<channel>
\t<title>{texturised(title)}</title>
\t<atom:link href="{escape(address)}" rel="self" type="application/rss+xml" />
\t<link>{escape(link)}</link>
\t<description>{escape(TAGLINE, quote=False)}</description>
{build_date}\t<language>en-GB</language>
\t<sy:updatePeriod>
\thourly\t</sy:updatePeriod>
\t<sy:updateFrequency>
\t1\t</sy:updateFrequency>
\t<generator>https://wordpress.org/?v=6.8.1</generator>
{"".join(items)}</channel>
</rss>
"""


def _item(base: str, post: Post) -> str:
    link = base + post.path
    creators = "".join(f"\t\t<dc:creator>{_cdata(name)}</dc:creator>\n" for name in post.authors)
    categories = "".join(f"\t\t<category>{_cdata(escape(name, quote=False))}</category>\n" for name in post.categories)
    appeared = (
        f'<p>The post <a href="{link}">{texturised(post.title)}</a> appeared first on <a href="{base}">{TITLE}</a>.</p>'
    )
    body = absolute(post.teaser if post.cut else post.html, base)
    if post.cut:
        body += f'<p><a href="{link}#more-{post.id}" class="more-link">Read more</a></p>\n'
    said = sum(comment.slug == post.slug for comment in COMMENTS)
    return f"""\t<item>
\t\t<title>{texturised(post.title)}</title>
\t\t<link>{link}</link>
\t\t<comments>{link}#respond</comments>
{creators}\t\t<pubDate>{format_datetime(post.published)}</pubDate>
{categories}\t\t<guid isPermaLink="false">{base}/?p={post.id}</guid>
\t\t<description>{_cdata(f"<p>{escape(post.excerpt, quote=False)}</p>{chr(10)}{appeared}")}</description>
\t\t<content:encoded>{_cdata(body + appeared)}</content:encoded>
\t\t<wfw:commentRss>{link}feed/</wfw:commentRss>
\t\t<slash:comments>{said}</slash:comments>
\t</item>
"""


def _comment(base: str, comment: Comment, post: Post) -> str:
    number = COMMENTS.index(comment) + 1
    return f"""\t<item>
\t\t<title>Comment on {texturised(post.title)} by {escape(comment.author, quote=False)}</title>
\t\t<link>{base}{post.path}#comment-{number}</link>
\t\t<dc:creator>{_cdata(comment.author)}</dc:creator>
\t\t<pubDate>{format_datetime(comment.date)}</pubDate>
\t\t<guid isPermaLink="false">{base}/?p={post.id}#comment-{number}</guid>
\t\t<description>{_cdata(escape(comment.text, quote=False))}</description>
\t</item>
"""


def _cdata(text: str) -> str:
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


PER_PAGE = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """The response for an address."""

    body: bytes
    content_type: str = "text/html; charset=UTF-8"
    status: int = 200
    modified: datetime | None = None
    """When the newest item in it appeared."""
    headers: dict[str, str] = field(default_factory=dict)


def answer(base: str, target: str) -> Answer:
    """The response for `target` (path and query) of the site at `base` (without trailing slash)."""
    target = target.removeprefix(base)
    if not target.startswith("/"):
        return _html(pages.not_found(base), None, status=404)
    parts = urlsplit("//site" + target)
    path = unquote(parts.path)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    found = _picture(path) or _shortlink(base, path, query) or _feed(base, path, query) or _page(base, path)
    if found:
        return found
    if not path.endswith("/") and (_feed(base, path + "/", query) or _page(base, path + "/")):
        return _moved(base, parts.path + "/" + (f"?{parts.query}" if parts.query else ""))
    return _html(pages.not_found(base), None, status=404)


def _picture(path: str) -> Answer | None:
    match = re.fullmatch(r"/wp-content/uploads/(.+)", path)
    picture = load_picture(match[1]) if match else None
    return Answer(picture, "image/png", modified=newest(load_posts())) if picture else None


def _shortlink(base: str, path: str, query: dict[str, str]) -> Answer | None:
    if path != "/" or "p" not in query:
        return None
    post = next((post for post in load_posts() if str(post.id) == query["p"]), None)
    return _moved(base, post.path) if post else None


def _feed(base: str, path: str, query: dict[str, str]) -> Answer | None:
    if not path.endswith("/feed/"):
        return None
    if path == "/comments/feed/":
        return _xml(comments(base), newest(load_posts()))
    of = path.removesuffix("feed/")
    post = _post(of)
    if post:
        return _xml(comments(base, post), post.published)
    section = _section(of)
    if section is None:
        return None
    name, posts, link = section
    page = int(query["paged"]) if re.fullmatch(r"[0-9]{1,6}", query.get("paged", "")) else 1
    shown = posts[(max(page, 1) - 1) * PER_PAGE : max(page, 1) * PER_PAGE]
    if not shown:
        return None
    title = TITLE if link == "/" else f"{name} – {TITLE}"
    address = f"{base}{link}feed/" + (f"?paged={page}" if page > 1 else "")
    return _xml(feed(base, title, shown, link=base + link, address=address), newest(shown))


def _page(base: str, path: str) -> Answer | None:
    post = _post(path)
    if post:
        return _html(pages.article(base, post), post.published)
    match = re.fullmatch(r"(/|/.+/)page/([0-9]{1,6})/", path)
    section = _section(match[1] if match else path)
    if section is None:
        return None
    name, posts, link = section
    page = int(match[2]) if match else 1
    shown = posts[(page - 1) * PER_PAGE : page * PER_PAGE] if page else ()
    if not shown:
        return None
    last = -(-len(posts) // PER_PAGE)
    return _html(pages.listing(base, name, shown, path=link, page=page, pages=last), newest(posts))


def _post(path: str) -> Post | None:
    return next((post for post in load_posts() if unquote(post.path) == path), None)


def _section(path: str) -> tuple[str, Sequence[Post], str] | None:
    """Name, posts and encoded path of the section at a decoded path."""
    posts = load_posts()
    if path == "/":
        return TITLE, posts, "/"
    for name in {name for post in posts for name in post.categories}:
        if unquote(category_path(name)) == path:
            return name, [post for post in posts if name in post.categories], category_path(name)
    for name in {name for post in posts for name in post.authors}:
        if unquote(author_path(name)) == path:
            return name, [post for post in posts if name in post.authors], author_path(name)
    return None


def _html(text: str, modified: datetime | None, *, status: int = 200) -> Answer:
    return Answer(text.encode(), status=status, modified=modified)


def _xml(text: str, modified: datetime | None) -> Answer:
    return Answer(text.encode(), "application/rss+xml; charset=UTF-8", modified=modified)


def _moved(base: str, path: str) -> Answer:
    return Answer(b"", status=301, headers={"Location": base + path})


@dataclass(frozen=True, slots=True)
class Served:
    """A request that was answered."""

    method: str
    target: str
    status: int


@dataclass(frozen=True, slots=True)
class DemoSite:
    """The running site."""

    url: str
    """The home page with a trailing slash."""
    served: deque[Served] = field(default_factory=lambda: deque(maxlen=10_000))
    """Requests, oldest first."""


@contextmanager
def serve(port: int = 0) -> Iterator[DemoSite]:
    """Run the demo site on 127.0.0.1, by default on a free port, until the `with` block ends."""
    server = _Server(("127.0.0.1", port), _Handler)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="demo-site", daemon=True
    )
    thread.start()
    try:
        yield server.site
    finally:
        server.shutdown()
        server.hang_up()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Threads that still wait on a kept-alive connection must not hold up the end of the program.
    block_on_close = False

    def __init__(self, *args: Any) -> None:
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(*args)
        self.base = f"http://127.0.0.1:{self.server_port}"
        self.site = DemoSite(self.base + "/")

    def server_bind(self) -> None:
        # The inherited one looks up the host's name, which may ask a name server and take seconds.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, peer = super().get_request()
        with self._lock:
            self._open.add(connection)
        return connection, peer

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that went away; print other errors."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def hang_up(self) -> None:
        """Close the listening socket and all connections."""
        self.server_close()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one write
    timeout = 60

    def do_GET(self) -> None:
        self._reply(answer(self.server.base, self.path))

    do_HEAD = do_GET  # noqa: N815  the name that http.server calls

    def version_string(self) -> str:
        return "slow-terminal"

    def log_message(self, *_: object) -> None:
        """No output: the terminal belongs to the app."""

    def _reply(self, given: Answer) -> None:
        packed = _wants_gzip(self.headers.get("Accept-Encoding", "")) and not given.content_type.startswith("image/")
        body = gzip.compress(given.body, mtime=0) if packed and given.body else given.body
        tag = f'"{hashlib.sha256(given.body).hexdigest()[:32]}"'
        status = HTTPStatus(given.status)
        if status == HTTPStatus.OK and self._unchanged(tag, given.modified):
            status = HTTPStatus.NOT_MODIFIED
        self.server.site.served.append(Served(self.command, self.path, int(status)))
        self.send_response(status)
        if given.status == HTTPStatus.OK:
            # The compressed bytes are another representation, so they may share only a weak tag (RFC 9110, 8.8.3).
            self.send_header("ETag", f"W/{tag}" if packed else tag)
            if given.modified:
                self.send_header("Last-Modified", format_datetime(given.modified, usegmt=True))
        self.send_header("Vary", "Accept-Encoding")
        for name, value in given.headers.items():
            self.send_header(name, value)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", given.content_type)
            if packed and given.body:
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != HTTPStatus.NOT_MODIFIED and self.command != "HEAD":
            self.wfile.write(body)

    def _unchanged(self, tag: str, modified: datetime | None) -> bool:
        """Whether the client's copy is current; a tag, if given, decides (RFC 9110, 13.2.2)."""
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            return tags.strip() == "*" or tag in re.findall(r'"[^"]*"', tags)
        since = self.headers.get("If-Modified-Since")
        if since is None or modified is None:
            return False
        try:
            known = parsedate_to_datetime(since)
        except ValueError:
            return False
        return modified <= (known if known.tzinfo else known.replace(tzinfo=UTC))


def _wants_gzip(accepted: str) -> bool:
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() in {"gzip", "*"}:
            return not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", weight)
    return False

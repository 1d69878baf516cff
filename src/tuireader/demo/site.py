"""Which address of the magazine gives what: pure, from a path to an answer."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tuireader.demo import pages, rest, rss
from tuireader.demo.markup import TITLE, author_path, category_path
from tuireader.demo.posts import Post, load_picture, load_posts

PER_PAGE = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """What the site gives for one address."""

    body: bytes
    content_type: str = "text/html; charset=UTF-8"
    status: int = 200
    modified: datetime | None = None
    """When the newest thing in it appeared."""
    headers: dict[str, str] = field(default_factory=dict)


def answer(base: str, target: str) -> Answer:
    """What stands at `target` (path and query) of the site whose address is `base`, without a slash at its end."""
    target = target.removeprefix(base)
    if not target.startswith("/"):
        return _html(pages.not_found(base), None, status=404)
    parts = urlsplit("//site" + target)
    path = unquote(parts.path)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    found = (
        _picture(path)
        or _rest(base, path, query)
        or _shortlink(base, path, query)
        or _feed(base, path, query)
        or _page(base, path)
    )
    if found:
        return found
    if not path.endswith("/") and (_feed(base, path + "/", query) or _page(base, path + "/")):
        return _moved(base, parts.path + "/" + (f"?{parts.query}" if parts.query else ""))
    return _html(pages.not_found(base), None, status=404)


def _picture(path: str) -> Answer | None:
    match = re.fullmatch(r"/wp-content/uploads/(.+)", path)
    picture = load_picture(match[1]) if match else None
    return Answer(picture, "image/png", modified=rss.newest(load_posts())) if picture else None


def _rest(base: str, path: str, query: dict[str, str]) -> Answer | None:
    if not path.startswith("/wp-json"):
        return None
    match = re.fullmatch(rf"{rest.POSTS}(?:/(\d+))?/?", path, re.ASCII)
    try:
        if match is None:
            return _json(rest.NO_ROUTE.body, None, status=rest.NO_ROUTE.status)
        if match[1]:
            post = rest.by_id(match[1])
            return _json(rest.post_data(base, post, embed="_embed" in query), post.published)
        return _listed(base, rest.listed(base, query), query)
    except rest.RestError as error:
        return _json(error.body, None, status=error.status)


def _listed(base: str, listed: rest.Listed, query: dict[str, str]) -> Answer:
    kept = "".join(f"{name}={value}&" for name, value in query.items() if name in {"per_page", "_embed"})
    links = [
        f'<{base}{rest.POSTS}?{kept}page={page}>; rel="{rel}"'
        for page, rel in ((listed.page - 1, "prev"), (listed.page + 1, "next"))
        if 1 <= page <= listed.pages
    ]
    headers = {"X-WP-Total": str(listed.total), "X-WP-TotalPages": str(listed.pages)}
    if links:
        headers["Link"] = ", ".join(links)
    return _json(listed.posts, rss.newest(load_posts()), headers=headers)


def _shortlink(base: str, path: str, query: dict[str, str]) -> Answer | None:
    if path != "/" or "p" not in query:
        return None
    post = next((post for post in load_posts() if str(post.id) == query["p"]), None)
    return _moved(base, post.path) if post else None


def _feed(base: str, path: str, query: dict[str, str]) -> Answer | None:
    if not path.endswith("/feed/"):
        return None
    if path == "/comments/feed/":
        return _xml(rss.comments(base), rss.newest(load_posts()))
    of = path.removesuffix("feed/")
    post = _post(of)
    if post:
        return _xml(rss.comments(base, post), post.published)
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
    return _xml(rss.feed(base, title, shown, link=base + link, address=address), rss.newest(shown))


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
    return _html(pages.listing(base, name, shown, path=link, page=page, pages=last), rss.newest(posts))


def _post(path: str) -> Post | None:
    return next((post for post in load_posts() if unquote(post.path) == path), None)


def _section(path: str) -> tuple[str, Sequence[Post], str] | None:
    """The name, posts and encoded path of the section that stands at a decoded path."""
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


def _json(data: Any, modified: datetime | None, *, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    body = json.dumps(data, ensure_ascii=True).encode()
    return Answer(body, "application/json; charset=UTF-8", status, modified, headers or {})


def _moved(base: str, path: str) -> Answer:
    return Answer(b"", status=301, headers={"Location": base + path})

"""The magazine's posts as WordPress's REST API gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from tuireader.demo.posts import Post, absolute, author_path, category_path, load_posts, slugify, texturised

POSTS = "/wp-json/wp/v2/posts"


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of posts as JSON data, with how many posts and pages there are."""

    posts: list[dict[str, Any]]
    total: int
    pages: int
    page: int


class RestError(Exception):
    """A request that WordPress refuses, with its code and status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        """Keep what the body of the answer says."""
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message, "data": {"status": status}}


NO_ROUTE = RestError("rest_no_route", "No route was found matching the URL and request method.", 404)


def by_id(number: str) -> Post:
    """The post with this id; raises RestError."""
    for post in load_posts():
        if str(post.id) == number:
            return post
    raise RestError("rest_post_invalid_id", "Invalid post ID.", 404)


def listed(base: str, query: Mapping[str, str]) -> Listed:
    """The posts of one page, newest first; raise RestError where WordPress would refuse."""
    per_page = _number(query, "per_page", 10, most=100)
    page = _number(query, "page", 1)
    posts = load_posts()
    pages = -(-len(posts) // per_page)
    if page > max(pages, 1):
        raise RestError(
            "rest_post_invalid_page_number",
            "The page number requested is larger than the number of pages available.",
        )
    shown = posts[(page - 1) * per_page : page * per_page]
    embed = "_embed" in query
    return Listed([post_data(base, post, embed=embed) for post in shown], len(posts), pages, page)


def post_data(base: str, post: Post, *, embed: bool) -> dict[str, Any]:
    """One post; with `embed` also who wrote it and how it is filed."""
    date = f"{post.published:%Y-%m-%dT%H:%M:%S}"
    data: dict[str, Any] = {
        "id": post.id,
        "date": date,
        "date_gmt": date,
        "guid": {"rendered": f"{base}/?p={post.id}"},
        "modified": date,
        "modified_gmt": date,
        "slug": post.slug,
        "status": "publish",
        "type": "post",
        "link": base + post.path,
        "title": {"rendered": texturised(post.title)},
        "content": {"rendered": absolute(post.html, base), "protected": False},
        "excerpt": {"rendered": f"<p>{escape(post.excerpt, quote=False)}</p>\n", "protected": False},
        "author": _author_id(post.authors[0]) if post.authors else 0,
        "categories": [_category_id(name) for name in post.categories],
    }
    if embed:
        data["_embedded"] = {"author": _authors(base, post), "wp:term": [_categories(base, post), []]}
    return data


def _authors(base: str, post: Post) -> list[dict[str, Any]]:
    return [
        {"id": _author_id(name), "name": name, "link": base + author_path(name), "slug": slugify(name)}
        for name in post.authors
    ]


def _categories(base: str, post: Post) -> list[dict[str, Any]]:
    return [
        {
            "id": _category_id(name),
            "link": base + category_path(name),
            "name": escape(name, quote=False),
            "slug": slugify(name),
            "taxonomy": "category",
        }
        for name in post.categories
    ]


def _author_id(name: str) -> int:
    return 1 + sorted({each for post in load_posts() for each in post.authors}).index(name)


def _category_id(name: str) -> int:
    return 1 + sorted({each for post in load_posts() for each in post.categories}).index(name)


def _number(query: Mapping[str, str], name: str, default: int, *, most: int = 10**6) -> int:
    given = query.get(name, "")
    if not given:
        return default
    # isdecimal would let other scripts' digits through, which WordPress does not take.
    if not (given.isascii() and given.isdigit() and 1 <= int(given[:9]) <= most):
        raise RestError("rest_invalid_param", f"Invalid parameter(s): {name}")
    return int(given[:9])

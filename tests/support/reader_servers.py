"""Servers of accounts on loopback: the Google Reader API with the traps of real ones, and Miniflux's own."""

from __future__ import annotations

import json
import threading
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from support.loopback import Loopback, QuietHandler

USER, PASSWORD = "ann", "secret & sound"
STATE = "user/-/state/com.google/"
LONG = "tag:google.com,2005:reader/item/"
FIRST = 1_700_000_000


@dataclass
class Item:
    """An article on a server."""

    number: int
    feed: int
    title: str
    link: str
    text: str = "<p>Harbour masters describe the winter timetable.</p>"
    author: str = "Ann Lee"
    categories: tuple[str, ...] = ("News/World", "Ports & Ships")
    read: bool = False
    starred: bool = False
    changed: int = FIRST
    published: int = FIRST
    created: int = 0
    """0: when it was published."""


@dataclass
class Asked:
    """A request."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, list[str]]:
        return parse_qs(self.body.decode(), keep_blank_values=True)


@dataclass
class Answer:
    body: bytes | str = ""
    status: int = 200
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


class Api:
    """A server whose answers a subclass gives."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.feeds: dict[int, dict[str, Any]] = {}
        self.leads: dict[str, str] = {}
        """Addresses that redirect, and where to: the server follows those."""
        self.users = {"token": USER}
        """Tokens, and whose they are."""
        self.items: dict[int, Item] = {}
        self.clock = FIRST
        self.before: Callable[[Asked], Answer | None] = lambda _: None
        """Asked before the server answers itself."""
        api = self

        class Handler(QuietHandler):
            def _any(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                parts = urlsplit(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(self.command, parts.path, parse_qs(parts.query, keep_blank_values=True), headers, body)
                with api._lock:
                    api.asked.append(asked)
                    answer = api.before(asked) or api.answer(asked)
                content = answer.body.encode() if isinstance(answer.body, str) else answer.body
                self.send_response(answer.status)
                for name, value in {"Content-Type": answer.kind, **answer.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815 - as the library calls them

        self._lock = threading.Lock()
        self._server = Loopback(Handler)
        self.url = self._server.url

    def answer(self, asked: Asked) -> Answer:
        raise NotImplementedError

    def stop(self) -> None:
        self._server.stop()

    # What other devices do.

    def follow(self, number: int, folder: str = "News", url: str = "") -> int:
        address = url or f"https://site-{number}.example/feed"
        self.feeds[number] = {"url": address, "title": f"Feed {number}", "folder": folder}
        return number

    def unfollow(self, number: int) -> None:
        """End a subscription, whose articles go too."""
        del self.feeds[number]
        self.items = {key: item for key, item in self.items.items() if item.feed != number}

    def publish(self, feed: int, count: int = 1, *, start: int | None = None, **more: Any) -> list[Item]:
        """Let articles come, whose numbers go on from the highest."""
        made: list[Item] = []
        for _ in range(count):
            number = max(self.items, default=0) + 1 if start is None else start + len(made)
            self.clock += 1
            title, link = f"Article {number} of {feed}", f"https://site-{feed}.example/{number}"
            facts = {"title": title, "link": link, "published": self.clock, **more}
            self.items[number] = Item(number, feed, changed=self.clock, **facts)
            made.append(self.items[number])
        return made

    def mark(self, *numbers: int, read: bool | None = None, starred: bool | None = None) -> None:
        for number in numbers:
            item = self.items[number]
            self.clock += 1
            item.changed = self.clock
            item.read = item.read if read is None else read
            item.starred = item.starred if starred is None else starred

    def state(self) -> dict[str, tuple[bool, bool]]:
        """Read and starred, by title."""
        return {item.title: (item.read, item.starred) for item in self.items.values()}

    def paths(self) -> list[str]:
        return [f"{asked.method} {asked.path}" for asked in self.asked]

    def proxied(self, text: str) -> str:
        """Pictures as Miniflux gives them."""
        mac = urlsafe_b64encode(b"m" * 32).decode()
        return "".join(
            f'"http://localhost/proxy/{mac}/{urlsafe_b64encode(part.encode()).decode()}"'
            if part.startswith("http://pictures.")
            else part
            for part in _split(text)
        )


def _split(text: str) -> Iterator[str]:
    for place, part in enumerate(text.split('"')):
        yield part if place % 2 == 0 or part.startswith("http://pictures.") else f'"{part}"'


class FakeMiniflux(Api):
    """As much of the REST API as is used."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[str] = []
        """Categories that are empty."""

    def answer(self, asked: Asked) -> Answer:  # noqa: PLR0911 - one for each address
        expected = "Basic " + b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        user = USER if asked.headers.get("authorization") == expected else None
        user = user or self.users.get(asked.headers.get("x-auth-token", ""))
        if user is None:
            return Answer('{"error_message":"access unauthorized"}', 401)
        path, parts = asked.path, asked.path.strip("/").split("/")
        if path == "/v1/me":
            return Answer(json.dumps({"id": 1, "username": user}))
        if path == "/v1/categories":
            return self._categories(asked)
        if path.startswith("/v1/feeds/") and path.endswith("/entries"):
            return self._list(asked, int(parts[2]))
        if parts[:2] == ["v1", "feeds"]:
            return self._feeds(asked, int(parts[2]) if len(parts) > 2 else 0)
        if path == "/v1/entries":
            return self._mark(asked) if asked.method == "PUT" else self._list(asked)
        if parts[:2] == ["v1", "entries"] and parts[2].isdecimal():
            return self._one(int(parts[2]), parts[3:])
        return Answer("404 page not found", 404, "text/plain")

    def _folders(self) -> list[str]:
        return list(dict.fromkeys(["All", *(feed["folder"] for feed in self.feeds.values()), *self.made]))

    def _categories(self, asked: Asked) -> Answer:
        if asked.method == "POST":
            self.made = [*self.made, json.loads(asked.body)["title"]]
        rows = [{"id": place + 1, "title": name} for place, name in enumerate(self._folders())]
        return Answer(json.dumps(rows[-1] if asked.method == "POST" else rows))

    def _feeds(self, asked: Asked, number: int) -> Answer:
        if asked.method == "GET":
            return Answer(json.dumps([self._feed(each) for each in self.feeds]))
        if asked.method == "POST":
            row = json.loads(asked.body)
            number = max(self.feeds, default=0) + 1
            self.follow(
                number, self._folders()[row["category_id"] - 1], self.leads.get(row["feed_url"], row["feed_url"])
            )
            return Answer(json.dumps({"feed_id": number}), 201)
        if number not in self.feeds:
            return Answer("{}", 404)
        if asked.method == "DELETE":
            self.unfollow(number)
            return Answer("", 204)
        row = json.loads(asked.body)
        if "title" in row:
            self.feeds[number]["title"] = row["title"]
        if "category_id" in row:
            self.feeds[number]["folder"] = self._folders()[row["category_id"] - 1]
        return Answer(json.dumps(self._feed(number)), 201)

    def _feed(self, number: int) -> dict[str, Any]:
        feed = self.feeds[number]
        folder = {"id": self._folders().index(feed["folder"]) + 1, "title": feed["folder"]}
        site = f"https://site-{number}.example/"
        return {"id": number, "feed_url": feed["url"], "site_url": site, "title": feed["title"], "category": folder}

    def _row(self, item: Item) -> dict[str, Any]:
        return {
            "id": item.number,
            "feed_id": item.feed,
            "hash": f"hash of {item.link or item.title}",
            "status": "read" if item.read else "unread",
            "starred": item.starred,
            "title": item.title,
            "url": item.link,
            "author": item.author,
            "tags": list(item.categories),
            "content": self.proxied(item.text),
            "published_at": _stamp(item.published),
            "created_at": _stamp(item.created or item.published),
            "changed_at": _stamp(item.changed),
        }

    def _list(self, asked: Asked, feed: int = 0) -> Answer:
        def number(name: str) -> int:
            return int(asked.query.get(name, ["0"])[0])

        found = [
            item
            for item in self.items.values()
            if item.number > number("after_entry_id")
            and feed in (0, item.feed)
            and (not number("before_entry_id") or item.number < number("before_entry_id"))
            and item.changed > number("changed_after")
            and item.published > number("published_after")
        ]
        by = asked.query.get("order", ["id"])[0]
        found.sort(key=lambda item: (item.changed, item.number) if by == "changed_at" else (item.number, 0))
        if asked.query.get("direction") == ["desc"]:
            found.reverse()
        rows = [self._row(item) for item in found[: number("limit") or 100]]
        return Answer(json.dumps({"total": len(found), "entries": rows}))

    def _mark(self, asked: Asked) -> Answer:
        row = json.loads(asked.body)
        there = [number for number in row["entry_ids"] if number in self.items]
        if not there:
            return Answer('{"error_message":"store: nothing has been updated"}', 500)
        self.mark(*there, read=row["status"] == "read")
        return Answer("", 204)

    def _one(self, number: int, rest: list[str]) -> Answer:
        if number not in self.items:
            return Answer('{"error_message":"not found"}', 404)
        if rest == ["bookmark"]:
            self.mark(number, starred=not self.items[number].starred)
            return Answer("", 204)
        if rest == ["fetch-content"]:
            return Answer(json.dumps({"content": "<p>The whole text, as the server fetched it.</p>" * 30}))
        return Answer(json.dumps(self._row(self.items[number])))


def _stamp(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", ".123456Z")


class FakeReader(Api):
    """The Google Reader API as FreshRSS has it, or Miniflux, with the traps of each."""

    def __init__(self, flavour: Literal["freshrss", "miniflux"] = "freshrss") -> None:
        super().__init__()
        self.is_freshrss = flavour == "freshrss"
        self.is_on = True
        self.most = 30
        """Numbers that one request is given at most."""
        self.tokens = 0
        self.root = "/api/greader.php" if self.is_freshrss else ""

    def publish(self, feed: int, count: int = 1, *, start: int | None = None, **more: Any) -> list[Item]:
        if start is None and self.is_freshrss and not self.items:
            start = FIRST * 1_000_000  # microseconds
        return super().publish(feed, count, start=start, **more)

    @property
    def token(self) -> str:
        return f"{USER}/token{self.tokens}"

    def answer(self, asked: Asked) -> Answer:  # noqa: PLR0911 - one for each address
        path = asked.path.removeprefix(self.root)
        if self.root and not asked.path.startswith(self.root):
            return Answer("<h1>Not found</h1>", 404, "text/html")
        if not self.is_on:
            return Answer("Service Unavailable!", 503, "text/plain")
        if path == "/accounts/ClientLogin":
            right = asked.form.get("Email") == [USER] and asked.form.get("Passwd") == [PASSWORD]
            said = f"SID={self.token}\nLSID=null\nAuth={self.token}\n" if right else "Unauthorized!"
            return Answer(said, 200 if right else 401, "text/plain")
        if asked.headers.get("authorization") != f"GoogleLogin auth={self.token}":
            return Answer("Unauthorized!", 401, "text/plain", {"X-Reader-Google-Bad-Token": "true"})
        if asked.method == "POST" and asked.form.get("T") != ["write"]:
            return Answer("Unauthorized!", 401, "text/plain", {"X-Reader-Google-Bad-Token": "true"})
        known: dict[str, Callable[[Asked], Answer]] = {
            "token": lambda _: Answer("write\n", kind="text/plain"),
            "subscription/list": self._subscriptions,
            "subscription/edit": self._edit,
            "stream/items/ids": self._ids,
            "stream/items/contents": self._contents,
            "edit-tag": self._tag,
        }
        answer = known.get(path.removeprefix("/reader/api/0/"))
        if answer is None:  # one answers with nothing and says that all is well
            return Answer("Bad Request!", 400, "text/plain") if self.is_freshrss else Answer("[]")
        return answer(asked)

    def _written(self, text: str, *, extended: bool = False) -> str:
        if not self.is_freshrss:
            return text
        return text.translate(
            str.maketrans("&<>", "＆＜＞") | (str.maketrans("?\\/,;", "？＼／，；") if extended else {})
        )

    def _subscriptions(self, _: Asked) -> Answer:
        rows = [
            {
                "id": f"feed/{number}",
                "title": self._written(feed["title"], extended=True),
                "url": feed["url"],
                "htmlUrl": f"https://site-{number}.example/",
                "categories": [{"id": f"user/-/label/{feed['folder']}", "label": feed["folder"]}],
            }
            for number, feed in self.feeds.items()
        ]
        return Answer(json.dumps({"subscriptions": rows}))

    def _edit(self, asked: Asked) -> Answer:
        form = asked.form
        name = form["s"][0].removeprefix("feed/")
        if form["ac"] == ["subscribe"]:
            label = form.get("a", ["user/-/label/Uncategorized"])[0]
            address = self.leads.get(name, name)
            self.follow(max(self.feeds, default=0) + 1, label.removeprefix("user/-/label/"), address)
            return Answer("OK", kind="text/plain")
        number = int(name)
        if form["ac"] == ["unsubscribe"]:
            self.unfollow(number)
        if "t" in form:
            self.feeds[number]["title"] = form["t"][0]
        if "a" in form:
            self.feeds[number]["folder"] = form["a"][0].removeprefix("user/-/label/")
        return Answer("OK", kind="text/plain")

    def _ids(self, asked: Asked) -> Answer:
        query = {name: values[0] for name, values in asked.query.items()}
        stream = query["s"].removeprefix(STATE)
        kept = sorted(self.items.values(), key=lambda item: item.number, reverse=True)
        if stream.startswith("feed/"):
            kept = [item for item in kept if item.feed == int(stream[5:])]
        if stream == "starred":
            kept = [item for item in kept if item.starred]
        elif stream == "read" and not self.is_freshrss:  # the other takes it for everything
            kept = [item for item in kept if item.read]
        if query.get("xt") == f"{STATE}read":
            kept = [item for item in kept if not item.read]
        at_most = min(int(query.get("n", "20")), self.most)
        if "c" in query and self.is_freshrss:
            kept = [item for item in kept if item.number < int(query["c"])]
        elif "c" in query:
            kept = kept[int(query["c"]) :]
        some = kept[:at_most]
        row: dict[str, Any] = {"itemRefs": [{"id": str(item.number)} for item in some]}
        if len(kept) > at_most:
            before = int(query.get("c", "0"))
            row["continuation"] = str(some[-1].number if self.is_freshrss else before + at_most)
        return Answer(json.dumps(row))

    def _numbers(self, asked: Asked) -> list[int]:
        """Only the long form is understood by all."""
        return [int(each.removeprefix(LONG), 16) for each in asked.form.get("i", []) if each.startswith(LONG)]

    def _contents(self, asked: Asked) -> Answer:
        rows = []
        for number in self._numbers(asked)[:100]:
            item = self.items.get(number)
            if item is None:
                continue
            names = [f"{STATE}reading-list", f"user/-/label/{self.feeds[item.feed]['folder']}"]
            names += [f"user/1/state/com.google/{name}" for name in ("read", "starred") if getattr(item, name)]
            rows.append(
                {
                    "id": f"{LONG}{number:016x}",
                    "title": self._written(item.title),
                    "author": "; ".join(self._written(each, extended=True) for each in item.author.split("; ")),
                    "published": item.published,
                    "categories": names + [self._written(each) for each in item.categories] * self.is_freshrss,
                    "canonical": [{"href": item.link}],
                    "origin": {"streamId": f"feed/{item.feed}"},
                    "summary": {"content": item.text if self.is_freshrss else self.proxied(item.text)},
                }
            )
        if not rows and not self.is_freshrss:
            return Answer("", 400)  # Miniflux 2.2.6
        return Answer(json.dumps({"items": rows}))

    def _tag(self, asked: Asked) -> Answer:
        form = asked.form
        given, taken = form.get("a", [])[-1:], form.get("r", [])[-1:]  # only the last counts
        if any("label" in each for each in (*given, *taken)):
            return Answer("", 500)
        for number in self._numbers(asked):
            if number in self.items:
                for tag, value in [*((each, True) for each in given), *((each, False) for each in taken)]:
                    name = tag.rpartition("/")[2]
                    has_it = getattr(self.items[number], name)
                    self.mark(number, **{name: value if self.is_freshrss else value and not has_it})
        return Answer("OK", kind="text/plain")


def with_three_articles() -> Iterator[FakeMiniflux]:
    """A server that follows one feed with three articles; it ends with the test."""
    made = FakeMiniflux()
    made.follow(1, "News & Co")
    made.publish(1, 3)
    yield made
    made.stop()

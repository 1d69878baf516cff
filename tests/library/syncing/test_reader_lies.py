"""A Google Reader server that lies, one lie at a time: a sentence, nothing lost, an end, and the token stays here."""

from __future__ import annotations

import itertools
import json

import pytest

from conftest import Reply, ScriptedSite
from library.syncing.conftest import MakeDevice
from support.reader_servers import Answer, Api, Asked, FakeReader

IDS, CONTENTS, FEEDS, TAG = "/stream/items/ids", "/stream/items/contents", "/subscription/list", "/edit-tag"
LOGIN, TOKEN = "/accounts/ClientLogin", "/token"


def item(**more: object) -> str:
    row = {
        "id": "tag:google.com,2005:reader/item/00060a2418188001", "title": "x", "origin": {"streamId": "feed/1"},
        "canonical": [{"href": "https://site-1.example/x"}], "summary": {"content": "<p>x</p>"}, "categories": [],
    }  # fmt: skip
    return json.dumps({"items": [row | more]})


def _feeds(*numbers: tuple[int, int]) -> str:
    """Feeds by their numbers, each with the site of a number."""
    return json.dumps(
        {"subscriptions": [{"id": f"feed/{n}", "url": f"https://site-{m}.example/feed"} for n, m in numbers]}
    )


LIES: dict[str, tuple[str, str | bytes | int]] = {
    "no feeds": (FEEDS, '{"subscriptions": []}'),
    "feeds that are none": (FEEDS, '{"subscriptions": null}'),
    "feeds of strings": (FEEDS, '{"subscriptions": ["feed/1"]}'),
    "feeds swapped": (
        FEEDS,
        _feeds((1, 2), (2, 1)),
    ),
    "a feed twice": (
        FEEDS,
        _feeds((1, 1), (1, 1), (2, 2)),
    ),
    "feeds of odd names": (
        FEEDS,
        json.dumps({"subscriptions": [
            {"id": f"feed/{n}", "url": f"https://site-{n}.example/feed", "title": "\x1b]0;x\x07[red]\ud800" * 100,
             "categories": [{"id": "x", "label": "\u202e\x00"}, 5, None]} for n in (1, 2)
        ]}),
    ),
    "thousands of feeds": (
        FEEDS,
        _feeds(*((n, n) for n in range(1, 3000))),
    ),
    "no numbers": (IDS, '{"itemRefs": []}'),
    "numbers of words": (IDS, '{"itemRefs": [{"id": "x"}]}'),
    "numbers of nothing": (IDS, '{"itemRefs": [{"id": null}, {}]}'),
    "numbers that are rows": (IDS, '{"itemRefs": [[1]]}'),
    "numbers of 6,000 digits": (IDS, '{"itemRefs": [{"id": "' + "9" * 6000 + '"}]}'),
    "numbers below nothing": (IDS, '{"itemRefs": [{"id": "-5"}]}'),
    "numbers that nobody has": (IDS, '{"itemRefs": [{"id": "1"}, {"id": "2"}]}'),
    "numbers that never end": (IDS, '{"itemRefs": [{"id": "1"}], "continuation": "again"}'),
    "a continuation of no kind": (IDS, '{"itemRefs": [], "continuation": {"a": [1]}}'),
    "a login page": (IDS, "<html><h1>Sign in</h1>"),
    "nothing": (IDS, b""),
    "no text": (IDS, b"\xff\xfe\x00\x01" * 50),
    "nested": (IDS, "[" * 200_000),
    "not found": (IDS, 404),
    "an error": (IDS, 500),
    "too many": (IDS, 429),
    "articles that are none": (CONTENTS, '{"items": null}'),
    "articles of strings": (CONTENTS, '{"items": ["x", 5, null, []]}'),
    "articles of other feeds": (CONTENTS, item(origin={"streamId": "feed/99"})),
    "articles of no feed": (CONTENTS, item(origin=5)),
    "articles without anything": (CONTENTS, item(title=None, canonical=None, summary=None, categories=None)),
    "articles of odd kinds": (CONTENTS, item(title=["x"], published="NaN", author={"a": 1}, canonical=[[]])),
    "articles of 1900 and never": (CONTENTS, item(published=-2_208_988_800)),
    "articles of 2999": (CONTENTS, item(published=32_472_144_000)),
    "articles of NaN": (CONTENTS, item().replace('"categories": []', '"published": NaN')),
    "articles inside": (CONTENTS, item(canonical=[{"href": "http://127.0.0.1/admin"}])),
    "articles of scripts": (CONTENTS, item(canonical=[{"href": "javascript:x"}], title="[@click=app.quit]x[/]")),
    "articles that nobody asked for": (CONTENTS, item(id="tag:google.com,2005:reader/item/0000000000000063")),
    "the same article a thousand times": (CONTENTS, json.dumps({"items": [json.loads(item())["items"][0]] * 1000})),
    "a mark that was not made": (TAG, "NO"),
    "a mark that was refused": (TAG, 400),
    "a token of lines": (TOKEN, "a\r\nX-Evil: 1\r\n"),
    "no token": (TOKEN, ""),
    "a login of lines": (LOGIN, "SID=x\nAuth=a b\x07\n"),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
async def test_a_lie_loses_nothing_and_ends(freshrss: FakeReader, device: MakeDevice, lie: str) -> None:
    where, said = LIES[lie]
    for number in (1, 2):
        freshrss.follow(number)
        freshrss.publish(number, 4)
    here = device(freshrss)
    await here.sync()
    first, second, *_ = freshrss.items.values()
    here.mark(first.title, read=True)
    here.mark(second.title, starred=True)
    before = here.state()
    freshrss.publish(1, 1)

    def tell(asked: Asked) -> Answer | None:
        if not asked.path.endswith(where):
            return None
        return (
            Answer("", said)
            if isinstance(said, int)
            else Answer(said, kind="text/plain" if where == TAG else "application/json")
        )

    freshrss.before = tell
    for _ in range(2):
        done = await here.sync()
        assert done.status in ("done", "failed")
        kept = here.state()
        assert before.items() <= kept.items() or lie in ("no numbers", "numbers that nobody has")
        assert before.keys() <= kept.keys()
    freshrss.before = lambda _: None
    for _ in range(3):
        done = await here.sync()
    assert done.status == "done"
    told = freshrss.state()
    assert (told[first.title], told[second.title]) == ((True, False), (False, True))
    assert {title: marks for title, marks in here.state().items() if title in told} == told


@pytest.mark.parametrize("where", [FEEDS, IDS, CONTENTS, TAG])
async def test_a_redirect_elsewhere_gets_no_token(
    freshrss: FakeReader, device: MakeDevice, site: ScriptedSite, where: str
) -> None:
    freshrss.follow(1)
    freshrss.publish(1, 2)
    here = device(freshrss)
    await here.sync()
    here.mark(next(iter(freshrss.items.values())).title, starred=True)
    freshrss.publish(1, 1)
    site.pages["/x"] = Reply("{}")

    def lead(asked: Asked) -> Answer | None:
        return Answer("", 302, headers={"Location": f"{site.url}/x"}) if asked.path.endswith(where) else None

    freshrss.before = lead
    assert (await here.sync()).status == "failed"
    assert site.paths() == []


async def test_numbers_without_end_end_the_run(
    freshrss: FakeReader, device: MakeDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    freshrss.follow(1)
    freshrss.publish(1, 2)
    here = device(freshrss)
    await here.sync()
    monkeypatch.setattr("tuireader.library.syncing.greader._NUMBERS", 1000)
    numbers = itertools.count(1)

    def endless(asked: Asked) -> Answer | None:
        if not asked.path.endswith(IDS):
            return None
        some = [{"id": str(next(numbers))} for _ in range(400)]
        return Answer(json.dumps({"itemRefs": some, "continuation": str(next(numbers))}))

    freshrss.before = endless
    done = await here.sync()
    assert (done.status, done.error) == (
        "failed",
        "Work: 127.0.0.1 lists more than 1,000 articles".replace("127.0.0.1", freshrss.url[7:]),
    )


async def test_a_feed_that_is_given_under_two_addresses_is_no_answer(server: Api, device: MakeDevice) -> None:
    """Neither ends, and no mark is lost."""
    for number in (1, 2):
        server.follow(number)
        server.publish(number, 3)
    here = device(server)
    await here.sync()
    first = next(iter(server.items.values()))
    here.mark(first.title, read=True)
    before = here.state()

    def twice(asked: Asked) -> Answer | None:
        if not asked.path.endswith((FEEDS, "/v1/feeds")):
            return None
        said = json.loads(server.answer(asked).body)
        rows = said["subscriptions"] if isinstance(said, dict) else said
        rows.append(rows[1] | {"id": rows[0]["id"]})
        return Answer(json.dumps(said))

    server.before = twice
    done = await here.sync()
    assert (done.status, here.state()) == ("failed", before)
    assert "returned a feed twice" in str(done.error)
    server.before = lambda _: None
    await here.sync()
    assert here.state() == server.state() == before

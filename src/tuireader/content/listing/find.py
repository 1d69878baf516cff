"""Find the articles a page lists: as stated in JSON-LD, as marked by microformats, or by repeated structure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html import escape

from tuireader.content.extraction.extract import tree_of_page
from tuireader.content.extraction.metadata import names_in, stated_things, texts_in
from tuireader.content.extraction.page import Element, text_of, write
from tuireader.content.listing.card import Item, Listing, Tier
from tuireader.content.listing.cards import card_items
from tuireader.text.bounded_json import items
from tuireader.text.bylines import categories, people
from tuireader.text.language_and_hyphenation import language_tag
from tuireader.text.printable import line
from tuireader.text.written_dates import day_in, forget_unknown_words
from tuireader.urls.hosts import absolute
from tuireader.urls.identity import place, same_site

_LISTS = ("itemListElement", "blogPost", "blogPosts", "hasPart")
_MARKED_MAX = 500
_ENTRY = frozenset({"h-entry", "hentry"})
_ONE = frozenset({"single", "error404", "search-no-results"})
_FEWEST = 3
_ARTICLES_MAX = 200
"""Maximum articles of a list."""
_MORE = 1.5


def stated_items(tree: Element, url: str) -> list[Item]:
    """The articles a page lists in JSON-LD, in its order."""
    found: dict[str, Item] = {}
    for thing in stated_things(tree):
        for each in (listed for name in _LISTS for listed in items(thing, name)):
            item = _stated(each, url)
            if item is not None:
                found.setdefault(item.url, item)
    return [*found.values()]


def _stated(listed: object, base: str) -> Item | None:
    if not isinstance(listed, dict):
        return None
    inner = listed.get("item")
    thing = inner if isinstance(inner, dict) else listed
    link = next((thing[name] for name in ("url", "@id", "mainEntityOfPage") if isinstance(thing.get(name), str)), inner)
    title = next(iter(texts_in(thing.get("headline") or thing.get("name") or listed.get("name"))), "")
    there = absolute(link, base)
    if not there or not title.strip():
        return None
    said = next(iter(texts_in(thing.get("datePublished") or thing.get("dateCreated"))), "")
    section = texts_in(thing.get("articleSection"))
    return Item(
        url=there,
        title=line(title),
        date=day_in(said),
        authors=people(names_in(thing.get("author"))),
        categories=categories(section),
        html="".join(f"<p>{escape(text)}</p>" for text in texts_in(thing.get("description"))[:1]),
    )


def marked_items(tree: Element, url: str) -> list[Item]:
    """The articles a page marks as feed entries (h-feed, h-entry; hAtom), in its order."""
    found: dict[str, Item] = {}
    for number, entry in enumerate(_entries(tree)):
        if number >= _MARKED_MAX:
            break
        item = _marked(entry, url)
        if item is not None:
            found.setdefault(item.url, item)
    return [*found.values()]


def _entries(tree: Element) -> Iterator[Element]:
    """The entries inside no other entry: inner ones are replies or quotations."""
    found: set[Element] = set()
    for each in tree.iter():
        if isinstance(each.tag, str) and not _ENTRY.isdisjoint(_classes(each)):
            if not any(around in found for around in each.iterancestors()):
                yield each
            found.add(each)


def _classes(element: Element) -> set[str]:
    return set((element.get("class") or "").split())


def _marked(entry: Element, base: str) -> Item | None:
    named: dict[str, list[Element]] = {}
    for each in entry.iter():
        if isinstance(each.tag, str):
            for name in _classes(each):
                named.setdefault(name, []).append(each)

    def first(*names: str) -> Element | None:
        return next((named[name][0] for name in names if name in named), None)

    title = first("p-name", "entry-title")
    link = first("u-url", "u-uid")
    if link is None and title is not None:
        link = title if title.tag == "a" else next(iter([*title.iter("a"), *title.iterancestors("a")]), None)
    there = absolute(link.get("href"), base) if link is not None else ""
    words = "" if title is None else text_of(title)
    if not there or not words:
        return None
    when = first("dt-published", "published", "entry-date", "updated")
    said = "" if when is None else (when.get("datetime") or when.get("title") or text_of(when))
    body = first("p-summary", "entry-summary", "e-content", "entry-content")
    authors = [text_of(each) for name in ("p-author", "author") for each in named.get(name, [])[:3]]
    under = [text_of(each) for each in named.get("p-category", [])]
    html = "" if body is None else write(body)
    return Item(there, line(words), day_in(said), people(authors), categories(under), html)


def find_list(page: bytes, url: str) -> Listing | None:
    """Return the articles that the page at `url` lists; None if it lists none."""
    forget_unknown_words()
    tree = tree_of_page(page)
    if tree is None or _is_of_one(tree):
        return None
    ways: list[tuple[Tier, str, list[Item]]] = [
        ("stated", "", _of_site(stated_items(tree, url), url)),
        ("marked", "", marked_items(tree, url)),
    ]
    shape, cards = card_items(tree, url)
    ways.append(("cards", shape, cards))
    there = [way for way in ways if len(way[2]) >= _FEWEST]
    if not there:
        return None
    best = there[0]
    for way in there[1:]:
        if len(way[2]) > _MORE * len(best[2]) or (
            not all(item.date for item in best[2]) and all(item.date for item in way[2])
        ):
            best = way
    tier, shape, items = best
    others = [item for _, _, some in ways if some is not items for item in some]
    return _listing(tree, tier, shape, _completed(items, others))


def _is_of_one(tree: Element) -> bool:
    body = tree.find("body")
    return body is not None and not _ONE.isdisjoint((body.get("class") or "").split())


def find_again(page: bytes, url: str, tier: Tier, shape: str) -> Listing | None:
    """Return the articles that the page lists now, by the learned structure; None if that no longer matches."""
    forget_unknown_words()
    tree = tree_of_page(page)
    if tree is None:
        return None
    if tier == "stated":
        items = _of_site(stated_items(tree, url), url)
    elif tier == "marked":
        items = marked_items(tree, url)
    else:
        _, items = card_items(tree, url, shape)
    return _listing(tree, tier, shape, items) if items else None


def _listing(tree: Element, tier: Tier, shape: str, items: list[Item]) -> Listing:
    title = next((" ".join("".join(each.itertext()).split()) for each in tree.iter("title")), "")
    return Listing(tier, shape, line(title), tuple(items[:_ARTICLES_MAX]), language_tag((tree.get("lang") or "")[:20]))


def _of_site(items: list[Item], url: str) -> list[Item]:
    return [item for item in items if same_site(item.url, url) and place(item.url) != place(url)]


def _completed(items: list[Item], others: list[Item]) -> list[Item]:
    """Items with their missing fields filled from the same articles found in another way."""
    known: dict[str, Item] = {}
    for item in others:
        known.setdefault(place(item.url), item)
    return [_with(item, known.get(place(item.url))) for item in items]


def _with(item: Item, other: Item | None) -> Item:
    if other is None:
        return item
    return replace(
        item,
        date=item.date or other.date,
        authors=item.authors or other.authors,
        categories=item.categories or other.categories,
        html=item.html or other.html,
    )

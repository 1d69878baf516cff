"""Which articles a page lists: as it states, as it marks, or by what repeats on it."""

from __future__ import annotations

from dataclasses import replace

from tuireader.content.extraction.extract import tree_of_page
from tuireader.content.extraction.page import Element
from tuireader.content.listing.cards import card_items
from tuireader.content.listing.dates import begin
from tuireader.content.listing.model import Item, Listing, Tier
from tuireader.content.listing.stated import marked_items, stated_items
from tuireader.text.one_line import line
from tuireader.urls.identity import place, same_site

_ONE = frozenset({"single", "error404", "search-no-results"})
_FEWEST = 3
_MOST = 200
"""Articles of a list that are taken."""
_MORE = 1.5


def find_list(page: bytes, url: str) -> Listing | None:
    """Return the articles that the page at `url` lists; None where it lists none."""
    begin()
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
    """Return what the page lists now by what was learned of it; None where there is nothing by that."""
    begin()
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
    return Listing(tier, shape, line(title), tuple(items[:_MOST]), (tree.get("lang") or "")[:20])


def _of_site(items: list[Item], url: str) -> list[Item]:
    return [item for item in items if same_site(item.url, url) and place(item.url) != place(url)]


def _completed(items: list[Item], others: list[Item]) -> list[Item]:
    """Items with what other ways say of the same articles, where theirs says nothing."""
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

"""The article on a page, or on the pages that it is divided into."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tuireader.content.cleaning.boilerplate import without_links
from tuireader.content.cleaning.clean import clean, clean_tree
from tuireader.content.dom.sanitize import PARTIAL, bounded, cut, flattened, plain_text
from tuireader.content.dom.tree import Node, parse, serialise
from tuireader.content.extraction import scoring, threads
from tuireader.content.extraction.agreement import ArticleHints, main_blocks
from tuireader.content.extraction.blocks import CELLS, WRAPPER, Blocks
from tuireader.content.extraction.completion import join_rows
from tuireader.content.extraction.metadata import listed, metadata_of, take_stated, texts_in, title_of
from tuireader.content.extraction.page import (
    NONE,
    Element,
    Selectors,
    allowed,
    drop,
    drop_unseen,
    load,
    selected,
    without,
    write,
)
from tuireader.content.extraction.page_bylines import take_mail_header
from tuireader.content.extraction.prose import Prose
from tuireader.content.extraction.recipes import missing_facts, recipe_of
from tuireader.content.extraction.select_blocks import choose
from tuireader.content.maths.formulas import with_formulas
from tuireader.text.folding import letters
from tuireader.text.language_and_hyphenation import count_words
from tuireader.text.printable import printable_line
from tuireader.text.sentences import dated
from tuireader.urls.hosts import absolute
from tuireader.urls.identity import place

_SCOPE = ("lang", "dir")
_SHOWN = frozenset({"img", "picture", "video", "audio", "iframe", "embed", "object", "hr", "figure", "math"})
_PAGE_MAX = 4_000_000
"""Maximum characters of a page that are parsed."""
_TAGS_MAX = 40_000
"""Maximum tags of a page that are parsed: trafilatura's time grows faster than their number."""
_METAS_MAX, _META_MAX = 200, 600
"""Maximum number of `meta` elements, and maximum characters of each."""
_NO_TEXT = ("nav", "footer", "aside")
_PROSE_MIN = 250
"""Minimum letters of prose of a page on which no article is found otherwise."""
_FEWEST_WORDS = 5
"""Minimum words outside links: with fewer it is a menu."""
_CUT = ("…", "...")
"""Endings of a description that is the beginning of an article whose text a script loads."""
_TWICE = 2
"""How many times longer than the shown text the machine-readable text must be to replace it."""
_HEADING = re.compile(r"<(h[1-6])>(.*?)</\1>")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_UPDATES_MAX, _BEGINNING = 500, 600
"""Maximum updates of a live blog; characters by which one is found in the text."""
_TEX_SHOWN_BY = ("mathjax", "katex")
_TEX = re.compile(r"<(?:script|link)\b[^<>]{0,300}(?:mathjax|katex)|\bmathjax\s*[.=]")
"""Scripts and settings of a page that renders TeX as formulas."""
_CHARSET = re.compile(rb"""charset\s{0,9}=\s{0,9}["']?([\w.:-]{2,40})""", re.IGNORECASE)


def html_of(blocks: Blocks, chosen: list[bool]) -> str:
    """Return the HTML of the chosen blocks within their containers; consumes the page."""
    numbers = [number for number, one in enumerate(chosen) if one]
    if not numbers:
        return ""
    join_rows(blocks)
    root = _common(blocks, numbers)
    drop(list(_Builder(blocks, chosen).unwanted(root)))
    for each in list(root.iter("p")):
        if each.attrib.pop(WRAPPER, None) is not None and _is_alone(each):
            each.tag = "span"  # text of an item, say, beside a list: it was in no paragraph
    return _in_its_language(root)


def _in_its_language(root: Element) -> str:
    """Return an element as HTML, with the language and direction it inherits."""
    said = {name: next((v for each in (root, *root.iterancestors()) if (v := each.get(name))), "") for name in _SCOPE}
    scope = "".join(f' {name}="{escape(value)}"' for name, value in said.items() if value)
    return f"<div{scope}>{write(root)}</div>" if scope else write(root)


def _is_alone(paragraph: Element) -> bool:
    beside = (paragraph.getprevious(), paragraph.getnext())
    return not any(each is not None and each.tag == "p" for each in beside)


def _common(blocks: Blocks, numbers: list[int]) -> Element:
    """Return the innermost element that contains all of these blocks."""
    first, last = (blocks[number].element for number in (numbers[0], numbers[-1]))
    holders = [first, *first.iterancestors()]
    others = {last, *last.iterancestors()}
    return next(each for each in holders if each in others)


class _Builder:
    def __init__(self, blocks: Blocks, chosen: list[bool]) -> None:
        self.blocks = blocks
        self.chosen = chosen
        numbers = [number for number, one in enumerate(chosen) if one]
        self.first, self.last = numbers[0], numbers[-1]

    def unwanted(self, element: Element) -> Iterator[Element]:
        """Yield the elements inside an element that are not part of the article."""
        for child in list(element):
            span = self.blocks.spans.get(child)
            if span is None:
                continue  # within a paragraph
            first, last = span
            if child.tag in CELLS and (first == last or self._is_of_data(element)):
                continue  # each stands below the head of its column
            if first == last:
                if not self.is_shown(child, first):
                    yield child
            elif not any(self.chosen[first:last]):
                yield child
            elif last - first > 1 or child is not self.blocks[first].element:
                yield from self.unwanted(child)

    def _is_of_data(self, row: Element) -> bool:
        """Whether a row has at most one block per cell and at least half of its blocks are chosen."""
        spans = [self.blocks.spans.get(each, (0, 0)) for each in row if each.tag in CELLS]
        filled = [first for first, last in spans if last - first == 1]
        return all(last - first <= 1 for first, last in spans) and 2 * sum(map(self.chosen.__getitem__, filled)) >= len(
            filled
        )

    def is_shown(self, element: Element, at: int) -> bool:
        """Whether an element without text is a picture or similar inside the article."""
        if not (self.first <= at <= self.last):
            return False
        return element.tag in _SHOWN or any(each.tag in _SHOWN for each in element.iter())


@dataclass(frozen=True, slots=True)
class Extracted:
    """The article extracted from its page."""

    title: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    published: datetime | None
    html: str
    """Clean, with absolute links; contains `PARTIAL` if it may be incomplete."""
    is_chosen: bool = False
    """Whether it was matched by selectors."""


def tree_of_page(page: bytes | str) -> Element | None:
    """Parse a page within limits; None if it is empty."""
    return load(cut(_decoded(page), _PAGE_MAX, _TAGS_MAX))


def text_of_page(page: bytes | str) -> str:
    """The whole text of a page, also outside its article, with the titles and descriptions that its head states.

    Without code, which could be longer than the text.
    """
    tree = tree_of_page(page)
    if tree is None:
        return ""
    for code in tree.iter("script", "style"):
        code.text = None
    metas = ((each.get("property") or each.get("name") or "", each.get("content") or "") for each in tree.iter("meta"))
    stated = [content for name, content in metas if name.lower().endswith(("title", "description"))]
    return " ".join(" ".join([*stated, *tree.itertext()]).split())


def extract_article(
    page: bytes | str, url: str, *, site: str = "", excerpt: str = "", selectors: Selectors = NONE
) -> Extracted | None:
    """Extract the article of the page at `url`; None if there is none.

    `site` is the name of its site, if known: it is not the article's title. `excerpt` is the beginning of the text in
    its feed. `selectors` take precedence; if they match nothing, the article is found by heuristics.
    """
    decoded = _decoded(page)
    limited = cut(decoded, _PAGE_MAX, _TAGS_MAX)
    text = flattened(bounded(with_formulas(limited)))
    tree = load(text)
    if tree is None:
        return None
    elements = list(tree.iter())  # lxml would make them anew each time that they are looked at
    stated = take_stated(tree)
    recipe = recipe_of(elements, stated)
    _bound_meta(tree)
    found = scoring.Facts(tree, url)
    facts = metadata_of(tree, found, stated, url=url)
    title = title_of(
        text, facts.headings, found, own=facts.own_heading, sites=(site, *facts.of_site), others=facts.other_headings
    )
    without(tree, selectors.drop)
    if chosen := selected(tree, selectors.take):
        html = clean(chosen, url, has_tex=_shows_tex(text))
        return Extracted(title, facts.authors, facts.categories, facts.published, html, is_chosen=True)
    drop_unseen(tree)
    sender, sent = take_mail_header(tree)
    authors, published = (sender,) if sender else facts.authors, sent or facts.published
    names = (*facts.authors, *facts.categories, *filter(None, (site, facts.site)))
    blocks = Blocks(tree.find("body"))
    prose = Prose(blocks)
    is_declared = threads.DECLARED.search(text) is not None and "FAQPage" not in text
    posts = threads.posts_of(tree, blocks, prose, is_declared=is_declared, excerpt=excerpt)
    hints = ArticleHints(title, names, excerpt, url)
    is_partial = len(limited) < len(decoded)
    if posts:
        authors, published = (posts[0].author,) if posts[0].author else authors, posts[0].moment or published
        found_html = threads.html_of(posts)
    else:
        chosen_blocks = choose(tree, blocks, prose, hints)
        is_partial |= prose.unnamed >= max(_PROSE_MIN, _TWICE * prose.of(chosen_blocks))
        found_html = html_of(blocks, chosen_blocks)
    article = clean_tree(found_html, url, has_tex=_shows_tex(text))
    del elements
    html = "" if posts else _stated_text(stated, article.words(), url)
    if not html and _is_menu(article):
        is_partial, article = True, clean_tree(_main_html(text), url, has_tex=_shows_tex(text))
        if _is_menu(article) and facts.published is not None and found.description.endswith(_CUT):
            article = clean_tree(_paragraphs(found.description), url)
        if _is_menu(article):
            return None
    facts_first = missing_facts(recipe, article.words())
    html = html or (PARTIAL if is_partial else "") + facts_first + serialise(article.children)
    return Extracted(title, authors, facts.categories, published, _with_updates(html, stated, url))


def _is_menu(article: Node) -> bool:
    return count_words(without_links(article)) < _FEWEST_WORDS


def _main_html(page: str) -> str:
    """Return the part of a page with nearly all of its prose, whatever its names say; empty without prose."""
    tree = load(page)
    if tree is None:
        return ""
    drop_unseen(tree)
    drop(list(tree.iter(*_NO_TEXT)))
    blocks = Blocks(tree.find("body"))
    prose = Prose(blocks)
    return html_of(blocks, main_blocks(blocks, prose)) if prose.whole >= _PROSE_MIN else ""


def _shows_tex(page: str) -> bool:
    lower = page.lower()
    return any(name in lower for name in _TEX_SHOWN_BY) and _TEX.search(lower) is not None


def _stated_text(stated: Mapping[str, Any], shown: str, url: str) -> str:
    """Return the machine-readable text of a page if it is much longer than the shown text, which is then an excerpt."""
    said = next(iter(texts_in(stated.get("articleBody"))), "")
    if not said or count_words(plain_text(said)) <= max(_TWICE * count_words(shown), _FEWEST_WORDS):
        return ""
    return clean(_paragraphs(said), url)


def _paragraphs(text: str) -> str:
    """Return HTML as it is, and text with a paragraph for each line."""
    if re.search(r"<(?:p|br|div|a)\b", text):
        return text
    return "".join(f"<p>{escape(line)}</p>" for line in text.split("\n") if line.strip())


def _with_updates(html: str, stated: Mapping[str, Any], url: str) -> str:
    """Put the times of a live blog's updates before their headings; append those that the page loads later."""
    updates = [each for each in listed(stated.get("liveBlogUpdate")) if isinstance(each, dict)]
    there = letters(plain_text(html)) if updates else ""
    times: dict[str, list[datetime]] = defaultdict(list)
    missing = []
    for update in updates[:_UPDATES_MAX]:
        title, body = ("".join(texts_in(update.get(name))).strip() for name in ("headline", "articleBody"))
        moment = None
        with suppress(ValueError):
            moment = datetime.fromisoformat("".join(texts_in(update.get("datePublished"))))
        if moment is not None and letters(title):
            times[letters(title)].append(moment)
        if not _is_there(plain_text(body) or title, there):
            missing.append((moment, printable_line(title), clean(_paragraphs(body), url)))
    day = ""

    def at(moment: datetime | None, title: str) -> str:
        nonlocal day
        if moment is None:
            return title
        said = ["" if dated(moment) == day else dated(moment), f"{moment:%H:%M}", title]
        day = dated(moment)
        return " · ".join(filter(None, said))

    def timed(found: re.Match[str]) -> str:
        moments = times.get(letters(plain_text(found[2])))
        return f"<{found[1]}>{at(moments.pop(0) if moments else None, found[2])}</{found[1]}>"

    html = _HEADING.sub(timed, html) if times else html
    return html + "".join(f"<h2>{at(moment, escape(title))}</h2>{body}" for moment, title, body in missing)


def _is_there(text: str, there: str) -> bool:
    """Whether most of the beginning of a text is in another, of which the letters are given."""
    pieces = [letters(each) for each in _SENTENCE.split(text[:_BEGINNING])]
    return sum(len(each) for each in pieces if each in there) >= sum(map(len, pieces)) / 2


def _bound_meta(tree: Element) -> None:
    """Truncate a page's metadata in place: trafilatura's time is quadratic in its length."""
    metas = list(tree.iter("meta"))
    for each in metas[:_METAS_MAX]:
        if len(each.get("content", "")) > _META_MAX:
            each.set("content", allowed(each.get("content")[:_META_MAX]))
    drop(metas[_METAS_MAX:])


def _decoded(page: bytes | str) -> str:
    if isinstance(page, str):
        return page
    found = _CHARSET.search(page[:4000])
    for name in ("utf-8", found[1].decode("ascii", "replace") if found else "utf-8"):
        try:
            return page.decode(name)
        except (LookupError, ValueError):
            continue
    return str(scoring.decode_file(page))


_PARAMETERS = frozenset({"page", "pg", "p", "pagina", "seite", "pagenum", "pageno", "paged", "startpage"})
_LAST_PART = re.compile(
    r"(?P<before>.*?)(?P<mark>/(?:(?:page|seite|pagina)[-/]?)?|[-_,](?:page-?|p|seite-?)?)(?P<number>\d{1,3})"
    r"(?P<after>\.\w{1,5})?",
    re.IGNORECASE,
)
"""A path that ends in a page number, and the separator before it."""
_SERIES = re.compile(
    r"(?<![^\W\d_])(?:part|partie|parte|teil|deel|del|chapter|chapitre|cap[ií]tulo|capitolo|kapitel|episode|episodio|folge"
    r"|volume|vol|issue|day|tag|week|comic|post|posts)$",
    re.IGNORECASE,
)
"""The word before the number of an article of a series."""
_ENDING = re.compile(r"\.\w{1,5}$")
_NEXT = re.compile(
    r"(?:next|continue|weiter|nächste|suivante?|siguiente|próxima|seguinte|successiva|volgende|nästa|neste|næste|далее)"
    r"\b.*|»|›|→|>+|次.*|下一.*|다음.*",
    re.IGNORECASE,
)
_WORDS_MAX = 60
"""Maximum characters of the label of a link to the next page."""
_NEW_WORDS_MIN = 12
"""Minimum new words of a further page of the article."""


def next_page(page: bytes, url: str, first: str, number: int) -> str:
    """The address of page `number` of the article at `first` if the page at `url` links to it; else empty.

    The address must differ from the article's own in that number only: a "next" link may lead to the next article.
    """
    tree = tree_of_page(page)
    if tree is None:
        return ""
    for each in tree.iter("a", "link"):
        href = each.get("href") or ""
        text = " ".join("".join(each.itertext()).split())[: _WORDS_MAX + 1] if href else ""
        has_number = re.fullmatch(rf"\D{{0,10}}{number}\D{{0,3}}", text) is not None
        labels = (text, each.get("title") or "", each.get("aria-label") or "")
        is_next = "next" in (each.get("rel") or "").lower().split() or any(map(_is_word_for_next, labels))
        if href and (has_number or is_next):
            there = absolute(href, url)
            if there and is_page_of(there, first, number, is_numbered=has_number):
                return there
    return ""


def _is_word_for_next(text: str) -> bool:
    return len(text) <= _WORDS_MAX and _NEXT.fullmatch(text) is not None


def is_page_of(url: str, first: str, number: int, *, is_numbered: bool = True) -> bool:
    """Whether an address has the form of page `number` of the article at `first`.

    `is_numbered`: the label of the link is that number. Without it `/a-2` is not a page of `/a`, but the next article
    with the same title.
    """
    try:
        here, there = urlsplit(f"//{place(first)}"), urlsplit(f"//{place(url)}")
    except ValueError:
        return False
    if here.netloc != there.netloc or (here.query != there.query and here.path != there.path):
        return False
    if here.query != there.query:
        return _differ_in_page(here.query, there.query, number)
    return _is_numbered_path(here.path, there.path, number, is_numbered=is_numbered)


def _is_numbered_path(here: str, there: str, number: int, *, is_numbered: bool) -> bool:
    """Whether a path is another path plus a page number."""
    found, own = _LAST_PART.fullmatch(there), _LAST_PART.fullmatch(here)
    if found is None or int(found["number"]) != number:
        return False
    after = found["after"] or ""
    if own is not None and int(own["number"]) == 1 and (own["before"], own["after"] or "") == (found["before"], after):
        # The first page has its number, too; else they are two of a series.
        names_page = own["mark"].strip("/-_,") != ""
        return (names_page or is_numbered) and _SERIES.search(own["before"]) is None
    if found["mark"] in "-_," and not after and not is_numbered:
        return False
    bare = _ENDING.sub("", here) if after else here
    return bool(bare.strip("/")) and found["before"] == bare and (not after or here.endswith(after))


def _differ_in_page(here: str, there: str, number: int) -> bool:
    """Whether two queries are equal but for a page number."""
    before, after = dict(parse_qsl(here, keep_blank_values=True)), dict(parse_qsl(there, keep_blank_values=True))
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    if len(changed) != 1:
        return False
    (name,) = changed
    counts = name.lower() in _PARAMETERS and (name.lower() != "p" or name not in before)  # ?p=1 may be an article
    return counts and before.get(name, "1") == "1" and after.get(name) == str(number)


def joined(parts: Sequence[Extracted]) -> tuple[Extracted, int]:
    """Join the pages of an article, and return how many pages were used; text repeated on each page is kept once.

    Joining stops at the first page without new text.
    """
    first = parts[0]
    pieces, seen = [first.html], set(_blocks(first.html))
    for part in parts[1:]:
        children = parse(part.html).children
        fresh = [child for child in children if _text_or_source(child) not in seen]
        if count_words(" ".join(map(_text_or_source, fresh))) < _NEW_WORDS_MIN:
            break
        seen.update(map(_text_or_source, fresh))
        pieces += [PARTIAL] * (PARTIAL in part.html) + [serialise(fresh)]
    return replace(first, html="".join(pieces)), len(pieces)


def _blocks(html: str) -> Iterable[str]:
    return map(_text_or_source, parse(html).children)


def _text_or_source(child: Node | str) -> str:
    text = child if isinstance(child, str) else child.words()
    if isinstance(child, Node) and not text and child.has("img"):
        return next(each["src"] for each in child.elements() if each.tag == "img")
    return " ".join(text.split())

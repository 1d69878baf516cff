"""Select the blocks of the article on a page, from two opinions: our scores, and trafilatura's text.

What surrounds an article is at its edges, and only one of the opinions includes it: so the article ends where both
agree. Between these edges the scores decide, since trafilatura drops code, tables, captions and notes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, groupby, islice, pairwise, takewhile

from tuireader.content.cleaning.boilerplate import CALL, DISCLOSURE, END
from tuireader.content.extraction import scoring
from tuireader.content.extraction.blocks import (
    CELLS,
    EXCERPT_MIN,
    TEXT_MIN,
    WRAPPER,
    Block,
    Blocks,
    Span,
    beginning_of,
    goes_on,
    is_announcement,
    is_sentence,
    is_text,
    kind_of,
)
from tuireader.content.extraction.boilerplate_names import is_body, is_left_out, is_note, sections_of
from tuireader.content.extraction.page import Element, lead_away, outwards, text_of
from tuireader.content.extraction.prose import Prose, blocks_around
from tuireader.text.bylines import BESIDE_NAMES, OF_DATES
from tuireader.text.folding import letters
from tuireader.text.printable import HEADINGS

_LENGTH_MAX = 300
_NAME_MAX, _TITLES_MAX = 80, 3
"""Maximum characters of a line with a name, and maximum words of that person's role."""
_FILED = re.compile(
    r"/(?:tags?|categor(?:y|ies|ie|ia)|topics?|labels?|archives?|sections?|themen?|authors?)(?:/|[?#]|$)", re.IGNORECASE
)
_FILED_CLASSES = frozenset(
    {"post-tag", "p-category", "tag", "category", "tag-link", "category-link", "p-author", "author"}
)
_FILED_RELATIONS = frozenset({"author", "category", "tag"})
_DATA = frozenset({"pre", "code", "td", "th"})
"""Code, and table cells, in which facts alone are no byline."""
_WORD = re.compile(r"[^\W\d_]+")
_LABELLED = re.compile(
    r"(?:written |posted |published )?(?:by|von|par|por|tags?|categor(?:y|ies)|topics?|filed under)[\s:]|.*:$",
    re.IGNORECASE,
)
"""Beginnings or endings of a text that gives the author or the categories, even if the names are elsewhere."""
_NUMBERED = re.compile(r"\d\W{0,5}[^\W\d]|[^\W\d]\W{0,5}\d|\d\D{1,5}\d")
_DATE = re.compile(r"\W*\d{1,4}([./-])\d{1,2}\1\d{1,4}\W*(?:\d{1,2}:\d\d(?::\d\d)?\W*)?|\W*\d{1,2}:\d\d\W*")
_HAN = re.compile(
    r"最近|最后|最後|更新|发布|發佈|发表|發表|投稿|公開|于|於|分类|分類|标签|標籤|カテゴリー|タグ|作者|著者|文责|责任编辑|責任編輯|编辑"
    r"|字数|字數|总计|總計|文字|阅读|閱讀|预计|估时|時間|时间|时长|分钟|分鐘|約|约|量|次|热度|来源|來源|记者|読了|目安|執筆|[年月日时時分秒前]"
)
_HALF = 0.5
_MISSED_ALIKE, _MISSED_SHARE = 0.1, 0.6
"""Shares of trafilatura's text outside the best element from which both opinions are joined.

The first is for prose in elements of the same kind as the best element's.
"""
_HARDLY, _NEARLY = 0.25, 0.9
"""Shares: of a page's prose that is hardly any, and of a text that is nearly all."""
_STRANGE_MAX = 100
"""Maximum letters between the text and its notes."""
_TELLING = 20
"""Minimum letters of a block that is identified by occurring anywhere in a text."""
_SEARCHED_MAX = 100_000_000
"""Maximum letters searched in all, which bounds the time for a page."""
_BEFORE_MAX = 600
"""Maximum letters before the block where the feed's excerpt starts that are cut off."""
_LEAD_MIN, _LEAD_MAX = 25, 900
"""Minimum and maximum letters between a title and the text that belong to the article."""
_TITLE_BEFORE, _TITLE_WITHIN = 18, 4
"""How many blocks before the text, and at its beginning, are searched for the title."""
_LEAD_WORDS = 5
_CALL_MAX = 250
"""Maximum letters of an invitation at the end."""
_ENDING_MAX = 0.5
"""Maximum share of the text after a heading that ends the article."""
_DASHES, _QUOTED_DEEP = ("--", "–", "—", "―"), 3
_FEW_LINKS, _SOME_LINKS, _MISSED_MAX = 0.25, 0.4, 6
"""Maximum share of a text block in links, of one of a kind, and maximum blocks between the text and one before it."""
_SECTION_MIN = 150
"""Minimum letters of the first block of a section after the text."""
_KIND_DEEP, _KIND_CLASSES, _ROWS_MIN = 4, 2, 4
"""Elements of a block and its ancestors that make its kind, how many of them have classes; minimum rows of a kind."""
_CARD_BLOCKS_MIN, _CARD_BLOCKS_MAX = 2, 60
"""Blocks below a heading that may be a section of cards."""
_GAP_MAX, _GAP_TEXT_MIN = 3, 80
"""Maximum blocks of a gap within the text that may be closed, and minimum letters of its text."""
_WHOLE_DEEP = 8
"""Ancestors of a block among which are the lists and tables that it is in."""
_BELOW_NAME, _NEAR_NAME = 3, 20
"""Maximum blocks from the name of an entry to its text, without and with those around the article."""
_GO_ON = (",", ";", ".")
"""Beginnings of the rest of a sentence."""
_NO_END = frozenset({"li", "dd", "th", "pre", "figcaption", "blockquote"})
_NOTE = re.compile(r"[\[(]?([0-9]{1,3})[\])]?[.:]?\s")
"""The number of a note."""
_GOES_ON, _GOES_ON_AFTER, _CHAPTER_MIN = 100, 250, 800
"""Letters from which the article goes on after an ending heading: under the next one, after links, or right below."""


def says_only_facts(text: str, element: Element, names: Iterable[str]) -> bool:
    """Whether a block is only a date, reading time, authors or categories."""
    if not text or len(text) > _LENGTH_MAX or next(element.iter("img"), None) is not None:
        return False
    if element.tag in _DATA:
        return False
    text = text.casefold()
    known = False
    for name in [*_named(element), *names]:
        if name and name.casefold() in text:
            text, known = text.replace(name.casefold(), " "), True
    if not (known or _LABELLED.match(text) or _NUMBERED.search(text)):
        return False
    if not (known or _WORD.search(text) or _DATE.fullmatch(text)):
        return False  # figures that are no date
    strange = [word for word in _WORD.findall(_HAN.sub(" ", text)) if word not in BESIDE_NAMES and word not in OF_DATES]
    return not strange or (known and len(strange) <= _TITLES_MAX and len(text) <= _NAME_MAX and text[-1] not in '.!?”"')


def _is_cell(element: Element) -> bool:
    """Whether an element is a cell, in one beside a heading, or the caption of a table."""
    if element.tag == "caption":
        return True
    cell = next((each for each in outwards(element, _KIND_DEEP) if each.tag in CELLS), None)
    return cell is element or (cell is not None and any(each.tag == "th" for each in cell.itersiblings(preceding=True)))


def _named(element: Element) -> list[str]:
    return [text_of(each) for each in element.iter("time", "a") if each.tag == "time" or _is_filed(each)]


def _is_filed(link: Element) -> bool:
    classes, relations = (link.get("class") or "").split(), (link.get("rel") or "").split()
    if not (_FILED_CLASSES.isdisjoint(classes) and _FILED_RELATIONS.isdisjoint(relations)):
        return True
    return _FILED.search(link.get("href") or "") is not None


def _kind_around(element: Element) -> tuple[str, ...]:
    """The kind of an element by the classes of what it is in; unique if there are none."""
    classes = [each.get("class", "") for each in outwards(element, 2)]
    return (element.tag, *classes) if any(classes) else (str(id(element)),)


def _place_of(element: Element) -> tuple[str, ...]:
    """The tags and classes of a block's element and its ancestors; empty unless two of them have classes."""
    around = [element, *islice(element.iterancestors(), _KIND_DEEP - 1)]
    if sum(bool(each.get("class")) for each in around) < _KIND_CLASSES:
        return ()
    return tuple(f"{each.tag} {each.get('class', '')}" for each in around)


@dataclass(frozen=True, slots=True)
class ArticleHints:
    """Names, excerpt and address of an article, known before its text is extracted."""

    title: str = ""
    names: tuple[str, ...] = ()
    """Names of its authors, its categories and its site."""
    excerpt: str = ""
    """The beginning of its text in its feed."""
    url: str = ""
    """The address of its page."""


def choose(tree: Element, blocks: Blocks, prose: Prose, known: ArticleHints) -> list[bool]:
    """Return which of the blocks of a page belong to its article; consumes the page."""
    bodies = [span for each, span in blocks.spans.items() if span[0] < span[1] and is_body(each)]
    around = blocks_around(blocks, prose, bodies, known.url)
    begins = _beginnings(blocks, known.excerpt)
    if begins and all(around[number] for number in begins):
        around[begins[0]] = False
    below = set(chain.from_iterable(_sections_of_cards(blocks, around)))
    part, scored = scoring.best_part(blocks, around)
    blocks.drop([out and number not in below for number, out in enumerate(around)])
    matched = _matched(blocks, scoring.trafilatura_text(tree), scored)
    if part is not None:
        for number in scoring.unlike(part, blocks, matched, known.url):
            scored[number] = False
    choice = _Choice(blocks, around, known, [number for number in begins if not around[number]])
    sections = [] if part is None else [blocks.spans[each] for each in sections_of(part) if each in blocks.spans]
    choice.agree(scored, matched, sections, bodies)
    choice.widen()
    if any(choice.chosen):
        choice.fill_gaps(bodies)
        choice.complete_kinds()
        choice.complete_parts()
        choice.complete_rows()
        choice.fill_sections()
        choice.close_gaps()
        choice.end_sentences()
        choice.add_headings()
        choice.add_names()
        choice.go_on()
        choice.complete_kinds()
        choice.add_questions()
        choice.add_last_lines()
        choice.anchor()
        choice.trim()
        choice.add_notes()
    return choice.chosen


def _sections_of_cards(blocks: Blocks, left_out: Sequence[bool]) -> Iterator[range]:
    """Yield the ranges of blocks left out that are all there is below a heading that is not."""
    inside = [number for number, out in enumerate(left_out) if not out]
    for above, below in pairwise(inside):
        if blocks[above].element.tag in HEADINGS and _CARD_BLOCKS_MIN < below - above <= _CARD_BLOCKS_MAX:
            yield range(above + 1, below)


def _beginnings(blocks: Blocks, excerpt: str) -> list[int]:
    """The blocks that begin like an excerpt."""
    key = beginning_of(excerpt)
    return [
        number
        for number, block in enumerate(blocks)
        if key and (block.key.startswith(key) or (len(block.key) >= EXCERPT_MIN and key.startswith(block.key)))
    ]


def _matched(blocks: Blocks, text: str, scored: list[bool]) -> list[bool]:
    """Return, for each block, whether it occurs in trafilatura's `text`.

    A short block must be a line of it; a short `scored` one may be two or three lines.
    """
    keys = [letters(line) for line in text.split("\n")]
    lines, whole = set(keys), "".join(keys)
    broken = {*map("".join, pairwise(keys)), *map("".join, zip(keys, keys[1:], keys[2:], strict=False))}
    left = _SEARCHED_MAX // max(1, len(whole))
    found = []
    for block, is_scored in zip(blocks, scored, strict=True):
        there = block.key in lines or (is_scored and block.key in broken)
        if not there and len(block.key) >= _TELLING and left > 0:
            left -= 1
            there = block.key in whole
        found.append(there and block.key != "")
    return found


def main_blocks(blocks: Blocks, prose: Prose) -> list[bool]:
    """Return which blocks are in the part of a page with nearly all of its prose."""
    within = _main_span(blocks, [prose.within((number, number + 1)) for number in range(len(blocks))])
    return [number in within for number in range(len(blocks))]


def _main_span(blocks: Blocks, sizes: Sequence[int]) -> range:
    """The range from the first to the last prose in the innermost element with nearly all; `sizes` are letters."""
    before = [0, *accumulate(sizes)]
    first, last = 0, len(blocks)
    for start, end in blocks.spans.values():  # from the outermost to the innermost
        if first <= start and end <= last and before[end] - before[start] >= _NEARLY * before[-1]:
            first, last = start, end
    numbers = [number for number in range(first, last) if sizes[number]]
    return range(numbers[0], numbers[-1] + 1)


_BETWEEN_MIN = 40
"""Minimum letters of a block between chosen ones."""
_LISTS = frozenset({"ul", "ol"})
_WHOLES = frozenset({"dl", "table", *_LISTS})
_AMOUNT_MAX, _AMOUNT_BLOCKS = 12, 4
"""Maximum characters of a number beside its words, and blocks of the part with both."""


class _Choice:
    def __init__(self, blocks: Blocks, around: list[bool], known: ArticleHints, begins: list[int]) -> None:
        self.blocks = blocks
        self.around = around
        self.title = letters(known.title)
        self.known = known
        self.begins = begins
        """The blocks that begin like the excerpt."""
        self.chosen = [False] * len(blocks)
        self.agreed = self.chosen
        self.announced: set[int] = set()
        """The blocks of lists that the sentence before them announces."""
        self.is_joined = False
        """Whether both opinions are taken, since neither has all of the text."""

    def numbers(self) -> list[int]:
        return [number for number, one in enumerate(self.chosen) if one]

    def agree(
        self, scored: list[bool], matched: list[bool], sections: Sequence[Span] = (), bodies: Sequence[Span] = ()
    ) -> None:
        """Combine the two opinions: the scores, and the blocks `matched` by trafilatura's text.

        If the page marks its `sections`, all of them are chosen. A range of `bodies`, named as article text, that is
        all of trafilatura's text ends the article.
        """
        for first, last in self._sources(matched):
            if scored[first - 1]:
                scored[first:last] = [True] * (last - first)
        self.agreed = [one and other for one, other in zip(scored, matched, strict=True)]
        size, other_size, both = map(self.blocks.size_of, (scored, matched, self.agreed))
        is_apart = both < _HALF * other_size and other_size > size * _HALF
        self.is_joined = is_apart or self._is_part_missed(scored, matched, other_size)
        if self.is_joined:
            pairs = zip(scored, matched, self.around, strict=True)
            self.chosen = [(one or other) and not out for one, other, out in pairs]
            return
        self.chosen = list(scored)
        numbers = [number for number, one in enumerate(self.agreed) if one]
        if both and both < _HALF * size:
            first, last = self._exact_body(bodies, numbers, both) or (0, len(scored))
            self.chosen = [one and first <= number < last for number, one in enumerate(scored)]
        elif both:
            first, last = self._first_heading(numbers[0], scored), self._last_note(numbers[-1], scored)
            last = self._last_section(last, scored)
            if len(sections) > 1:
                first, last = min(first, sections[0][0]), max(last, sections[-1][1] - 1)
            self.chosen = [one and first <= number <= last for number, one in enumerate(scored)]
            self._add_told(first, last, matched)
            self._add_runs(range(first, last), matched)

    def _exact_body(self, bodies: Sequence[Span], agreed: list[int], size: int) -> Span | None:
        """The range named as article text that holds hardly more than the agreed blocks, which are `size` letters."""
        return next(
            (
                (first, last)
                for first, last in bodies
                if first <= agreed[0] and agreed[-1] < last and size >= _NEARLY * self.blocks.size((first, last))
            ),
            None,
        )

    def _add_runs(self, within: range, matched: list[bool]) -> None:
        """Choose blocks one after another that only trafilatura includes, if they are notes or together like a text."""

        def is_told(number: int) -> bool:
            return matched[number] and not self.chosen[number] and not self.around[number]

        for told, group in groupby(within, key=is_told):
            run = list(group) if told else []
            size = sum(len(self.blocks[number].key) for number in run)
            links = sum(self.blocks[number].links for number in run)
            are_notes = len(run) > 1 and all(map(self._is_numbered_on, run[1:]))
            if are_notes or (run and self._are_all_of_heading(run)) or (size >= TEXT_MIN and links < _FEW_LINKS * size):
                for number in run:
                    self.chosen[number] = True

    def _are_all_of_heading(self, run: list[int]) -> bool:
        """Whether items of a list are all that is below a chosen heading, before the next one."""
        before, after = self.blocks[run[0] - 1].element, self.blocks[run[-1] + 1].element
        are_between = before.tag == after.tag in HEADINGS and self.chosen[run[0] - 1] and self.chosen[run[-1] + 1]
        return are_between and all(self.blocks[number].element.tag == "li" for number in run)

    def _sources(self, matched: list[bool]) -> Iterator[Span]:
        """Yield the lists of links to other sites that trafilatura includes."""
        for each, (first, last) in self.blocks.spans.items():
            is_list = each.tag in _LISTS and 0 < first < last
            if is_list and all(matched[first:last]) and lead_away([each], self.known.url):
                yield first, last

    def widen(self) -> None:
        """Choose the part with nearly all of the page's prose if hardly any is chosen."""
        sizes = [
            len(block.key) if not out and is_text(block, _FEW_LINKS) else 0
            for block, out in zip(self.blocks, self.around, strict=True)
        ]
        if self.blocks.size_of(self.chosen) < _HARDLY * sum(sizes):
            within = _main_span(self.blocks, sizes)
            self.chosen = [number in within and not out for number, out in enumerate(self.around)]

    def _is_part_missed(self, scored: list[bool], matched: list[bool], other_size: int) -> bool:
        """Whether the scores lack a part of the article: a large share of trafilatura's text, `other_size` letters.

        Less is needed in elements of the same kind as the scored prose: a page may have a container for each part.
        """
        kinds: set[tuple[str, ...]] = set()
        missed: list[Block] = []
        for block, one, other, out in zip(self.blocks, scored, matched, self.around, strict=True):
            if one and is_text(block, _FEW_LINKS):
                kinds.add(kind_of(block.element))
            elif other and not out and is_text(block, _FEW_LINKS):
                missed.append(block)
        alike = sum(len(block.key) for block in missed if kind_of(block.element) in kinds)
        size = sum(len(block.key) for block in missed)
        return alike > _MISSED_ALIKE * other_size or size > _MISSED_SHARE * other_size

    def _add_told(self, first: int, last: int, matched: list[bool]) -> None:
        """Choose blocks of text that only trafilatura includes, between the edges or right before them.

        Before the edges, its short blocks between them are chosen, too.
        """
        missed, between = 0, list[int]()
        for number in range(last, -1, -1):
            block = self.blocks[number]
            if self.around[number]:
                continue
            if matched[number] and is_text(block, _FEW_LINKS):
                for each in (number, *between):
                    self.chosen[each] = True
                between.clear()
            elif number < first:
                if block.element.tag == "h1" or missed > _MISSED_MAX:
                    return
                if matched[number] and not block.links:
                    between.append(number)
                elif not (matched[number] and block.element.tag == "li"):  # a table of contents is no distance
                    missed += 1

    def _first_heading(self, first: int, scored: list[bool]) -> int:
        """The first of the headings right before a block."""
        while first and scored[first - 1] and self.blocks[first - 1].element.tag in HEADINGS:
            first -= 1
        return first

    def _last_note(self, last: int, scored: list[bool]) -> int:
        """The last block after the text that trafilatura drops by its kind, with few other letters before it."""
        strange = 0
        for number in range(last + 1, len(scored)):
            if scored[number] and (
                is_left_out(self.blocks[number].element) or (number == last + 1 and self._is_numbered_on(number))
            ):
                last = number
            elif scored[number] and (strange := strange + len(self.blocks[number].key)) > _STRANGE_MAX:
                break
        return last

    def _last_section(self, last: int, scored: list[bool]) -> int:
        """The end of the sections right after the last chosen block that have a heading and text."""
        while last + 2 < len(self.blocks) and scored[last + 1] and scored[last + 2]:
            heading, text = self.blocks[last + 1], self.blocks[last + 2]
            is_section = heading.element.tag in HEADINGS and not heading.links and not self._is_end(last + 1)
            if not (is_section and is_text(text, _FEW_LINKS, _SECTION_MIN)):
                break
            rest = range(last + 3, len(self.blocks))
            heads = (each for each in rest if not scored[each] or self.blocks[each].element.tag in HEADINGS)
            last = next(heads, len(self.blocks)) - 1
        return last

    def _is_numbered_on(self, number: int) -> bool:
        """Whether a block has the number after that of the block before it: that of the next note."""
        before, this = (_NOTE.match(self.blocks[each].text) for each in (number - 1, number))
        return before is not None and this is not None and int(this[1]) == int(before[1]) + 1

    def fill_gaps(self, bodies: list[Span]) -> None:
        """Choose blocks of kinds that trafilatura drops, between the first and last chosen ones in the marked body."""
        marked, numbers = self._marked(bodies), self.numbers()
        if marked is not None:
            for number in range(max(numbers[0], marked[0]), min(numbers[-1] + 1, marked[1])):
                if not self.around[number] and (
                    is_left_out(self.blocks[number].element) or self._is_amount(number) or self._is_between(number)
                ):
                    self.chosen[number] = True

    def complete_parts(self) -> None:
        """Choose the whole of tables and lists, with their labels.

        One chosen block is enough for all tables or definition lists of a kind; of another list, half must be chosen,
        or the block before it, which announces it, or is a line above it; any, where many lists are in the text.
        """
        numbers = self.numbers()
        inside = range(numbers[0], numbers[-1] + 2)
        wholes = [
            (each, first, last)
            for each, (first, last) in self.blocks.spans.items()
            if each.tag in _WHOLES and each.getparent() is not None and first < last and first in inside
        ]
        kinds = {kind_of(each) for each, first, last in wholes if any(self.chosen[first:last])}
        between = {whole for whole, first, _ in wholes if self._is_between_text(whole, first)}
        for whole, first, last in wholes:
            if whole.tag in _LISTS:
                is_chosen = 2 * sum(self.chosen[first:last]) >= last - first
                before = self.blocks[first - 1]
                is_listed = whole in between and (len(between) >= _ROWS_MIN or len(before.text) <= _NAME_MAX)
                is_below = before.element.tag in HEADINGS and not self.blocks.link_share((first, last))
                if first and self.chosen[first - 1] and (is_listed or is_below or is_announcement(before)):
                    self.announced.update(range(first, last))
                    is_chosen = True
            else:
                is_chosen = kind_of(whole) in kinds and (whole.tag == "dl" or self._has_data(first, last))
            if is_chosen:
                for number in range(first - self._is_labelled(whole, first, numbers[0]), last):
                    self.chosen[number] = not self.around[number]

    def _is_between_text(self, whole: Element, at: int) -> bool:
        """Whether a list is between two elements of the text beside it, and no table of contents."""
        before, following = self.blocks[at - 1], whole.getnext()
        if following is None or before.element is not whole.getprevious() or self._is_end(at - 1):
            return False
        is_contents = any(each.get("href", "").startswith("#") for each in whole.iter("a"))
        return not is_contents and any(self.chosen[slice(*self.blocks.spans.get(following, (0, 0)))])

    def complete_kinds(self) -> None:
        """Choose blocks between the first and last chosen ones whose like, in elements of the same classes, are."""
        numbers = self.numbers()
        kinds = {number: _place_of(self.blocks[number].element) for number in range(numbers[0], numbers[-1] + 1)}
        chosen = {kind for number, kind in kinds.items() if self.chosen[number]} - {()}
        counts = Counter[tuple[str, ...]]()
        for number, kind in kinds.items():
            counts[kind] += 1 if self.chosen[number] else -1
        for number, kind in kinds.items():
            block = self.blocks[number]
            is_name = block.element.tag in HEADINGS and counts[kind] > 0
            if kind in chosen and not self.around[number] and (is_name or block.links < _SOME_LINKS * len(block.key)):
                self.chosen[number] = True

    def complete_rows(self) -> None:
        """Choose rows of a kind between the first and last chosen blocks, in parts of which other blocks are chosen."""
        numbers = self.numbers()
        rows: dict[tuple[str, ...], list[int]] = {}
        for number in range(numbers[0], numbers[-1] + 1):
            block = self.blocks[number]
            if not (self.chosen[number] or self.around[number] or block.links):
                kind = tuple(" ".join(each.split()[:2]) for each in _place_of(block.element))
                rows.setdefault(kind, []).append(number)
        for kind, some in rows.items():
            if kind and len(some) >= _ROWS_MIN and all(map(self._is_in_chosen_part, some)):
                for number in some:
                    self.chosen[number] = True

    def fill_sections(self) -> None:
        """Choose cards of facts that are all there is below a heading on which both opinions agree: of products, say.

        Teasers have sentences, and what is on every card is a button.
        """
        texts = Counter(block.text for block in self.blocks)
        for section in _sections_of_cards(self.blocks, [not one for one in self.chosen]):
            cards = [number for number in section if self.around[number] and texts[self.blocks[number].text] == 1]
            has_facts = any(self._is_fact(number) for number in cards)
            if self.agreed[section[0] - 1] and has_facts and not any(is_sentence(self.blocks[each]) for each in cards):
                for number in cards:
                    self.chosen[number] = True

    def _is_fact(self, number: int) -> bool:
        block = self.blocks[number]
        return not block.links and any(map(str.isdecimal, block.text)) and any(map(str.isalpha, block.text))

    def close_gaps(self) -> None:
        """Choose the few unlinked blocks between two chosen ones, if one of them is text."""
        for above, below in pairwise(self.numbers()):
            gap = [number for number in range(above + 1, below) if not self.around[number]]
            is_small = 0 < len(gap) <= _GAP_MAX and not any(self.blocks[number].links for number in gap)
            if is_small and any(is_text(self.blocks[number], _FEW_LINKS, _GAP_TEXT_MIN) for number in gap):
                for number in gap:
                    self.chosen[number] = True

    def end_sentences(self) -> None:
        """Choose the rest of a paragraph of which a link has divided the text."""
        numbers = self.numbers()
        for number in range(numbers[0] + 1, numbers[-1]):
            before, block = self.blocks[number - 1], self.blocks[number]
            goes_on = WRAPPER in block.element.attrib and before.text[-1:].isalnum()
            if goes_on and is_text(block, _FEW_LINKS, _GAP_TEXT_MIN) and not self.around[number]:
                self.chosen[number] |= self.chosen[number - 1]

    def _is_in_chosen_part(self, number: int) -> bool:
        """Whether a block of the part that a row is in is chosen."""
        *_, part = islice(self.blocks[number].element.iterancestors(), _KIND_DEEP - 1)
        first, last = self.blocks.spans.get(part, (0, 0))
        return any(self.chosen[first:last])

    def _has_data(self, first: int, last: int) -> bool:
        """Whether each block of a table is a cell, or in one beside a heading; others may be the layout of a page."""
        return all(_is_cell(self.blocks[number].element) for number in range(first, last))

    def _is_labelled(self, whole: Element, at: int, first: int) -> bool:
        """Whether a block before a table or list is its label: not linked, beside it, and within the text."""
        label = self.blocks[at - 1]
        return at > first and label.element.getparent() is whole.getparent() and not label.links

    def add_headings(self) -> None:
        """Choose the headings right before chosen blocks, if both opinions are taken."""
        numbers = self.numbers() if self.is_joined else []
        for number in range(numbers[-1] - 1, numbers[0], -1) if numbers else ():
            block = self.blocks[number]
            is_heading = block.element.tag in HEADINGS and not (block.links or self.around[number])
            self.chosen[number] |= is_heading and self.chosen[number + 1]

    def add_names(self) -> None:
        """Choose the headings of a kind that are each above text: the names of entries, which may be linked."""
        numbers = self.numbers()
        names: dict[tuple[tuple[str, str | None], ...], list[int]] = {}
        for number in range(numbers[0], numbers[-1]):
            if self.blocks[number].element.tag in HEADINGS and not self.around[number]:
                around = outwards(self.blocks[number].element, _KIND_DEEP - 1)
                names.setdefault(tuple((each.tag, each.get("class")) for each in around), []).append(number)
        for some in names.values():
            if len(some) >= _ROWS_MIN and all(map(self._is_above_text, some)):
                for number in some:
                    self.chosen[number] = True

    def _is_above_text(self, number: int) -> bool:
        near = range(number + 1, min(number + 1 + _NEAR_NAME, len(self.blocks)))
        return any(self.chosen[each] for each in islice((at for at in near if not self.around[at]), _BELOW_NAME))

    def go_on(self) -> None:
        """Choose text right after the chosen text in parts like its own: an advertisement may stand between them."""
        numbers = self.numbers()
        sure = [number for number in numbers if self.agreed[number]] or numbers
        kinds = {
            _kind_around(self.blocks[number].element) for number in sure if is_text(self.blocks[number], _FEW_LINKS)
        }
        missed, last = 0, numbers[-1]
        for number in range(last + 1, len(self.blocks)):
            block = self.blocks[number]
            if self.around[number]:
                continue
            is_like = _kind_around(block.element) in kinds
            if (is_like and is_text(block, _FEW_LINKS)) or self._is_listed_on(number):
                self.chosen[number], missed = True, 0
                if block.element.tag == "li" and self.blocks[number - 1].element.tag in HEADINGS:
                    self.chosen[number - 1] = True
            elif (missed := missed + (not is_like)) > _MISSED_MAX or self._is_end(number):
                return

    def add_last_lines(self) -> None:
        """Choose the last lines of a paragraph that blank lines divide: a signature or a postscript."""
        last = self.numbers()[-1]
        part = self.blocks[last].element.getparent()
        rest = range(last + 1, self.blocks.spans.get(part, (0, 0))[1])
        blocks = [self.blocks[number] for number in rest if not self.around[number]]
        if 0 < len(blocks) <= _GAP_MAX and all(
            block.element.getparent() is part and WRAPPER in block.element.attrib and not block.links
            for block in blocks
        ):
            for number in rest:
                self.chosen[number] = not self.around[number]

    def add_questions(self) -> None:
        """Choose questions with their answers right below the text, in the same part: those of an article's FAQ."""
        last = self.numbers()[-1]
        *_, whole = outwards(self.blocks[last].element, _KIND_DEEP - 1)
        end = self.blocks.spans[whole][1] if whole in self.blocks.spans else 0
        below = [number for number in range(last + 1, end) if not self.around[number]]
        asked = [number for number, after in pairwise(below) if self._is_question(number) and self._is_answer(after)]
        if len(asked) > 1 and asked[0] in below[:2]:
            told = takewhile(lambda number: number in asked or self._is_answer(number), below[below.index(asked[0]) :])
            for number in (*below[: below.index(asked[0])], *told):
                self.chosen[number] = True

    def _is_answer(self, number: int) -> bool:
        return is_sentence(self.blocks[number]) and self.blocks[number].element.tag not in HEADINGS

    def _is_question(self, number: int) -> bool:
        block = self.blocks[number]
        return not block.links and block.text.endswith(("?", "？", "؟"))

    def _is_listed_on(self, number: int) -> bool:
        """Whether an item follows a heading, or a chosen item, in a part with a chosen list under a chosen heading."""
        before, lists = self.blocks[number - 1].element, self.blocks[number].element.getparent()
        if self.blocks[number].element.tag != "li" or lists.getparent() is None:
            return False
        if before.getparent() is lists:
            return self.chosen[number - 1]
        return before.tag in HEADINGS and before.getparent() is lists.getparent() and self._has_lists_below(before)

    def _has_lists_below(self, heading: Element) -> bool:
        """Whether a chosen heading of the same level and part has a chosen list right below it."""
        alike = (
            number
            for number in range(len(self.blocks) - 1)
            if self.chosen[number] and self.blocks[number].element.tag == heading.tag
        )
        return any(
            self.chosen[number + 1]
            and self.blocks[number + 1].element.tag == "li"
            and self.blocks[number].element.getparent() is heading.getparent()
            for number in alike
        )

    def _is_between(self, number: int) -> bool:
        """Whether a block of prose stands between chosen blocks beside it in the same part: a warning or a tip."""
        block = self.blocks[number]
        part = block.element.getparent()
        return is_text(block, _FEW_LINKS, _BETWEEN_MIN) and all(
            0 <= beside < len(self.blocks) and self.chosen[beside] and self.blocks[beside].element.getparent() is part
            for beside in (number - 1, number + 1)
        )

    def _is_amount(self, number: int) -> bool:
        """Whether a block is a number beside few chosen words in the same small part: an ingredient's, or a score."""
        block = self.blocks[number]
        if len(block.text) > _AMOUNT_MAX or block.text.upper() != block.text.lower() or not block.key:
            return False
        part = block.element.getparent()
        first, last = self.blocks.spans.get(part, (0, 0))
        return last - first <= _AMOUNT_BLOCKS and any(
            first <= beside < last and self.chosen[beside] and len(self.blocks[beside].key) < TEXT_MIN
            for beside in (number + 1, number - 1)
        )

    def _marked(self, bodies: list[Span]) -> Span | None:
        """The range that the page marks: the body of an article, or its only article or main element."""
        if bodies:
            return max(bodies, key=self.blocks.size)
        spans = [(each, span) for each, span in self.blocks.spans.items() if span[0] < span[1]]
        for tag in ("article", "main"):
            parts = [span for each, span in spans if tag in (each.tag, each.get("role"))]
            if len(parts) == 1:
                return parts[0]
        return None

    def anchor(self) -> None:
        """Start the text where the feed's excerpt starts, unless that is in the middle of it."""
        first = self.numbers()[0]
        if (at := next((number for number in self.begins if self.chosen[number]), None)) is not None:
            before = [number for number in range(first, at) if self.chosen[number]]
            if sum(len(self.blocks[number].key) for number in before) <= _BEFORE_MAX:
                for number in filter(self._is_strange, before):
                    self.chosen[number] = False
        elif (at := max((number for number in self.begins if number < first), default=None)) is not None:
            self.chosen[at] = True
            for number in range(at + 1, first):
                self.chosen[number] = self._is_lead(number)

    def _is_strange(self, number: int) -> bool:
        """Whether a block before the text is only in the scored opinion and no caption."""
        return not (self.agreed[number] or is_left_out(self.blocks[number].element))

    def trim(self) -> None:
        """Begin below the title, with the standfirst but without byline and date; end with the text."""
        title = self._title()
        if title is not None:
            texts = (number for number in self.numbers() if len(self.blocks[number].key) >= TEXT_MIN)
            first = next((number for number in texts if number > title), title)
            self.chosen[: title + 1] = [False] * (title + 1)
            for number in range(title + 1, first):
                self.chosen[number] |= self._is_lead(number)
        self._end()
        numbers = self.numbers()
        with_standfirst = False
        for number in numbers[:_TITLE_BEFORE]:
            if len(self.blocks[number].key) < TEXT_MIN:
                self.chosen[number] = number in self.announced or not self._is_beside(number)
            elif with_standfirst:
                break
            else:
                with_standfirst = True  # it may be as long as the text
        for number in takewhile(self._ends_nothing, reversed(numbers)):
            self.chosen[number] = False

    def add_notes(self) -> None:
        """Choose the notes that the text links to, wherever they are on the page, and who paid for the article."""
        numbers = self.numbers()
        for number in range(numbers[-1] + 1, len(self.blocks)) if numbers else ():
            block = self.blocks[number]
            if self.agreed[number] and len(block.text) <= _LENGTH_MAX and DISCLOSURE.match(block.text):
                self.chosen[number] = True
        links = (each.get("href", "") for number in numbers for each in self.blocks[number].element.iter("a"))
        targets = {link[1:] for link in links if link.startswith("#")}
        if not targets:
            return
        for number in range(numbers[-1] + 1, len(self.blocks)):
            self.chosen[number] |= is_note(self.blocks[number].element, targets)

    def _end(self) -> None:
        """End before a heading that ends the article, unless much follows it."""
        numbers = self.numbers()
        for number in numbers[:-1]:
            if not self.chosen[number + 1] and self.blocks[number].element.tag in HEADINGS and self._is_end(number):
                self.chosen[number] = False
        numbers = self.numbers()
        least = (1 - _ENDING_MAX) * self.blocks.size_of(self.chosen)
        size = index = 0
        parts = set[Element | None]()
        while index < len(numbers):
            number, ended = numbers[index], 0
            if size >= least and self._is_end(number) and not self._is_chapter(numbers[index + 1 :]):
                ended = self._ended(numbers[index:], parts)
                for each in numbers[index : index + ended]:
                    self.chosen[each] = False
            else:
                size += len(self.blocks[number].key)
                parts.add(self.blocks[number].element.getparent())
            index += ended or 1

    def _is_end(self, number: int) -> bool:
        """Whether a block is a heading that ends the article; on some sites it is not a heading element."""
        block = self.blocks[number]
        return block.element.tag not in _NO_END and END.fullmatch(block.text) is not None

    def _is_chapter(self, below: list[int]) -> bool:
        """Whether much text of both opinions stands below a heading, before any list of links."""
        text = takewhile(lambda each: 2 * self.blocks[each].links <= len(self.blocks[each].key), below)
        sizes = accumulate(len(self.blocks[each].key) for each in text if self.agreed[each])
        return any(size >= _CHAPTER_MIN for size in sizes)

    def _ended(self, numbers: list[int], parts: Collection[Element | None]) -> int:
        """The number of blocks from an ending heading on, up to a heading of its level with text of the article.

        If it is no heading element, any heading is one of its level. After links, text goes on in one of the `parts`
        that hold the text before it.
        """
        level = self.blocks[numbers[0]].element.tag
        left = sum(len(self.blocks[each].key) for each in numbers if self.agreed[each])
        are_links_over = False
        for index, number in enumerate(numbers):
            block = self.blocks[number]
            is_beside = block.element.getparent() in parts and left >= _GOES_ON_AFTER
            if END.fullmatch(block.text):
                are_links_over = False
            elif 2 * block.links > len(block.key):
                are_links_over = True
            elif are_links_over and is_beside and is_text(block, _FEW_LINKS):
                return index
            left -= len(block.key) if self.agreed[number] else 0
            is_next = block.element.tag in HEADINGS and (level not in HEADINGS or block.element.tag <= level)
            if index and is_next and not END.fullmatch(block.text):
                below = takewhile(lambda each: self.blocks[each].element.tag not in HEADINGS, numbers[index + 1 :])
                if sum(len(self.blocks[each].key) for each in below if self.agreed[each]) >= _GOES_ON:
                    return index
        return len(numbers)

    def _title(self) -> int | None:
        """The last block that is the title, among those before the text and its first blocks."""
        numbers = self.numbers()
        near: list[int] = [
            *numbers[:_TITLE_WITHIN][::-1],
            *range(numbers[0] - 1, max(-1, numbers[0] - _TITLE_BEFORE), -1),
        ]
        for number in near:
            if self.title and self.blocks[number].key == self.title and not self._has_text_before(number):
                return number
        firsts = [number for number, block in enumerate(self.blocks) if block.element.tag == "h1"]
        if len(firsts) > 1:
            firsts = [number for number in firsts if not (self.chosen[number] or self.around[number])]
        for number in near:
            if number in firsts:
                return number
        return None

    def _has_text_before(self, number: int) -> bool:
        """Whether text stands before a block: then it is not the title, unless it alone is of the first level."""
        before = [self.blocks[each] for each in range(number)]
        if self.blocks[number].element.tag == "h1" and all(block.element.tag != "h1" for block in before):
            return False
        return any(agreed and len(block.key) >= TEXT_MIN for block, agreed in zip(before, self.agreed, strict=False))

    def _is_beside(self, number: int) -> bool:
        block = self.blocks[number]
        for whole in (each for each in outwards(block.element, _WHOLE_DEEP) if each.tag in _WHOLES):
            first, last = self.blocks.spans.get(whole, (number, number))
            if sum(self.chosen[first:last]) > max(_ROWS_MIN, (last - first) / 2):
                return False  # an entry of a list of the text
        if number + 1 < len(self.blocks) and self.blocks[number + 1].text.startswith(_GO_ON):
            return False
        label = self.blocks[number - 1] if number and self.chosen[number - 1] else None
        if label is not None and goes_on(label) and not says_only_facts(label.text, label.element, self.known.names):
            return False
        return says_only_facts(block.text, block.element, self.known.names)

    def _ends_nothing(self, number: int) -> bool:
        if number in self.announced:
            return False
        block = self.blocks[number]
        before = self.blocks[number - 1].element if number else block.element
        if block.text.startswith(_DASHES) and any(each.tag == "blockquote" for each in outwards(before, _QUOTED_DEEP)):
            return False  # who is quoted
        is_call = len(block.key) <= _CALL_MAX and CALL.match(block.text) is not None and any(self.chosen[:number])
        return block.element.tag in HEADINGS or is_call or self._is_beside(number)

    def _is_lead(self, number: int) -> bool:
        """Whether a block between the title and the text reads like text."""
        block = self.blocks[number]
        if self.around[number] or not _LEAD_MIN <= len(block.key) <= _LEAD_MAX or block.links > len(block.key) / 3:
            return False
        is_text = len(block.text.split()) >= _LEAD_WORDS or block.marks > 0
        return is_text and block.element.tag != "h1" and not self._is_beside(number)

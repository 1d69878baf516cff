"""Select the blocks of the article on a page: agreed by two opinions, completed, and cut at title and end."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from itertools import accumulate, chain, pairwise, takewhile

from tuireader.content.cleaning.boilerplate import CALL, DISCLOSURE, END
from tuireader.content.extraction import scoring
from tuireader.content.extraction.agreement import FEW_LINKS, ArticleHints
from tuireader.content.extraction.blocks import (
    EXCERPT_MIN,
    TEXT_MIN,
    Blocks,
    beginning_of,
    goes_on,
    is_text,
)
from tuireader.content.extraction.boilerplate_names import is_body, is_left_out, is_note, sections_of
from tuireader.content.extraction.completion import (
    NAME_MAX,
    ROWS_MIN,
    TITLES_MAX,
    WHOLES,
    Completion,
    sections_of_cards,
)
from tuireader.content.extraction.page import Element, outwards, text_of
from tuireader.content.extraction.prose import Prose, blocks_around
from tuireader.text.bylines import BESIDE_NAMES, OF_DATES
from tuireader.text.folding import letters
from tuireader.text.printable import HEADINGS

_LENGTH_MAX = 300
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
_DURATION = re.compile(
    r"(?:\W*\d+(?:\W+\d+)?\W*(?:min(?:s|ut\w{0,3})?|h|hrs?|hours?|std|stunden?|heures?|horas?|ore)\b\W*)+",
    re.IGNORECASE,
)
_HAN = re.compile(
    r"最近|最后|最後|更新|发布|發佈|发表|發表|投稿|公開|于|於|分类|分類|标签|標籤|カテゴリー|タグ|作者|著者|文责|责任编辑|責任編輯|编辑"
    r"|字数|字數|总计|總計|文字|阅读|閱讀|预计|估时|時間|时间|时长|分钟|分鐘|約|约|量|次|热度|来源|來源|记者|読了|目安|執筆|[年月日时時分秒前]"
)
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
_WHOLE_DEEP = 8
"""Ancestors of a block among which are the lists and tables that it is in."""
_CONTINUATIONS = (",", ";", ".")
"""Beginnings of the rest of a sentence."""
_GOES_ON, _GOES_ON_AFTER, _CHAPTER_MIN = 100, 250, 500
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
    return not strange or (known and len(strange) <= TITLES_MAX and len(text) <= NAME_MAX and text[-1] not in '.!?”"')


def _named(element: Element) -> list[str]:
    return [text_of(each) for each in element.iter("time", "a") if each.tag == "time" or _is_filed(each)]


def _is_filed(link: Element) -> bool:
    classes, relations = (link.get("class") or "").split(), (link.get("rel") or "").split()
    if not (_FILED_CLASSES.isdisjoint(classes) and _FILED_RELATIONS.isdisjoint(relations)):
        return True
    return _FILED.search(link.get("href") or "") is not None


def choose(tree: Element, blocks: Blocks, prose: Prose, known: ArticleHints) -> list[bool]:
    """Return which of the blocks of a page belong to its article; consumes the page."""
    bodies = [span for each, span in blocks.spans.items() if span[0] < span[1] and is_body(each)]
    around = blocks_around(blocks, prose, bodies, known.url)
    begins = _beginnings(blocks, known.excerpt)
    if begins and all(around[number] for number in begins):
        around[begins[0]] = False
    below = set(chain.from_iterable(sections_of_cards(blocks, around)))
    part, scored = scoring.best_part(blocks, around)
    blocks.drop([out and number not in below for number, out in enumerate(around)])
    matched = _matched(blocks, scoring.trafilatura_text(tree), scored)
    if part is not None:
        for number in scoring.unlike(part, blocks, matched, known.url):
            scored[number] = False
    choice = _Selection(blocks, around, known, [number for number in begins if not around[number]])
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
        choice.begin_before()
        choice.anchor()
        choice.trim()
        choice.add_notes()
    return choice.chosen


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


class _Selection(Completion):
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
            if not self.chosen[number + 1] and self.blocks[number].element.tag in HEADINGS and self.is_end(number):
                self.chosen[number] = False
        numbers = self.numbers()
        least = (1 - _ENDING_MAX) * self.blocks.size_of(self.chosen)
        size = index = 0
        parts = set[Element | None]()
        while index < len(numbers):
            number, ended = numbers[index], 0
            if size >= least and self.is_end(number) and not self._is_chapter(numbers[index + 1 :]):
                ended = self._ended(numbers[index:], parts)
                for each in numbers[index : index + ended]:
                    self.chosen[each] = False
            else:
                size += len(self.blocks[number].key)
                parts.add(self.blocks[number].element.getparent())
            index += ended or 1

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
            elif are_links_over and is_beside and is_text(block, FEW_LINKS):
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
        return any(one and len(block.key) >= TEXT_MIN for block, one in zip(before, self.chosen, strict=False))

    def _is_beside(self, number: int) -> bool:
        block = self.blocks[number]
        for whole in (each for each in outwards(block.element, _WHOLE_DEEP) if each.tag in WHOLES):
            first, last = self.blocks.spans.get(whole, (number, number))
            if sum(self.chosen[first:last]) > max(ROWS_MIN, (last - first) / 2):
                return False  # an entry of a list of the text
        if number + 1 < len(self.blocks) and self.blocks[number + 1].text.startswith(_CONTINUATIONS):
            return False
        label = self.blocks[number - 1] if number and self.chosen[number - 1] else None
        if label is not None and goes_on(label) and not says_only_facts(label.text, label.element, self.known.names):
            return False
        if _DURATION.fullmatch(block.text) and self._has_durations():
            return False
        return says_only_facts(block.text, block.element, self.known.names)

    def _has_durations(self) -> bool:
        """Whether the page has several durations: of the steps of a recipe, say, where one is the reading time."""
        return sum(not block.links and _DURATION.fullmatch(block.text) is not None for block in self.blocks) > 1

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

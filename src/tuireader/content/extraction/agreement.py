"""Combine two opinions on which blocks of a page are its article: our scores, and trafilatura's text.

What surrounds an article is at its edges, and only one of the opinions includes it: so the article ends where both
agree. Between these edges the scores decide, since trafilatura drops code, tables, captions and notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

from tuireader.content.cleaning.boilerplate import END
from tuireader.content.extraction.blocks import TEXT_MIN, Block, Blocks, Span, is_text, kind_of
from tuireader.content.extraction.boilerplate_names import is_left_out
from tuireader.content.extraction.page import lead_away
from tuireader.content.extraction.prose import Prose
from tuireader.text.folding import letters
from tuireader.text.printable import HEADINGS

_NO_END = frozenset({"li", "dd", "th", "pre", "figcaption", "blockquote"})
_HALF = 0.5
_MISSED_ALIKE, _MISSED_SHARE = 0.1, 0.6
"""Shares of trafilatura's text outside the best element from which both opinions are joined.

The first is for prose in elements of the same kind as the best element's.
"""
_HARDLY, _NEARLY = 0.25, 0.9
"""Shares: of a page's prose that is hardly any, and of a text that is nearly all."""
_STRANGE_MAX = 100
"""Maximum letters between the text and its notes."""
FEW_LINKS, SOME_LINKS, MISSED_MAX = 0.25, 0.4, 6
"""Maximum share of a text block in links, of one of a kind, and maximum blocks between the text and one before it."""
_SECTION_MIN = 150
"""Minimum letters of the first block of a section after the text."""
_NOTE = re.compile(r"[\[(]?([0-9]{1,3})[\])]?[.:]?\s")
"""The number of a note."""
LISTS = frozenset({"ul", "ol"})


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


class Choice:
    """Which blocks of a page are its article: what both opinions say."""

    def __init__(self, blocks: Blocks, around: list[bool], known: ArticleHints, begins: list[int]) -> None:
        self.blocks = blocks
        self.around = around
        self.title = letters(known.title)
        self.known = known
        self.begins = begins
        """The blocks that begin like the excerpt."""
        self.chosen = [False] * len(blocks)
        self.scored = self.agreed = self.chosen
        self.announced: set[int] = set()
        """The blocks of lists that the sentence before them announces."""
        self.is_joined = False
        """Whether both opinions are taken, since neither has all of the text."""

    def numbers(self) -> list[int]:
        return [number for number, one in enumerate(self.chosen) if one]

    def take(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            self.chosen[number] = True

    def is_end(self, number: int) -> bool:
        """Whether a block is a heading that ends the article; on some sites it is not a heading element."""
        block = self.blocks[number]
        return block.element.tag not in _NO_END and END.fullmatch(block.text) is not None

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
        self.scored = scored
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
        for first, last in bodies:
            if first <= agreed[0] and agreed[-1] < last and size >= _NEARLY * self.blocks.size((first, last)):
                return first, last
        return None

    def _add_runs(self, within: range, matched: list[bool]) -> None:
        """Choose blocks one after another that only trafilatura includes, if they are notes or together like a text."""

        def is_told(number: int) -> bool:
            return matched[number] and not self.chosen[number] and not self.around[number]

        for told, group in groupby(within, key=is_told):
            run = list(group) if told else []
            size = sum(len(self.blocks[number].key) for number in run)
            links = sum(self.blocks[number].links for number in run)
            are_notes = len(run) > 1 and all(map(self._is_numbered_on, run[1:]))
            if are_notes or (run and self._are_all_of_heading(run)) or (size >= TEXT_MIN and links < FEW_LINKS * size):
                self.take(run)

    def _are_all_of_heading(self, run: list[int]) -> bool:
        """Whether items of a list are all that is below a chosen heading, before the next one."""
        before, after = self.blocks[run[0] - 1].element, self.blocks[run[-1] + 1].element
        are_between = before.tag == after.tag in HEADINGS and self.chosen[run[0] - 1] and self.chosen[run[-1] + 1]
        return are_between and all(self.blocks[number].element.tag == "li" for number in run)

    def _sources(self, matched: list[bool]) -> Iterator[Span]:
        """Yield the lists of links to other sites that trafilatura includes."""
        for each, (first, last) in self.blocks.spans.items():
            is_list = each.tag in LISTS and 0 < first < last
            if is_list and all(matched[first:last]) and lead_away([each], self.known.url):
                yield first, last

    def widen(self) -> None:
        """Choose the part with nearly all of the page's prose if hardly any is chosen."""
        sizes = [
            len(block.key) if not out and is_text(block, FEW_LINKS) else 0
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
            if one and is_text(block, FEW_LINKS):
                kinds.add(kind_of(block.element))
            elif other and not out and is_text(block, FEW_LINKS):
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
            if matched[number] and is_text(block, FEW_LINKS):
                self.take((number, *between))
                between.clear()
            elif number < first:
                if block.element.tag == "h1" or missed > MISSED_MAX:
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
            is_section = heading.element.tag in HEADINGS and not heading.links and not self.is_end(last + 1)
            if not (is_section and is_text(text, FEW_LINKS, _SECTION_MIN)):
                break
            rest = range(last + 3, len(self.blocks))
            heads = (each for each in rest if not scored[each] or self.blocks[each].element.tag in HEADINGS)
            last = next(heads, len(self.blocks)) - 1
        return last

    def _is_numbered_on(self, number: int) -> bool:
        """Whether a block has the number after that of the block before it: that of the next note."""
        before, this = (_NOTE.match(self.blocks[each].text) for each in (number - 1, number))
        return before is not None and this is not None and int(this[1]) == int(before[1]) + 1

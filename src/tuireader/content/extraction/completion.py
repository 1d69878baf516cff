"""Complete the chosen blocks of a page: the rest of lists, tables, cards and sections of which a part is chosen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from itertools import islice, pairwise, takewhile

from tuireader.content.extraction.agreement import FEW_LINKS, LISTS, MISSED_MAX, SOME_LINKS, Choice
from tuireader.content.extraction.blocks import (
    CELLS,
    TEXT_MIN,
    WRAPPER,
    Block,
    Blocks,
    Span,
    is_announcement,
    is_sentence,
    is_text,
    kind_of,
)
from tuireader.content.extraction.boilerplate_names import is_left_out
from tuireader.content.extraction.page import Element, outwards
from tuireader.text.printable import HEADINGS

NAME_MAX, TITLES_MAX = 80, 3
"""Maximum characters of a line with a name, and maximum words of that person's role."""
_KIND_DEEP, _KIND_CLASSES, ROWS_MIN = 4, 2, 4
"""Elements of a block and its ancestors that make its kind, how many of them have classes; minimum rows of a kind."""
_QUESTIONS_MIN, _QUESTIONS_FAR = 2, 8
"""Minimum questions of an FAQ, and maximum blocks between it and the text."""
_FAQ = re.compile(
    r"\bfaqs?\b|frequently asked|common(?:ly asked)? questions|h[äa]ufige? (?:gestellte )?fragen|fragen und antworten"
    r"|foire aux questions|questions fréquentes|preguntas frecuentes|domande frequenti|perguntas frequentes"
    r"|часто задаваемые|よくある質問|常见问题|常見問題",
    re.IGNORECASE,
)
_CARD_BLOCKS_MIN, _CARD_BLOCKS_MAX = 2, 60
"""Blocks below a heading that may be a section of cards."""
_GAP_MAX, _GAP_TEXT_MIN = 3, 80
"""Maximum blocks of a gap within the text that may be closed, and minimum letters of its text."""
_BELOW_NAME, _NEAR_NAME = 3, 20
"""Maximum blocks from the name of an entry to its text, without and with those around the article."""
_BETWEEN_MIN = 40
"""Minimum letters of a block between chosen ones."""
WHOLES = frozenset({"dl", "table", *LISTS})
_AMOUNT_MAX, _AMOUNT_BLOCKS = 12, 4
"""Maximum characters of a number beside its words, and blocks of the part with both."""

_ROW_MIN, _ROW_MAX, _ROWS_FEW = 2, 3, 3
"""Minimum and maximum blocks of a row of figures, and minimum rows."""
_ROWS, _PARTS = frozenset({"div", "li", "dd"}), frozenset({"div", "p"})
"""Elements that may be rows, and the blocks in them."""
_JOINED = "data-rows"
"""The attribute that marks a list made of rows."""


def _is_cell(element: Element) -> bool:
    """Whether an element is a cell, in one beside a heading, or the caption of a table."""
    if element.tag == "caption":
        return True
    cell = next((each for each in outwards(element, _KIND_DEEP) if each.tag in CELLS), None)
    return cell is element or (cell is not None and any(each.tag == "th" for each in cell.itersiblings(preceding=True)))


def _kind_around(element: Element) -> tuple[str, ...]:
    """The kind of an element by the classes of what it is in; unique if there are none."""
    classes = [each.get("class", "") for each in outwards(element, 2)]
    return (element.tag, *classes) if any(classes) else (str(id(element)),)


def _called(element: Element) -> str:
    return f"{element.tag} {element.get('class')}" if element.get("class") else ""


def _place_of(element: Element) -> tuple[str, ...]:
    """The tags and classes of a block's element and its ancestors; empty unless two of them have classes."""
    around = [element, *islice(element.iterancestors(), _KIND_DEEP - 1)]
    if sum(bool(each.get("class")) for each in around) < _KIND_CLASSES:
        return ()
    return tuple(f"{each.tag} {each.get('class', '')}" for each in around)


def _kind_of_row(element: Element) -> tuple[str, ...]:
    return tuple(" ".join(each.split()[:2]) for each in _place_of(element))


def rows_of_figures(blocks: Blocks) -> Iterator[list[Element]]:
    """Yield the rows of a kind: parts of two or three short blocks, most with a figure, as an amount and its words."""
    kinds: dict[tuple[str, ...], list[Element]] = {}
    for each, (first, last) in blocks.spans.items():
        is_row = _ROW_MIN <= last - first <= _ROW_MAX and each.tag in _ROWS
        if is_row and blocks.spans.get(each.getparent()) != (first, last):
            kinds.setdefault(_kind_of_row(each), []).append(each)
    for kind, rows in kinds.items():
        lines = [[blocks[number] for number in range(*blocks.spans[row])] for row in rows]
        counted = sum(any(block.text[0].isnumeric() for block in line) for line in lines)
        if kind and len(rows) >= _ROWS_FEW and 2 * counted >= len(rows) and all(map(_is_row, lines)):
            yield rows


def _is_row(line: Sequence[Block]) -> bool:
    is_short = sum(len(block.key) for block in line) <= NAME_MAX
    return is_short and all(block.element.tag in _PARTS and not is_sentence(block) for block in line)


def join_rows(blocks: Blocks) -> None:
    """Make one line of each row of figures, and a list of those beside each other, in place."""
    for rows in rows_of_figures(blocks):
        for row in rows:
            for each in row.iter(*_PARTS):
                if each is not row:
                    each.tag, each.tail = "span", f" {each.tail or ''}"
            before = row.getprevious()
            if row.tag != "div" or row.get("itemprop"):
                continue  # it is an item already
            if before is not None and _JOINED in before.attrib:
                before.append(row)
            elif row.getnext() in rows:
                row.addprevious(around := row.makeelement("ul", {_JOINED: ""}))
                around.append(row)
            else:
                continue
            row.tag = "li"


def sections_of_cards(blocks: Blocks, left_out: Sequence[bool]) -> Iterator[range]:
    """Yield the ranges of blocks left out that are all there is below a heading that is not."""
    inside = [number for number, out in enumerate(left_out) if not out]
    for above, below in pairwise(inside):
        if blocks[above].element.tag in HEADINGS and _CARD_BLOCKS_MIN < below - above <= _CARD_BLOCKS_MAX:
            yield range(above + 1, below)


class Completion(Choice):
    """A choice that is completed, a kind of part at a time."""

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
            if each.tag in WHOLES and each.getparent() is not None and first < last and first in inside
        ]
        kinds = {kind_of(each) for each, first, last in wholes if any(self.chosen[first:last])}
        between = {whole for whole, first, _ in wholes if self._is_between_text(whole, first)}
        for whole, first, last in wholes:
            if whole.tag in LISTS:
                is_chosen = 2 * sum(self.chosen[first:last]) >= last - first
                before = self.blocks[first - 1]
                is_listed = whole in between and (len(between) >= ROWS_MIN or len(before.text) <= NAME_MAX)
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
        if following is None or before.element is not whole.getprevious() or self.is_end(at - 1):
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
            if kind in chosen and not self.around[number] and (is_name or block.links < SOME_LINKS * len(block.key)):
                self.chosen[number] = True

    def complete_rows(self) -> None:
        """Choose rows of a kind between the first and last chosen blocks, in parts of which other blocks are chosen."""
        numbers = self.numbers()
        rows: dict[tuple[str, ...], list[int]] = {}
        for number in range(numbers[0], numbers[-1] + 1):
            block = self.blocks[number]
            if not (self.chosen[number] or self.around[number] or block.links):
                rows.setdefault(_kind_of_row(block.element), []).append(number)
        for kind, some in rows.items():
            if kind and len(some) >= ROWS_MIN and all(map(self._is_in_chosen_part, some)):
                self.take(some)
        for some in rows_of_figures(self.blocks):
            spans = [self.blocks.spans[row] for row in some]
            if 2 * sum(all(self.chosen[first:last]) for first, last in spans) > len(spans):
                self.take(number for first, last in spans for number in range(first, last) if not self.around[number])

    def fill_sections(self) -> None:
        """Choose cards of facts that are all there is below a heading on which both opinions agree: of products, say.

        Teasers have sentences, and what is on every card is a button.
        """
        texts = Counter(block.text for block in self.blocks)
        for section in sections_of_cards(self.blocks, [not one for one in self.chosen]):
            cards = [number for number in section if self.around[number] and texts[self.blocks[number].text] == 1]
            has_facts = any(self._is_fact(number) for number in cards)
            if self.agreed[section[0] - 1] and has_facts and not any(is_sentence(self.blocks[each]) for each in cards):
                self.take(cards)

    def _is_fact(self, number: int) -> bool:
        block = self.blocks[number]
        return not block.links and any(map(str.isdecimal, block.text)) and any(map(str.isalpha, block.text))

    def close_gaps(self) -> None:
        """Choose the few unlinked blocks between two chosen ones, if one of them is text."""
        for above, below in pairwise(self.numbers()):
            gap = [number for number in range(above + 1, below) if not self.around[number]]
            is_small = 0 < len(gap) <= _GAP_MAX and not any(self.blocks[number].links for number in gap)
            if is_small and any(is_text(self.blocks[number], FEW_LINKS, _GAP_TEXT_MIN) for number in gap):
                self.take(gap)

    def end_sentences(self) -> None:
        """Choose the rest of a paragraph of which a link has divided the text."""
        numbers = self.numbers()
        for number in range(numbers[0] + 1, numbers[-1]):
            before, block = self.blocks[number - 1], self.blocks[number]
            goes_on = WRAPPER in block.element.attrib and before.text[-1:].isalnum()
            if goes_on and is_text(block, FEW_LINKS, _GAP_TEXT_MIN) and not self.around[number]:
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
            if len(some) >= ROWS_MIN and all(map(self._is_above_text, some)):
                self.take(some)

    def _is_above_text(self, number: int) -> bool:
        near = range(number + 1, min(number + 1 + _NEAR_NAME, len(self.blocks)))
        return any(self.chosen[each] for each in islice((at for at in near if not self.around[at]), _BELOW_NAME))

    def go_on(self) -> None:
        """Choose text right after the chosen text in parts like its own: an advertisement may stand between them."""
        numbers = self.numbers()
        sure = [number for number in numbers if self.agreed[number]] or numbers
        kinds = {
            _kind_around(self.blocks[number].element) for number in sure if is_text(self.blocks[number], FEW_LINKS)
        }
        missed, last = 0, numbers[-1]
        for number in range(last + 1, len(self.blocks)):
            block = self.blocks[number]
            if self.around[number]:
                continue
            is_like = _kind_around(block.element) in kinds
            if (is_like and is_text(block, FEW_LINKS)) or self._is_listed_on(number):
                self.chosen[number], missed = True, 0
                if block.element.tag == "li" and self.blocks[number - 1].element.tag in HEADINGS:
                    self.chosen[number - 1] = True
            elif (missed := missed + (not is_like)) > MISSED_MAX or self.is_end(number):
                return

    def begin_before(self) -> None:
        """Choose text between the title and the text in elements of its classes: the summary of an entry."""
        numbers = self.numbers()
        before = range(numbers[0] - 1, -1, -1)
        title = next((number for number in before if self.blocks[number].element.tag == "h1"), numbers[0])
        kinds = {_called(self.blocks[number].element) for number in numbers} - {""}
        for number in range(title + 1, numbers[0]):
            is_like = _called(self.blocks[number].element) in kinds and is_text(self.blocks[number], FEW_LINKS)
            self.chosen[number] |= is_like and not self.around[number]

    def add_last_lines(self) -> None:
        """Choose the last lines of a paragraph that blank lines divide: a signature or a postscript."""
        last = self.numbers()[-1]
        part = self.blocks[last].element.getparent()
        below = range(last + 1, self.blocks.spans.get(part, (0, 0))[1])
        rest = [number for number in below if not self.around[number]]
        if len(rest) <= _GAP_MAX and all(
            block.element.getparent() is part and WRAPPER in block.element.attrib and not block.links
            for block in map(self.blocks.__getitem__, rest)
        ):
            self.take(rest)

    def add_questions(self) -> None:
        """Choose questions with their answers below the text: its FAQ.

        They are right below it, in its part or scored, or under a heading that names them.
        """
        last = self.numbers()[-1]
        *_, whole = outwards(self.blocks[last].element, _KIND_DEEP - 1)
        end = self.blocks.spans[whole][1] if whole in self.blocks.spans else 0
        below = [number for number in range(last + 1, len(self.blocks)) if not self.around[number]]
        names = {_place_of(self.blocks[number].element) for number in self.numbers()} - {()}
        asked = [
            number for number, after in pairwise(below) if self._is_question(number, names) and self._is_answer(after)
        ]
        if len(asked) < _QUESTIONS_MIN:
            return
        first = below.index(asked[0])
        heads = below[max(0, first - 2) : first]
        named = next((at for at, number in enumerate(heads) if self._names_questions(number)), None)
        is_near = first == len(heads) and all(number < end or self.scored[number] for number in below[: first + 1])
        if is_near or (named is not None and asked[0] - last <= _QUESTIONS_FAR):
            questions = frozenset(asked)
            told = takewhile(lambda number: number in questions or self._is_answer(number), below[first:])
            self.take((*heads[0 if is_near else named :], *told))

    def _names_questions(self, number: int) -> bool:
        block = self.blocks[number]
        return block.element.tag != "h1" and _FAQ.search(block.text) is not None

    def _is_answer(self, number: int) -> bool:
        return is_sentence(self.blocks[number]) and self.blocks[number].element.tag not in HEADINGS

    def _is_question(self, number: int, names: Container[tuple[str, ...]]) -> bool:
        """Whether a block asks, or is a heading in the place of a chosen one: one of `names`."""
        block = self.blocks[number]
        if block.element.tag in HEADINGS and _place_of(block.element) in names:
            return True
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
        return is_text(block, FEW_LINKS, _BETWEEN_MIN) and all(
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

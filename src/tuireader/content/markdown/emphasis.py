"""The marks of Markdown within a paragraph: escaped where they are text, and placed where they take effect.

The converter leaves signs where emphasis and code begin and end. CommonMark does not let a mark open before a space or
close before a letter when punctuation stands inside, so `settle` moves what an author emphasised by a character or two
rather than leave a stray mark on the page.
"""

from __future__ import annotations

import re
from itertools import chain

from tuireader.content.markdown.delimiters import UNDERSCORE, Placing, Run
from tuireader.content.markdown.inline_tokens import Leaf, Reader, spaced
from tuireader.content.markdown.sentinels import BREAK, SIGNS

_MARKS = {1: "**", 2: "*", 4: "~~", UNDERSCORE: "_"}
_ESCAPED = re.compile(r"[\\`*\[\]]|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?])|&(?=#?\w{1,32};)|^~|~(?=~|$)|(?<=~)~")
# Looking for one class of characters is many times faster than for all of that, and most text has none of them.
_MAY_BE_MARK = re.compile(r"[\\`*\[\]_<&~]")
_TO_SETTLE = re.compile(f"[{SIGNS}[]|  ")
# What would be taken for the beginning of a block at the beginning of a line.
_LINE_START = re.compile(
    r"(?:[-+](?=\s|$)|#{1,6}(?=\s|$)|>|:(?=\s|$)|~(?=\s|$)|=+\s*$|[-:|][-:|\s]*$|\|)|(?P<number>\d{1,9})(?=[.)](?:\s|$))"
)
_NO_BREAK = "\xa0"
_NESTING = {0: 0, 4: 1, 1: 2, 2: 3, UNDERSCORE: 3}
"""What is outside where runs are of the same leaves: links, then strikes, then strong, then emphasis."""


def escape(text: str) -> str:
    """The text with a backslash before each character that would be a mark within a paragraph."""
    return _ESCAPED.sub(r"\\\g<0>", text) if _MAY_BE_MARK.search(text) else text


def escape_start(line: str) -> str:
    """The line with a backslash before what would begin a heading, a list, a quotation, a rule or a table.

    Space that sets in a line of verse is written as references: Markdown drops it at the beginning of a paragraph.
    """
    if line.startswith(_NO_BREAK * 2):
        rest = line.lstrip(_NO_BREAK)
        return "&nbsp;" * (len(line) - len(rest)) + rest
    found = _LINE_START.match(line)
    if found is None:
        return line
    at = found.end("number") if found.group("number") else 0
    return f"{line[:at]}\\{line[at:]}"


def settle(text: str) -> str:
    """The Markdown of a paragraph: signs become marks; a break becomes a backslash at the end of its line."""
    text = text.strip(" \n")
    if not _TO_SETTLE.search(text):
        return escape_start(text)
    reader = Reader()
    reader.read(text)
    leaves = spaced(reader.leaves)
    leaves = [leaf._replace(content=_fenced(leaf.content)) if leaf.kind == "code" else leaf for leaf in leaves]
    settled = _written(leaves, Placing(leaves).runs, reader.urls)
    return "\\\n".join([escape_start(line.strip(" ")) for line in settled.split(BREAK) if line.strip()])


def _fenced(code: str) -> str:
    """Code between as many backticks as it takes."""
    if "`" not in code:
        return f"`{code}`"
    longest = max(len(run) for run in re.findall("`+", code))
    pad = " " if code[0] == "`" or code[-1] == "`" else ""
    return f"{'`' * (longest + 1)}{pad}{code}{pad}{'`' * (longest + 1)}"


def _written(leaves: list[Leaf], runs: dict[int, list[Run]], urls: list[str]) -> str:
    """The leaves with the marks of their runs."""
    opening: dict[int, list[Run]] = {}
    for run in sorted(chain(*runs.values()), key=lambda run: (run.first, -run.last, _NESTING[run.style])):
        opening.setdefault(run.first, []).append(run)
    out: list[str] = []
    stack: list[Run] = []
    for index, leaf in enumerate(leaves):
        while stack and stack[-1].last == index:
            out.append(_end(stack.pop(), out, leaves, urls))
        for run in opening.get(index, ()):
            if not run.style and out and out[-1].endswith("!"):
                out[-1] = out[-1][:-1] + "\\!"
            out.append(_MARKS.get(run.style, "["))
            stack.append(run)
        if out and _would_join(leaves[index - 1], out[-1], leaf.content[0]):
            out.append("\\")
        out.append(leaf.content)
    while stack:
        out.append(_end(stack.pop(), out, leaves, urls))
    return "".join(out)


def _would_join(before: Leaf, mark: str, first: str) -> bool:
    """Whether the first character of a leaf would lengthen or change what was written before it."""
    if first in "~^":
        return mark == {"~": "~~", "^": "["}[first]
    return first in "(:" and before.kind == "note"


def _end(run: Run, out: list[str], leaves: list[Leaf], urls: list[str]) -> str:
    """The mark at the end of a run; text before it must not lengthen the mark."""
    if not run.style:
        return urls[leaves[run.first].link]
    if run.style == 4 and out[-1].endswith("~") and not out[-1].endswith("\\~"):
        out[-1] = out[-1][:-1] + "\\~"
    return _MARKS[run.style]

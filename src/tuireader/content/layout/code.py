"""Lay out and colour code; long lines wrap behind a mark. The only module that imports Pygments."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache, lru_cache, partial, reduce
from itertools import takewhile
from operator import or_
from typing import Any

from tuireader.content.document.model import Code, Run, Text
from tuireader.content.layout.line import Line, Span
from tuireader.content.layout.paragraph import Frame
from tuireader.text.wrap import cells, fitting_end

COLOUR_LIMIT = 40_000
"""Maximum characters of a code block that is coloured, which bounds the time for a page."""
LINE_LIMIT = 500
"""Maximum characters of a line of code that is coloured: lexers are slowest on long lines."""
PIECE_MAX = 4_000
"""Maximum characters that a lexer gets at once: some take the square or the cube of it."""
LANGUAGES = frozenset(
    """
    ada apacheconf applescript awk bash bat c clojure cmake cobol coffeescript common-lisp console cpp crystal
    csharp css cuda cython d dart delphi diff django docker doscon elixir elm emacs-lisp erb erlang fish fortran
    fsharp gas gdscript glsl go graphql groovy haskell haxe hcl hlsl html html+jinja html+php http ini irb java
    javascript jinja json json5 jsx julia kotlin less llvm lua make markdown matlab mysql nasm nginx nim nixos
    objective-c ocaml octave pascal perl php postgresql powershell prolog properties protobuf puppet
    pwsh-session py2tb pycon pytb python python2 qml r racket rst ruby rust sass scala scheme scss smalltalk
    solidity sparql sql sqlite3 swift systemd systemverilog tcl terraform tex toml tsx typescript vala vbnet
    verilog vhdl vim wast wgsl xml xslt yaml zig
    """.split()  # noqa: SIM905 - a list of them would be four times as long
)
"""Lexers that are used: of Pygments' six hundred, some never end, or take the cube of a text."""
HIGHLIGHT_TIMEOUT = 0.2
"""Maximum seconds of thread time for a block, and for each match of a lexer; the rest stays uncoloured."""
ALLOWED, REFILL = 0.5, 0.25
"""Maximum seconds for all blocks together, and how much of that comes back in a second."""

ABOVE, BELOW = "▄", "▀"
"""The half-row blocks drawn above and below code."""

_MARGIN = Span("  ", "code-block")
_NARROW_MARGIN = Span("", "code-block")
_WRAPPED = Span("↪ ", "code-block code-wrap")
_BLANK = re.compile(r"\s{200}")
"""Long runs of blanks, on which many lexers take quadratic time."""
_LONG = re.compile(rf"[^\n]{{{LINE_LIMIT}}}")
_REPEATED_GROUP = re.compile(r"\)(?:[*+]|\{\d*,)")
"""A repeated group in a lexer's pattern; only patterns with one can take exponential time on short texts."""
_ROLES = (
    ("Comment", "code-comment"),
    ("Keyword", "code-keyword"),
    ("Name.Builtin", "code-name"),
    ("Name.Function", "code-name"),
    ("Name.Class", "code-name"),
    ("Name.Tag", "code-keyword"),
    ("Name.Attribute", "code-name"),
    ("Name.Decorator", "code-name"),
    ("Literal.String", "code-string"),
    ("Literal.Number", "code-number"),
    ("Operator.Word", "code-keyword"),
    ("Operator", "code-operator"),
    ("Generic.Deleted", "code-error"),
    ("Generic.Inserted", "code-string"),
    ("Generic.Heading", "code-keyword"),
    ("Generic.Subheading", "code-keyword"),
    ("Generic.Prompt", "code-comment"),
    ("Generic.Output", "code-comment"),
)


def code_lines(block: Code, frame: Frame) -> list[Line]:
    """Lay out a code block: lines are never refilled; a line that is too long continues behind a mark.

    Half a row of its tint stands above and below as padding, with the name of its language at the right above.
    """
    text = Text(block.text, colours(block.text, block.language) if _ALLOWANCE.left > 0 else ())
    longest = max(map(cells, block.text.split("\n"))) if len(block.text) <= COLOUR_LIMIT else frame.room
    is_tight = frame.room < 20 or frame.room - len(_MARGIN.text) < longest <= frame.room
    margin = _NARROW_MARGIN if is_tight else _MARGIN
    room = frame.room - len(margin.text)
    first, rest = (*frame.first, margin), (*frame.rest, margin)
    lines: list[Line] = []
    prefix = first
    start = 0
    for content in block.text.split("\n"):
        for part, (begin, end) in enumerate(_pieces(content, room)):
            lead = (*prefix, _WRAPPED) if part else prefix
            stop = "\n" if end == len(content) else ""
            lines.append(Line(lead, frame.block, frame.base, stop, text, start + begin, start + end, "code-block"))
            prefix = rest
        start += len(content) + 1
    if frame.first != frame.rest:  # a bullet, say, stands before the first line
        return lines
    end = frame.base + len(block.text)
    return [_edge(ABOVE, frame, frame.base, block.language), *lines, _edge(BELOW, frame, end)]


def _edge(half: str, frame: Frame, base: int, language: str = "") -> Line:
    room = frame.room - cells(language) - 3
    if not language or room < 0:
        spans = [Span(half * frame.room, "code-edge")]
    else:
        spans = [Span(half * room, "code-edge"), Span(f" {language} ", "image"), Span(half, "code-edge")]
    return Line((*frame.rest, *spans), frame.block, base, "")


def _pieces(content: str, room: int) -> list[tuple[int, int]]:
    """Where a line of code is divided: every piece but the first leaves room for the mark."""
    pieces: list[tuple[int, int]] = []
    begin = 0
    while True:
        end = fitting_end(content, begin, room if begin == 0 else max(2, room - 2))
        if end < len(content):
            space = content.rfind(" ", begin + (end - begin) * 2 // 3, end)
            end = space + 1 if space > begin and content[begin:space].strip() else end
        pieces.append((begin, end))
        if end >= len(content):
            return pieces
        begin = end


@lru_cache(maxsize=64)
def colours(text: str, language: str) -> tuple[Run, ...]:
    """Coloured runs of source code; none if the language is unknown or the code is too long."""
    if not language or len(text) > COLOUR_LIMIT or _LONG.search(text) or _BLANK.search(text):
        return ()
    lexer = _lexer(language.lower())
    if lexer is None:
        return ()
    runs: list[Run] = []
    for start, kind, value in _in_time(_tokens(lexer, text)):
        role = _role(kind)
        if not role or not value.strip():
            continue
        if runs and runs[-1].end == start and runs[-1].style == role:
            runs[-1] = runs[-1]._replace(end=start + len(value))
        elif not runs or runs[-1].end <= start:
            runs.append(Run(start, start + len(value), role, None))
    return tuple(runs)


class Allowance:
    """The time budget for colouring all code, which refills as time passes: an article may have many slow blocks."""

    def __init__(self) -> None:
        self._left, self._at = ALLOWED, time.monotonic()

    @property
    def left(self) -> float:
        now = time.monotonic()
        self._left, self._at = min(ALLOWED, self._left + (now - self._at) * REFILL), now
        return self._left

    def spend(self, seconds: float) -> None:
        self._left -= seconds


_ALLOWANCE = Allowance()


def _in_time(tokens: Iterator[tuple[int, object, str]]) -> Iterator[tuple[int, object, str]]:
    begin = time.thread_time()
    with suppress(TimeoutError):
        yield from takewhile(lambda _: time.thread_time() - begin <= HIGHLIGHT_TIMEOUT, tokens)
    _ALLOWANCE.spend(time.thread_time() - begin)


def _tokens(lexer: Any, text: str) -> Iterator[tuple[int, object, str]]:
    """The tokens of a text, which the lexer gets in pieces of whole lines."""
    begin = 0
    while begin < len(text):
        end, most = len(text), begin + PIECE_MAX
        if end > most:
            blank = text.rfind("\n\n", begin, most)
            end = blank + 2 if blank > begin else text.rfind("\n", begin, most) + 1
        for start, kind, value in lexer.get_tokens_unprocessed(text[begin:end]):
            yield begin + start, kind, value
        begin = end


@cache
def _limit_matches() -> None:
    """Make lexers that are loaded later use patterns whose matches end after `HIGHLIGHT_TIMEOUT`.

    A match of Python's own `re` cannot be interrupted, and blocks all threads.
    """
    import pygments.lexer
    import regex

    of_lexers: Any = pygments.lexer
    flags = [(getattr(re, name), getattr(regex, name)) for name in "IMSXA"]

    def match(_: Any, pattern: Any, wanted: int, __: str) -> Callable[..., Any]:
        text = pattern.get() if isinstance(pattern, of_lexers.Future) else pattern
        if not _REPEATED_GROUP.search(text):
            return re.compile(text, wanted).match
        same = reduce(or_, (theirs for ours, theirs in flags if wanted & ours), 0)
        return partial(regex.compile(text, same).match, timeout=HIGHLIGHT_TIMEOUT)

    of_lexers.RegexLexerMeta._process_regex = match  # noqa: SLF001 - its only place


@lru_cache(maxsize=64)
def _lexer(language: str) -> Any:
    _limit_matches()
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        return None
    return lexer if LANGUAGES.intersection(lexer.aliases) else None


@lru_cache(maxsize=512)
def _role(kind: object) -> str:
    name = str(kind).removeprefix("Token.")
    return next((role for prefix, role in _ROLES if name.startswith(prefix)), "")

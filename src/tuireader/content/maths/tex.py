"""Parse TeX into a formula. The only module that imports pylatexenc."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from tuireader.content.maths.model import (
    FUNCTIONS,
    Accent,
    Fraction,
    Kind,
    Leaf,
    Part,
    Root,
    Row,
    Rows,
    Scripts,
    UnknownFormulaError,
    alone,
    is_space,
    leaf,
    styled,
)

_LENGTH_MAX = 4000
_DEPTH_MAX = 40
_SPACES = frozenset({",", ":", ";", ">", " ", "quad", "qquad", "thinspace", "enspace", "medspace", "thickspace", "\n"})
_NOTHING = frozenset(
    {
        "!", "displaystyle", "textstyle", "scriptstyle", "scriptscriptstyle", "limits", "nolimits", "nonumber", "notag",
        "big", "Big", "bigg", "Bigg", "bigl", "bigr", "bigm", "Bigl", "Bigr", "Bigm", "biggl", "biggr", "biggm",
        "Biggl", "Biggr", "Biggm", "middle", "negthinspace", "rm", "it", "mathstrut", "strut", "allowbreak",
        "nobreak", "/",
    }
)  # fmt: skip
_DROPPED = ("color", "hphantom", "hspace", "label", "phantom", "vphantom", "vspace")
"""Commands dropped together with their argument."""
_KEPT = ("boxed", "ensuremath", "mathbin", "mathclose", "mathinner", "mathit", "mathop", "mathord", "mathrel", "smash")
"""Commands whose argument is shown unchanged."""
_WORDS = (
    "hbox", "mathrm", "mathsf", "mathtt", "mbox", "operatorname", "text", "textbf", "textit", "textnormal", "textrm",
    "textsf", "texttt",
)  # fmt: skip
_LETTERS = frozenset({"mathrm", "mathsf", "mathtt"})
_STYLES = {
    "mathbb": "double", "mathbf": "bold", "boldsymbol": "bold", "bm": "bold", "mathcal": "script", "mathscr": "script",
    "mathfrak": "fraktur", "Bbb": "double", "pmb": "bold",
}  # fmt: skip
_ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "widetilde": "\u0303", "dot": "\u0307",
    "ddot": "\u0308", "vec": "\u20d7", "check": "\u030c", "breve": "\u0306", "acute": "\u0301", "grave": "\u0300",
    "mathring": "\u030a",
}  # fmt: skip
_OVER_EACH = {"overline": "\u0305", "underline": "\u0332"}
_BRACKETS = {
    "pmatrix": "()", "bmatrix": "[]", "Bmatrix": "{}", "vmatrix": "||", "Vmatrix": "‖‖", "matrix": ("", ""),
    "smallmatrix": ("", ""), "array": ("", ""), "cases": ("{", "}"), "dcases": ("{", "}"), "rcases": ("{", "}"),
}  # fmt: skip
_LINES = frozenset(
    {
        "aligned", "align", "align*", "split", "gather", "gather*", "gathered", "eqnarray", "eqnarray*", "alignat",
        "alignat*", "alignedat", "multline", "multline*", "flalign", "flalign*",
    }
)  # fmt: skip
_ONE_LINE = frozenset({"equation", "equation*", "math", "displaymath"})
_MORE_SYMBOLS = {
    "implies": "⟹", "impliedby": "⟸", "iff": "⟺", "hbar": "ℏ", "Re": "Re", "Im": "Im", "angle": "∠", "triangle": "△",
    "to": "→", "gets": "←", "land": "∧", "lor": "∨", "lnot": "¬", "neg": "¬", "ne": "≠", "neq": "≠", "le": "≤",
    "ge": "≥", "leqslant": "≤", "geqslant": "≥", "lvert": "|", "rvert": "|", "lVert": "‖", "rVert": "‖", "|": "‖",
    "Vert": "‖", "vert": "|", "mid": "∣", "parallel": "∥", "colon": ":", "ldots": "…", "dots": "…", "dotsc": "…",
    "dotsb": "⋯", "cdots": "⋯", "vdots": "⋮", "ddots": "⋱", "prime": "′", "top": "⊤", "bot": "⊥", "perp": "⊥",
    "emptyset": "∅", "varnothing": "∅", "setminus": "∖", "circ": "∘", "star": "⋆", "ast": "*", "cdot": "·",
    "lbrace": "{", "rbrace": "}", "{": "{", "}": "}", "lbrack": "[", "rbrack": "]", "langle": "⟨", "rangle": "⟩",
    "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "%": "%", "$": "$", "&": "&", "#": "#", "_": "_",
    "colonequals": "≔", "coloneqq": "≔", "triangleq": "≜", "sim": "∼", "backslash": "∖", "iint": "∬", "iiint": "∭",
    "oint": "∮", "degree": "°", "dag": "†", "dagger": "†", "ddagger": "‡", "varepsilon": "ε", "epsilon": "ϵ",
    "phi": "ϕ", "varphi": "φ", "vartheta": "ϑ", "longrightarrow": "⟶", "Longrightarrow": "⟹", "rightarrow": "→",
    "Leftrightarrow": "⇔", "hookrightarrow": "↪", "complement": "∁", "Box": "□", "lt": "<", "gt": ">", "aleph": "ℵ",
    "square": "□",
}  # fmt: skip
_NEGATED: dict[str, str] = dict(zip("=∈⊂⊆≡∼≈<>∥∣|∃", "≠∉⊄⊈≢≁≉≮≯∦∤∤∄", strict=True))


def parse_tex(tex: str) -> Part:
    """Parse a TeX formula; raises UnknownFormulaError if it is malformed or any part is unknown."""
    from pylatexenc.latexwalker import LatexWalker, LatexWalkerError  # type: ignore[import-untyped]

    if len(tex) > _LENGTH_MAX or _depth(tex) > _DEPTH_MAX:
        raise UnknownFormulaError
    try:
        nodes, _, _ = LatexWalker(tex, tolerant_parsing=False).get_latex_nodes()
    except (LatexWalkerError, IndexError, ValueError) as error:
        raise UnknownFormulaError from error
    return _Reader(nodes).all()


def _depth(tex: str) -> int:
    depth = deepest = 0
    for char in tex:
        depth += (char == "{") - (char == "}")
        deepest = max(deepest, depth)
    return deepest + tex.count("\\begin")


@dataclass(frozen=True, slots=True, eq=False)
class _Atom:
    """A node other than a character: pylatexenc's nodes cannot be compared."""

    node: Any

    @property
    def kind(self) -> str:
        return type(self.node).__name__


class _Reader:
    """Reads the nodes of one group."""

    def __init__(self, nodes: list[Any], style: str = "") -> None:
        self.stream = list(_atoms(nodes))
        self.at = 0
        self.style = style

    def all(self) -> Part:
        """Read all nodes."""
        row = self.row(until=lambda _atom: False)
        if self.at < len(self.stream):
            raise UnknownFormulaError
        return row

    def row(self, until: Callable[[Any], bool]) -> Part:
        """Read until an atom that ends the row, which is not consumed."""
        parts: list[Part] = []
        while self.at < len(self.stream) and not until(self.stream[self.at]):
            atom = self.take()
            if atom in ("^", "_"):
                self.add_script(parts, atom)
            elif atom == "'":
                self.add_primes(parts)
            elif _macro(atom) in {"over", "choose"}:
                bottom = self.row(until)
                return Fraction(Row(tuple(parts)), bottom, has_line=_macro(atom) == "over")
            else:
                found = self.part(atom)
                if found is not None:
                    parts.append(found)
        return Row(tuple(_with_numbers(parts)))

    def take(self) -> Any:
        """Take the next atom."""
        if self.at >= len(self.stream):
            raise UnknownFormulaError
        self.at += 1
        return self.stream[self.at - 1]

    def take_node(self) -> Any:
        """Take the next atom, which must be a node."""
        atom = self.take()
        if isinstance(atom, str):
            raise UnknownFormulaError
        return atom.node

    def argument(self) -> Part:
        """Take the argument of a command."""
        while self.at < len(self.stream) and self.stream[self.at] == " ":
            self.at += 1
        atom = self.take()
        if atom in ("^", "_", "&", "'"):
            raise UnknownFormulaError
        return self.part(atom) or Row(())

    def add_script(self, parts: list[Part], sign: str) -> None:
        """Attach the next part to the last as a script."""
        script = self.argument()
        base = _pop(parts)
        lower, upper = (base.lower, base.upper) if isinstance(base, Scripts) else (None, None)
        if (sign == "_" and lower is not None) or (sign == "^" and upper is not None):
            raise UnknownFormulaError
        inner = base.base if isinstance(base, Scripts) else base
        parts.append(Scripts(inner, script if sign == "_" else lower, script if sign == "^" else upper))

    def add_primes(self, parts: list[Part]) -> None:
        """Attach primes to the last part."""
        count = 1
        while self.at < len(self.stream) and self.stream[self.at] == "'":
            self.at += 1
            count += 1
        base = _pop(parts)
        mark = {1: "′", 2: "″", 3: "‴"}.get(count)
        if mark is None or (isinstance(base, Scripts) and base.upper is not None):
            raise UnknownFormulaError
        lower, inner = (base.lower, base.base) if isinstance(base, Scripts) else (None, base)
        parts.append(Scripts(inner, lower, Leaf(mark)))

    def part(self, atom: Any) -> Part | None:
        """Return the part for an atom; None if it is invisible."""
        if isinstance(atom, str):
            if atom == " ":
                return None
            if atom == "~":
                return Leaf(" ", "space")
            if atom == "&":
                raise UnknownFormulaError
            found = leaf(atom)
            return (
                found._replace(text=styled(found.text, self.style)) if self.style and found.kind != "space" else found
            )
        if atom.kind == "LatexGroupNode":
            is_comma = atom.node.latex_verbatim() == "{,}"  # as in 3{,}14
            return Leaf(",", "number") if is_comma else _Reader(atom.node.nodelist, self.style).all()
        if atom.kind == "LatexEnvironmentNode":
            return self.environment(atom.node)
        return self.command(atom.node.macroname, atom.node)

    def command(self, name: str, node: Any) -> Part | None:
        """Return the part for a command; None if it is invisible."""
        if name in _SPACES:
            return Leaf(" ", "space")
        if name in _NOTHING:
            return None
        handler = _COMMANDS.get(name)
        return self.symbol(name) if handler is None else handler(self, name, _arguments(node))

    def given(self, nodes: list[Any], number: int = 0) -> Part:
        """Return an argument of a command: parsed by pylatexenc, or else the next atoms."""
        return _Reader([nodes[number]], self.style).all() if number < len(nodes) else self.argument()

    def dropped(self, _name: str, nodes: list[Any]) -> None:
        """Consume an argument that is not shown."""
        self.given(nodes)

    def kept(self, _name: str, nodes: list[Any]) -> Part:
        return self.given(nodes)

    def fraction(self, name: str, nodes: list[Any]) -> Part:
        return Fraction(self.given(nodes), self.given(nodes, 1), has_line="frac" in name)

    def root(self, _name: str, nodes: list[Any]) -> Part:
        """Return a root, with its index if it has one."""
        if len(nodes) > 1:
            return Root(self.given(nodes, 1), self.given(nodes))
        return Root(self.given(nodes))

    def accent(self, name: str, nodes: list[Any]) -> Part:
        return Accent(self.given(nodes), _ACCENTS.get(name) or _OVER_EACH[name], each=name in _OVER_EACH)

    def modulus(self, name: str, nodes: list[Any]) -> Part:
        word = () if name == "pod" else (Leaf("mod", "function"),)
        return Row((Leaf(" ", "space"), Leaf("(", "open"), *word, self.given(nodes), Leaf(")", "close")))

    def tag(self, _name: str, nodes: list[Any]) -> Part:
        return Row((Leaf(" ", "space"), Leaf("(", "open"), self.given(nodes), Leaf(")", "close")))

    def negated(self, _name: str, nodes: list[Any]) -> Part:
        """Return a negated relation."""
        return leaf(_known(_NEGATED, _text(self.given(nodes))))

    def overset(self, _name: str, nodes: list[Any]) -> Part:
        """Return the sign for "def" over "="; raises UnknownFormulaError for anything else stacked."""
        above, base = _text(self.given(nodes)), _text(self.given(nodes, 1))
        return leaf(_known({("def", "="): "≝"}, (above, base)))

    def function(self, name: str, _nodes: list[Any]) -> Part:
        return Leaf({"limsup": "lim sup", "liminf": "lim inf"}.get(name, name), "function")

    def bar(self, name: str, _nodes: list[Any]) -> Part:
        return Leaf("|" if "vert" in name else "‖", "open" if name.startswith("l") else "close")

    def symbol(self, name: str) -> Part:
        """The symbol of a name; raises UnknownFormulaError."""
        text = _MORE_SYMBOLS.get(name) or _known_symbol(name)
        if not text:
            raise UnknownFormulaError
        if len(text) > 1:
            return Leaf(text, "function")
        if name == "mid":
            return Leaf("|", "relation")
        return self.in_style(leaf(text))

    def in_style(self, found: Leaf) -> Leaf:
        return found._replace(text=styled(found.text, self.style)) if self.style else found

    def styled(self, name: str, nodes: list[Any]) -> Part:
        """Return a part in another alphabet."""
        outer, self.style = self.style, _STYLES[name]
        found = self.given(nodes)
        self.style = outer
        return found

    def words(self, name: str, nodes: list[Any]) -> Part:
        """Return the words of a text command, with the spaces around them; formulas in it are parsed."""
        given = nodes or [self.take_node()]
        inner = given[0].nodelist if type(given[0]).__name__ == "LatexGroupNode" else given
        text = "".join(each.chars if type(each).__name__ == "LatexCharsNode" else "^" for each in inner)
        is_mathematics = name.startswith(("math", "operator"))
        if set("^_") & set(text) or (name in _LETTERS and not text.strip().isalpha()):
            return _Reader(inner).all() if is_mathematics else _mixed(inner)
        core = " ".join(text.split())
        if name == "operatorname" or core in FUNCTIONS:
            return Leaf(core, "function")
        if not core:
            return Leaf(" ", "space")
        word = Leaf(core, "symbol" if len(core) == 1 else "word")
        before = (Leaf(" ", "space"),) if not is_mathematics and text[0].isspace() else ()
        after = (Leaf(" ", "space"),) if not is_mathematics and text[-1].isspace() else ()
        return Row((*before, word, *after)) if before or after else word

    def fence(self, _name: str, _nodes: list[Any]) -> Part:
        """Return the group between two brackets that grow with it."""
        opening = self.take_delimiter()
        inner = self.row(until=lambda atom: _macro(atom) == "right")
        if _macro(self.take()) != "right":
            raise UnknownFormulaError
        closing = self.take_delimiter()
        return Row((*_bracket(opening, "open"), inner, *_bracket(closing, "close")))

    def take_delimiter(self) -> str:
        """Take a bracket; empty if it is an invisible one."""
        atom = self.take()
        while atom == " ":
            atom = self.take()
        if atom == ".":
            return ""
        found = self.part(atom)
        if not isinstance(found, Leaf):
            raise UnknownFormulaError
        return {"<": "⟨", ">": "⟩"}.get(found.text, found.text)

    def environment(self, node: Any) -> Part:
        """Return a matrix, cases, or equations below each other."""
        name = node.environmentname
        if name in _ONE_LINE:
            return _Reader(node.nodelist, self.style).all()
        nodes = node.nodelist
        if name in {"alignat", "alignat*", "alignedat", "array"} and nodes and not _arguments(node):
            nodes = nodes[1:] if type(nodes[0]).__name__ == "LatexGroupNode" else nodes
        rows = _Reader(nodes, self.style).rows()
        if name in _LINES:
            return Rows(tuple(map(tuple, rows)), is_lines=True)
        if name not in _BRACKETS:
            raise UnknownFormulaError
        opening, closing = _BRACKETS[name]
        return Row((*_bracket(opening, "open"), Rows(tuple(map(tuple, rows))), *_bracket(closing, "close")))

    def rows(self) -> list[list[Part]]:
        """Read cells separated by & and rows separated by a double backslash."""
        rows: list[list[Part]] = [[]]
        while True:
            rows[-1].append(self.row(until=lambda atom: atom == "&" or _macro(atom) == "\\"))
            if self.at >= len(self.stream):
                return rows
            if self.take() != "&":
                rows.append([])


def _bracket(text: str, kind: Kind) -> tuple[Leaf, ...]:
    return (Leaf(text, kind),) if text else ()


def _known(table: dict[Any, str], key: object) -> str:
    """Look up a key in a table; raises UnknownFormulaError if it is missing."""
    if key not in table:
        raise UnknownFormulaError
    return table[key]


def _mixed(nodes: list[Any]) -> Part:
    """Return text with formulas in it; raises UnknownFormulaError for anything else."""
    parts: list[Part] = []
    for each in nodes:
        if type(each).__name__ == "LatexCharsNode":
            parts.append(Leaf(each.chars, "word"))
        elif type(each).__name__ == "LatexMathNode":
            parts.append(_Reader(each.nodelist).all())
        else:
            raise UnknownFormulaError
    return Row(tuple(parts))


def _atoms(nodes: list[Any]) -> Iterator[str | _Atom]:
    """Yield characters, and all other nodes."""
    for node in nodes:
        kind = type(node).__name__
        if kind == "LatexCharsNode":
            for char in node.chars:
                yield " " if char.isspace() else char
        elif kind == "LatexSpecialsNode":
            yield from {"''": "''", "``": "``"}.get(node.specials_chars, node.specials_chars)
        elif kind == "LatexMathNode":
            yield from _atoms(node.nodelist)
        elif kind != "LatexCommentNode":
            yield _Atom(node)


def _arguments(node: Any) -> list[Any]:
    given = getattr(node, "nodeargd", None)
    return [each for each in (given.argnlist if given is not None and given.argnlist else ()) if each is not None]


def _macro(atom: Any) -> str:
    return "" if isinstance(atom, str) else getattr(atom.node, "macroname", "")


def _pop(parts: list[Part]) -> Part:
    """Remove and return the last part that is not a space, if any."""
    while parts and is_space(parts[-1]):
        parts.pop()
    return parts.pop() if parts else Row(())


def _text(part: Part) -> str:
    only = alone(part)
    return only.text if isinstance(only, Leaf) else ""


def _with_numbers(parts: list[Part]) -> list[Part]:
    """Join adjacent digits into numbers."""
    found: list[Part] = []
    for each in parts:
        last = found[-1] if found else None
        if isinstance(each, Leaf) and each.kind == "number" and isinstance(last, Leaf) and last.kind == "number":
            found[-1] = Leaf(last.text + each.text, "number")
        else:
            found.append(each)
    return found


@cache
def _known_symbol(name: str) -> str:
    """Return the one character that a command stands for; empty if it has none."""
    from pylatexenc.latex2text import get_default_latex_context_db  # type: ignore[import-untyped]

    found = getattr(get_default_latex_context_db().get_macro_spec(name), "simplify_repl", None)
    return found if isinstance(found, str) and len(found) == 1 else ""


_COMMANDS: dict[str, Callable[[_Reader, str, list[Any]], Part | None]] = {
    **dict.fromkeys(_DROPPED, _Reader.dropped),
    **dict.fromkeys(_KEPT, _Reader.kept),
    **dict.fromkeys(("binom", "cfrac", "dbinom", "dfrac", "frac", "tbinom", "tfrac"), _Reader.fraction),
    "sqrt": _Reader.root,
    **dict.fromkeys((*_ACCENTS, *_OVER_EACH), _Reader.accent),
    **dict.fromkeys(_STYLES, _Reader.styled),
    **dict.fromkeys(_WORDS, _Reader.words),
    "left": _Reader.fence,
    **dict.fromkeys(("mod", "pmod", "pod"), _Reader.modulus),
    "bmod": lambda _reader, _name, _nodes: Leaf("mod", "operator"),
    "colon": lambda _reader, _name, _nodes: Leaf(":", "comma"),
    "tag": _Reader.tag,
    "not": _Reader.negated,
    **dict.fromkeys(("overset", "stackrel"), _Reader.overset),
    **dict.fromkeys(FUNCTIONS, _Reader.function),
    **dict.fromkeys(("lVert", "lvert", "rVert", "rvert"), _Reader.bar),
}

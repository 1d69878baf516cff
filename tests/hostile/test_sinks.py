"""No text reaches a screen but through the functions that make it harmless: the source itself is searched for ways."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

import tuireader

SOURCE = Path(tuireader.__file__).parent
ROOMS = {room: sorted((SOURCE / room).rglob("*.py")) for room in ("tui", "cli")}

# What gives text that a terminal cannot obey and Textual does not read as markup.
CLEANERS = {"plain", "block", "joined", "printable", "printable_block", "toast"}
# What gives harmless text back for harmless text: functions of it, and its methods.
SHAPERS = {"cut", "pad", "seen", "len"}
METHODS = {"rstrip", "lstrip", "strip", "ljust", "rjust", "lower", "upper"}

# Calls that put the text they are given on the screen, and attributes that do so when they are set.
SINK_CALLS = {
    "tui": {
        *("Static", "Label", "Button", "Input", "Option", "Segment", "Content", "Text"),
        *("notify", "update", "exit", "print"),
    },
    "cli": {"put", "print", "write"},
}
SINK_ATTRIBUTES = {
    "border_title", "border_subtitle", "tooltip", "title", "sub_title", "value", "placeholder", "label", "loading",
}  # fmt: skip
# Calls that read text as markup, or print it without looking.
FORBIDDEN = {
    "from_markup",
    "render_markup",
    "from_ansi",
    "Markdown",
    "MarkdownViewer",
    "RichLog",
    "Log",
    "TextArea",
    "input",
}
# Textual's widgets that the screens are made of: another one may have other ways to show text, to be added above.
KNOWN_WIDGETS = {"Static", "Input", "DataTable"}  # of Input, only messages and an heir; cells of a table are Text
# What a widget may paint itself with.
PAINTS = {"render": {"Content"}, "render_line": {"Strip"}}

ALLOWED: dict[tuple[str, str], str] = {
    ("tui/dialogs/forms.py", "self.query_one(Input).value = address"): "an Entry makes what it is given harmless",
    ("tui/lists/headline_list.py", "self._contexts.update(contexts)"): "a dictionary, not a widget",
    ("tui/article/view.py", "self.selected.update(selection)"): "which characters are selected, no text",
    ("cli/accounts.py", "put(line)"): "of printable cells",
    ("cli/maintenance.py", "put(line)"): "of printable cells",
    ("cli/articles.py", "put(_fitted(line))"): "of printable cells",
    ("cli/articles.py", "put(open_article.markdown_of(connection, arguments.id))"): "of clean HTML, which is printable",
    ("cli/articles.py", "put(open_article.html_of(connection, arguments.id))"): "clean HTML, which is printable",
    ("cli/articles.py", "put(printed(line, reorder=reorder))"): "to_plain and to_ansi make it harmless",
    ("cli/maintenance.py", "put(schema())"): "words of ours",
    ("cli/maintenance.py", "file.write(documented(commented=True))"): "a file, with words of ours",
    (
        "cli/add_and_download.py",
        "put(f'{printable(done.feed.name)}: {said_of(done.refreshed)}')",
    ): "numbers, words of ours",
    ("cli/add_and_download.py", "sys.stderr.write(f'  {line}\\n')"): "of printable cells",
    ("cli/add_and_download.py", "sys.stderr.write(f'  … and {len(found.items) - _SHOWN} more\\n')"): "a number",
    ("cli/add_and_download.py", "gate.write(job)"): "into the cache",
    ("cli/feeds.py", "put(line)"): "of printable cells",
    ("cli/rules.py", "put(f'{total} in the last {library_rules.PREVIEW_AGE.days} days')"): "numbers",
    ("tui/dialogs/files.py", "line.value = path"): "a CleanInput makes what it is given harmless",
    ("tui/dialogs/sheets.py", "model.Text(text.plain[:_CELL_MAX])"): "the text of a document, not Rich's",
    (
        "tui/dialogs/sheets.py",
        "Text('\\n'.join([to_plain(line, reorder=self._reorder) for line in lines]), no_wrap=True)",
    ): "to_plain makes it harmless",
    ("tui/dialogs/rules.py", "line.value = rule.query"): "a CleanInput makes what it is given harmless",
    ("cli/transfer.py", "sys.stdout.buffer.write(exported.content)"): "XML of names that are printable",
    ("cli/output.py", "print(text)"): "this is the way to stdout: see those who call it",
    (
        "cli/output.py",
        "put(_UNSAFE_IN_JSON.sub(lambda match: f'\\\\u{ord(match[0]):04x}', json.dumps(row, ensure_ascii=ascii_only)))",
    ): "here JSON is made harmless",
}
"""What is no way, although it looks like one, and why."""


@dataclass(frozen=True)
class Place:
    """An expression that reaches the screen."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


def name_of(call: ast.expr) -> str:
    if isinstance(call, ast.Attribute):
        return call.attr
    return call.id if isinstance(call, ast.Name) else ""


class Searcher(ast.NodeVisitor):
    """Finds what reaches the screen in one file without having been made harmless in the same function."""

    def __init__(self, room: str, file: Path) -> None:
        self.room = room
        self.file = file.relative_to(SOURCE).as_posix()
        self.places: list[Place] = []
        self.uses: set[str] = set()
        self._functions: list[ast.AST] = []
        tree = ast.parse(file.read_text("utf-8"))
        self._functions.append(tree)
        self.visit(tree)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        if node.name in PAINTS and self.room == "tui":
            given = ast.unparse(node.returns) if node.returns else "nothing that is known"
            if given not in PAINTS[node.name]:
                self._report(node, f"{node.name} paints with {given}")
        self._functions.append(node)
        self.generic_visit(node)
        self._functions.pop()

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - ast's name

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module == "textual.widgets":
            for alias in node.names:
                if alias.name not in KNOWN_WIDGETS:
                    self._report(node, f"textual.widgets.{alias.name} is not known here")

    def visit_Call(self, node: ast.Call) -> None:
        name = name_of(node.func)
        if name in FORBIDDEN:
            self._report(node, ast.unparse(node))
        elif name in SINK_CALLS[self.room]:
            texts = [*node.args, *(word.value for word in node.keywords if word.arg in TEXT_WORDS)]
            if not all(self.harmless(text) for text in texts[: 1 if name in ONLY_FIRST else None]):
                self._report(node, ast.unparse(node))
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            named = isinstance(target, ast.Attribute) and target.attr in SINK_ATTRIBUTES
            if named and self.room == "tui" and not self.harmless(node.value):
                self._report(node, ast.unparse(node))
        self.generic_visit(node)

    def _report(self, node: ast.stmt | ast.expr, text: str) -> None:
        if (self.file, text) in ALLOWED:
            self.uses.add(text)
        else:
            self.places.append(Place(self.file, node.lineno, text))

    # What is harmless.

    def harmless(self, value: ast.expr) -> bool:
        """Whether an expression is a constant, was made harmless, or is put together of such."""
        match value:
            case ast.Constant():
                parts: list[ast.expr] | None = []
            case ast.Call():
                parts = self._parts_of_call(value)
            case ast.JoinedStr():
                parts = [each.value for each in value.values if isinstance(each, ast.FormattedValue)]
            case ast.BinOp(op=ast.Mult()):
                parts = [value.left]
            case ast.BinOp():
                parts = [value.left, value.right]
            case ast.BoolOp():
                parts = value.values
            case ast.IfExp():
                parts = [value.body, value.orelse]
            case ast.Subscript():
                parts = [value.value]
            case ast.Name():
                parts = self._bound_to(value.id)
            case _:
                parts = None
        return parts is not None and all(map(self.harmless, parts))

    def _parts_of_call(self, call: ast.Call) -> list[ast.expr] | None:
        name = name_of(call.func)
        if name in CLEANERS:
            return []
        if name in SHAPERS:
            return call.args[:1]
        return [call.func.value] if name in METHODS and isinstance(call.func, ast.Attribute) else None

    def _bound_to(self, name: str) -> list[ast.expr] | None:
        """All that a name is assigned in this function; None where it gets its value in any other way."""
        function = self._functions[-1]
        if any(isinstance(node, ast.arg) and node.arg == name for node in ast.walk(function)):
            return None
        values: list[ast.expr] = []
        stores = 0
        for node in ast.walk(function):
            targets = node.targets if isinstance(node, ast.Assign) else []
            if isinstance(node, ast.AnnAssign | ast.AugAssign):
                targets = [node.target]
            if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                values.append(node.value)  # type: ignore[attr-defined]
            stores += isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
        return values if values and len(values) == stores else None


# Of these calls, only the first argument is text, the others are styles and sizes.
ONLY_FIRST = {"Segment", "Content", "Text", "update", "Static", "Label"}
TEXT_WORDS = {
    "content",
    "renderable",
    "value",
    "placeholder",
    "title",
    "message",
    "text",
    "label",
    "tooltip",
    "prompt",
    None,
}


def test_text_reaches_the_screen_only_through_what_makes_it_harmless() -> None:
    searched = [Searcher(room, file) for room, files in ROOMS.items() for file in files]
    assert {one.room for one in searched} == set(ROOMS)
    assert not [str(place) for one in searched for place in one.places]
    used = {(one.file, text) for one in searched for text in one.uses}
    assert set(ALLOWED) == used, "the list of exceptions has some that are none"


@pytest.mark.parametrize(
    "line",
    [
        "Static(title)",
        "Static(f'{plain(a)} {title}')",
        "self.notify(error)",
        "self.border_title = feed.title",
        "widget.tooltip = link",
        "Segment(text, style)",
        "for text in texts: Segment(text, style)",
        "shown = printable(text)\n    shown = title\n    Static(shown)",
        "Content.from_markup('[b]' + title)",
        "Markdown(body)",
        "self.query_one('#x').update(sentence)",
        "self.exit(message=error)",
        "Label(printable(a) + b)",
        "Input(value=address)",
    ],
)
def test_ways_to_the_screen_are_found(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _places(line, tmp_path, monkeypatch)


@pytest.mark.parametrize(
    "line",
    [
        "Static(plain(title))",
        "Static('words')",
        "shown = cut(printable(title), 9)\n    Segment(shown, style)",
        "Segment(' ' * (width - used), style)",
        "Static(plain(title), classes=name)",
        "self.query_one('#x').update(joined(a, b))",
        "Label(f'{printable(title)} …' if title else '')",
    ],
)
def test_ways_around_are_not(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not _places(line, tmp_path, monkeypatch)


def _places(line: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Place]:
    monkeypatch.setattr("test_sinks.SOURCE" if __name__ == "test_sinks" else f"{__name__}.SOURCE", folder)
    file = folder / "some.py"
    file.write_text(f"def shown(self, title, text, texts):\n    {line}\n", "utf-8")
    return Searcher("tui", file).places


ADDRESSES = {"url", "address", "feed_url"}
SAYING = {"say", "_says", "toast"}


def _said_addresses(tree: ast.AST) -> list[int]:
    """Lines of sentences that hold an address as it is."""
    found = []
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        if name not in SAYING and not name.endswith("Error"):
            continue
        values = [each.value for text in call.args for each in ast.walk(text) if isinstance(each, ast.FormattedValue)]
        found += [each.lineno for each in values if getattr(each, "attr", getattr(each, "id", "")) in ADDRESSES]
    return found


def test_no_sentence_has_an_address_with_the_password_that_may_be_in_it() -> None:
    """An account's address has none: it is split when it is given."""
    places = [
        (file.name, line)
        for file in sorted(SOURCE.rglob("*.py"))
        for line in _said_addresses(ast.parse(file.read_text(encoding="utf-8")))
    ]
    assert {name for name, _ in places} <= {"passwords.py", "add_and_download.py"}, places
    assert _said_addresses(ast.parse('raise SyncError(f"{feed.url} is not there")')) == [1]
    assert not _said_addresses(ast.parse('raise SyncError(f"{shown_address(feed.url)} is not there")'))

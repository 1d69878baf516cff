"""Every key binding, each with an id: the hint line, the help and the user's own keymap are made from these lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from textual.binding import Binding
from textual.keys import format_key

if TYPE_CHECKING:
    from textual.screen import Screen


def _key(id_: str, keys: str, description: str, action: str = "", *, priority: bool = False) -> Binding:
    """Bind comma-separated keys; the action is the id with underscores where it has no other name."""
    return Binding(keys, action or id_.replace("-", "_"), description, id=id_, show=False, priority=priority)


MOVING = [
    _key("down", "j,down", "down"),
    _key("up", "k,up", "up"),
    _key("top", "g,home", "to the top"),
    _key("bottom", "G,end", "to the bottom"),
    _key("half-down", "ctrl+d", "half a page down"),
    _key("half-up", "ctrl+u", "half a page up"),
    _key("page-down", "space,pagedown,ctrl+f", "a page down; at its end, the next article"),
    _key("page-up", "pageup,ctrl+b", "a page up"),
]
"""For every pane."""

LIST = [
    *MOVING,
    _key("open", "enter", "open; in the sidebar, choose or clear"),
    _key("right", "l,right", "open, to the right"),
]
"""For a list that has the focus."""

ARTICLE = [
    *MOVING,
    _key("next-heading", "]", "next heading"),
    _key("previous-heading", "[", "previous heading"),
    _key("find", "/", "find in the article"),
    _key("next-match", "n", "next match, while finding"),
    _key("previous-match", "N", "previous match, while finding"),
    _key("next-link", "tab", "next link on the page"),
    _key("previous-link", "shift+tab", "previous link on the page"),
    _key("open-link", "enter", "open the link"),
    _key("narrower", "<", "narrower column"),
    _key("wider", ">", "wider column"),
    _key("clear", "escape", "clear what is found"),
    _key("return", "backspace,ctrl+o", "back to where a jump began"),
]
"""For the article that has the focus; an action that has nothing to do there raises SkipAction and leaves the key."""

READER = [
    _key("back", "h,left,escape", "back, to the left"),
    _key("close", "q", "back; on the first pane, quit"),
    _key("next-pane", "tab", "next pane"),
    _key("previous-pane", "shift+tab", "previous pane"),
    _key("next-article", "J", "next article"),
    _key("previous-article", "K", "previous article"),
    _key("next-unread", "n", "next unread article"),
    _key("previous-unread", "p", "previous unread article"),
    _key("star", "f", "star"),
    _key("read", "m", "read or unread"),
    _key("all-read", "A", "mark all shown read"),
    _key("undo", "U,ctrl+z", "undo"),
    _key("search", "/", "search; in the sidebar, filter"),
    _key("sort", "s", "sort"),
    _key("dense", "v", "dense list, or with air"),
    _key("zen", "z", "zen: the article alone"),
    _key("contents", "t", "contents of the article"),
    _key("links", "u", "links of the article"),
    _key("browser", "o", "open in the browser"),
    _key("copy-link", "y", "copy the link"),
    _key("full-text", "d", "fetch the full text"),
    _key("refresh", "r", "refresh this feed"),
    _key("refresh-all", "R", "refresh all"),
    _key("add", "a", "add a site"),
]
"""For the screen with the panes."""

APP = [
    _key("palette", ":,ctrl+p", "command palette"),
    _key("help", "?,f1", "help"),
    _key("quit", "ctrl+q", "quit", priority=True),
    _key("interrupt", "ctrl+c", "quit", "quit"),
]
"""For every screen."""

DIALOG = [
    *MOVING,
    _key("leave", "escape,q", "close"),
]
"""For a screen over the panes that only shows something."""

_SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Moving",
        (
            *(binding.id or "" for binding in MOVING),
            "open", "right", "back", "close", "next-pane", "previous-pane", "quit",
        ),
    ),
    (
        "Articles",
        (
            "next-article", "previous-article", "next-unread", "previous-unread", "read", "all-read", "undo", "star",
            "browser", "copy-link", "full-text",
        ),
    ),
    (
        "In the article",
        (
            "find", "next-match", "previous-match", "contents", "next-heading", "previous-heading", "links",
            "next-link", "previous-link", "open-link", "return", "narrower", "wider", "zen",
        ),
    ),
    (
        "Lists and feeds",
        ("search", "sort", "dense", "refresh", "refresh-all", "add", "palette", "help"),
    ),
)  # fmt: skip


class Row(NamedTuple):
    """A line of the help: how the keys are written, and what they do."""

    keys: str
    description: str
    id: str = ""
    """What the configuration's keymap calls it."""


def _every() -> dict[str, Binding]:
    return {binding.id: binding for binding in (*ARTICLE, *DIALOG, *LIST, *READER, *APP) if binding.id}


BY_ID = _every()
"""Each binding once, by the id that the configuration's keymap uses."""


def keys_of(id_: str, keymap: Mapping[str, str]) -> list[str]:
    """The keys of a binding, as written on the screen: "ctrl+d", "?"."""
    return [_written(key.strip()) for key in _bound(id_, keymap).split(",")]


def bound_to(ids: Sequence[str], keymap: Mapping[str, str]) -> frozenset[str]:
    """The keys of some bindings, by name or as what they type: "ctrl+d", "?"."""
    return frozenset(key.strip() for id_ in ids for key in _bound(id_, keymap).split(","))


def _written(key: str) -> str:
    if len(key) == 1 or key in {"enter", "backspace"}:
        return key
    return format_key(key)


def _bound(id_: str, keymap: Mapping[str, str]) -> str:
    return keymap.get(id_) or BY_ID[id_].key


def help_sections(keymap: Mapping[str, str]) -> list[tuple[str, list[Row]]]:
    """The help: headings with their rows."""
    return [
        (heading, [Row(" ".join(keys_of(id_, keymap)), BY_ID[id_].description, id_) for id_ in ids])
        for heading, ids in _SECTIONS
    ]


def commands(keymap: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """What the command palette offers: action, description, keys."""
    return [
        (f"app.{binding.action}" if binding in APP else binding.action, binding.description, " ".join(shown))
        for binding in (*READER, *APP)
        if binding.id not in _NOT_COMMANDS and (shown := keys_of(binding.id or "", keymap))
    ]


_NOT_COMMANDS = frozenset({"back", "close", "next-pane", "previous-pane", "palette", "interrupt"})

Hint = tuple[Sequence[str], str]
"""Ids of bindings that belong together, and the one word for what they do."""

HINTS: Mapping[str, Sequence[Hint]] = {
    "list": (
        (("down", "up"), "move"),
        (("open",), "open"),
        (("star",), "star"),
        (("read",), "read"),
        (("search",), "search"),
        (("refresh-all",), "refresh"),
        (("add",), "add"),
        (("help",), "help"),
        (("close",), "back"),
    ),
    "sidebar": (
        (("down", "up"), "move"),
        (("open",), "choose"),
        (("right",), "headlines"),
        (("search",), "filter"),
        (("sort",), "sort"),
        (("refresh-all",), "refresh"),
        (("add",), "add"),
        (("help",), "help"),
        (("close",), "quit"),
    ),
    "article": (
        (("down", "up"), "scroll"),
        (("page-down",), "page"),
        (("next-unread",), "next unread"),
        (("star",), "star"),
        (("find",), "find"),
        (("links",), "links"),
        (("zen",), "zen"),
        (("browser",), "browser"),
        (("help",), "help"),
        (("back",), "back"),
    ),
}
"""What the line at the bottom shows for each kind of pane, most useful first."""


def hints(context: str, keymap: Mapping[str, str]) -> list[Row]:
    """The hint line of a kind of pane: the first key of each binding, and one word."""
    return [Row("/".join(keys_of(id_, keymap)[0] for id_ in ids), word) for ids, word in HINTS[context]]


def key_on(screen: Screen[Any], id_: str) -> str:
    """How the first key is written that a binding has on a screen now, whatever keymap the app was given."""
    bound = [key for key, active in screen.active_bindings.items() if active.binding.id == id_]
    usual = [key.strip() for key in BY_ID[id_].key.split(",")]
    return _written(next((key for key in [*usual, *bound] if key in bound), usual[0]))

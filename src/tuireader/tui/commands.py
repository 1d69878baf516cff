"""All commands of the app: the source of bindings, help, hint line, command palette and keymap."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

Context = Literal["moving", "list", "article", "panes", "app", "dialog", "feed"]
"""Where the keys of a command work.

`moving`: anything with rows or a page. `list`: the focused list. `article`: the focused article; an action that does
not apply raises SkipAction and leaves the key to others. `panes`: the main screen. `app`: every screen. `dialog`:
dialogs. `feed`: the dialog of a feed.
"""

Section = Literal["Most used", "Moving", "Articles", "In the article", "Lists and feeds"]
"""Section of the help."""

Place = Literal["list", "sidebar", "article", "finding", "nothing"]
"""What a hint line is for: a kind of pane, a search in an article, or a reader without feeds."""

Hint = tuple[int, str]
"""Rank in a hint line (lower is more useful) and the word shown.

Commands with the same hint share it: "j/k move".
"""


class Command(NamedTuple):
    """A command with its keys and words."""

    id: str
    """Its name in the configuration's keymap."""
    keys: str
    """Default keys, separated by commas, named as in Textual."""
    words: str
    """What it does, for help and palette."""
    context: Context
    section: Section | None = None
    """None: not listed in the help."""
    hints: Mapping[Place, Hint] = MappingProxyType({})
    is_navigation: bool = False
    """Whether it only makes sense as a key: then the palette leaves it out."""
    method: str = ""
    """The action, if it is not the id with underscores."""
    is_first: bool = False
    """Whether its keys take precedence over the focused widget."""
    also: str = ""
    """More search words for the palette."""
    needs_article: bool = False
    """Whether there must be an article to act on."""

    @property
    def action(self) -> str:
        return self.method or self.id.replace("-", "_")

    @property
    def screen_action(self) -> str:
        return f"command({self.id!r})"

    @property
    def is_in_palette(self) -> bool:
        return self.context in ("panes", "app", "article") and not self.is_navigation


_MOVE: Mapping[Place, Hint] = {"list": (1, "move"), "sidebar": (1, "move"), "article": (9, "scroll")}

COMMANDS = (
    Command("down", "j,down", "down", "moving", "Most used", _MOVE),
    Command("up", "k,up", "up", "moving", "Most used", _MOVE),
    Command("top", "g,home", "to the top", "moving", "Moving"),
    Command("bottom", "G,end", "to the bottom", "moving", "Moving"),
    Command("half-down", "ctrl+d", "half a page down", "moving", "Moving"),
    Command("half-up", "ctrl+u", "half a page up", "moving", "Moving"),
    Command(
        "page-down", "space,pagedown,ctrl+f", "a page down; at its end, the next article", "moving", "Most used",
        {"article": (2, "page")},
    ),
    Command("page-up", "pageup,ctrl+b", "a page up", "moving", "Moving"),
    Command(
        "open", "enter", "open; in the sidebar, choose or clear", "list", "Most used",
        {"list": (2, "open"), "sidebar": (2, "choose")},
    ),
    Command("right", "l,right", "open", "list", "Moving", {"sidebar": (3, "choose & go")}),
    Command(
        "back", "h,left,escape", "back, to the left", "panes", "Moving", is_navigation=True
    ),
    Command(
        "close", "q", "back; on the first pane, quit", "panes", "Most used",
        {"list": (10, "back"), "sidebar": (10, "quit"), "article": (10, "back"), "finding": (10, "back"),
         "nothing": (10, "back")},
        is_navigation=True,
    ),
    Command("next-pane", "tab", "next pane", "panes", "Moving", is_navigation=True),
    Command("previous-pane", "shift+tab", "previous pane", "panes", "Moving", is_navigation=True),
    Command("next-article", "J", "next article", "panes", "Articles", needs_article=True),
    Command("previous-article", "K", "previous article", "panes", "Articles", needs_article=True),
    Command(
        "next-unread", "n", "next unread article", "panes", "Most used", {"article": (3, "next")},
        needs_article=True,
    ),
    Command("previous-unread", "p", "previous unread article", "panes", "Articles", needs_article=True),
    Command("read", "m", "read or unread", "panes", "Most used", {"list": (4, "read")}, needs_article=True),
    Command("all-read", "A", "mark everything shown as read", "panes", "Articles"),
    Command("mark-as-read", "M", "mark as read: above, below, older …", "panes", "Articles"),
    Command("undo", "U", "undo", "panes", "Articles"),
    Command(
        "select", "v", "select; in the sidebar, choose too", "panes", "Articles",
        {"list": (8, "select"), "sidebar": (9, "choose too")},
    ),
    Command("select-to", "V", "select up to here", "panes", "Articles", needs_article=True),
    Command("select-all", "ctrl+a", "select all that is shown", "panes", "Articles", needs_article=True),
    Command(
        "tags", "T", "tags; in the sidebar, the feed’s folder", "panes", "Articles", also="account server push move"
    ),
    Command(
        "star", "f", "star", "panes", "Most used", {"list": (3, "star"), "article": (4, "star")},
        needs_article=True,
    ),
    Command(
        "browser", "o", "open in the browser", "panes", "Articles", {"article": (8, "browser")},
        needs_article=True,
    ),
    Command("copy-link", "y", "copy the link", "panes", "Articles", needs_article=True),
    Command(
        "download", "D", "fetch the full texts of all that is shown", "panes", "Articles", also="offline",
    ),
    Command(
        "full-text", "d", "fetch the full text; again: what the feed gave", "panes", "Articles",
        needs_article=True,
    ),
    Command("find", "/", "find in the article", "article", "In the article", {"article": (5, "find")}),
    Command(
        "next-match", "n", "next match, while finding", "article", "In the article", {"finding": (1, "match")},
        is_navigation=True,
    ),
    Command(
        "previous-match", "N", "previous match, while finding", "article", "In the article", {"finding": (1, "match")},
        is_navigation=True,
    ),
    Command("contents", "t", "contents of the article", "panes", "In the article"),
    Command("next-heading", "]", "next heading", "article", "In the article"),
    Command("previous-heading", "[", "previous heading", "article", "In the article"),
    Command("links", "u", "links of the article", "panes", "In the article", {"article": (6, "links")}),
    Command("next-link", "tab", "next link on the page", "article", "In the article", is_navigation=True),
    Command("previous-link", "shift+tab", "previous link on the page", "article", "In the article", is_navigation=True),
    Command("open-link", "enter", "open the link", "article", "In the article", is_navigation=True),
    Command("return", "backspace,ctrl+o", "back to where a jump began", "article", "In the article"),
    Command("narrower", "<", "narrower column", "article", "In the article"),
    Command("wider", ">", "wider column", "article", "In the article"),
    Command("zen", "z", "zen: the article alone", "panes", "In the article", {"article": (7, "zen")}),
    Command(
        "clear", "escape", "clear what is found", "article", None, {"finding": (2, "clear")}, is_navigation=True
    ),
    Command(
        "search", "/", "search (filters in the sidebar)", "panes", "Most used",
        {"list": (5, "search"), "sidebar": (4, "filter")},
    ),
    Command(
        "clear-choices", "c", "clear every choice", "panes", "Lists and feeds",
        {"sidebar": (5, "clear")},
    ),
    Command("sort", "s", "sort", "panes", "Lists and feeds", {"sidebar": (6, "sort")}),
    Command(
        "exclude", "x", "leave out; remove a saved search", "panes", "Lists and feeds", {"sidebar": (9, "leave out")}
    ),
    Command("save-search", "S", "save what is shown as a search", "panes", "Lists and feeds"),
    Command("rules", "!", "rules: hide, star, tag by itself", "panes", "Lists and feeds"),
    Command("hidden", "H", "what rules have hidden", "panes", "Lists and feeds"),
    Command(
        "archive", "B", "older articles of the feed, all that its site gives", "panes", "Lists and feeds",
        also="backfill",
    ),
    Command("prune", "X", "remove what is old and was read, after a question", "panes", "Lists and feeds"),
    Command("stories", "+", "each telling of a story apart, or one", "panes", "Lists and feeds"),
    Command("dense", "=", "compact or roomy list", "panes", "Lists and feeds"),
    Command("refresh", "r", "refresh this feed", "panes", "Lists and feeds"),
    Command(
        "refresh-all", "R", "refresh all", "panes", "Lists and feeds",
        {"list": (6, "refresh"), "sidebar": (7, "refresh")},
    ),
    Command("sync", "ctrl+r", "sync accounts and the shared folder", "panes", "Lists and feeds", also="push marks"),
    Command(
        "account", "@", "add an account: Miniflux, FreshRSS …", "panes", "Lists and feeds", also="server sync login"
    ),
    Command(
        "feed-info", "e", "feed info: rename, unsubscribe", "panes", "Lists and feeds",
        also="remove full text css selectors",
    ),
    Command(
        "add", "a", "add a site", "panes", "Most used",
        {"list": (7, "add"), "sidebar": (8, "add"), "nothing": (1, "add")}, also="subscribe follow import",
    ),
    Command(
        "read-page", "P", "read one page without its site", "panes", "Lists and feeds", {"nothing": (2, "read a page")}
    ),
    Command(
        "palette", ":,ctrl+p", "command palette: everything, found by typing", "app", "Most used",
        {"list": (11, "more"), "sidebar": (11, "more"), "article": (11, "more"), "finding": (11, "more"),
         "nothing": (11, "more")},
        is_navigation=True,
    ),
    Command(
        "help", "?,f1", "help", "app", "Most used",
        {"list": (12, "help"), "sidebar": (12, "help"), "article": (12, "help"), "finding": (12, "help"),
         "nothing": (12, "help")},
    ),
    Command("quit", "ctrl+q", "quit", "app", "Moving", is_first=True),
    Command("suspend", "ctrl+z", "suspend; fg goes on", "app", "Moving", is_navigation=True),
    Command("interrupt", "ctrl+c", "quit", "app", method="quit", is_navigation=True),
    Command("leave", "escape,q", "close", "dialog"),
    Command("rename", "n", "rename the feed", "feed"),
    Command("unsubscribe", "x", "unsubscribe from the feed", "feed"),
    Command("turn-full-text", "d", "when the pages of the feed’s articles are read", "feed"),
    Command("selector", "s", "choose what is taken from those pages", "feed"),
    Command("open-site", "o", "open the feed’s site in the browser", "feed"),
)  # fmt: skip
"""All commands, in the order of the help."""

BY_ID = {command.id: command for command in COMMANDS}

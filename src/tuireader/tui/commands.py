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

Section = Literal["Basics", "Navigation", "Articles", "Article", "Feeds and lists"]
"""Section of the help."""

Place = Literal["list", "sidebar", "article", "finding", "selected", "nothing"]
"""The context of a hint line: a kind of pane, a search in an article, a selection, or a reader without feeds."""

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


_MOVE: Mapping[Place, Hint] = {"list": (9, "move"), "sidebar": (9, "move")}

COMMANDS = (
    Command("down", "j,down", "Move down", "moving", "Basics", _MOVE),
    Command("up", "k,up", "Move up", "moving", "Basics", _MOVE),
    Command("top", "g,home", "Go to top", "moving", "Navigation"),
    Command("bottom", "G,end", "Go to bottom", "moving", "Navigation"),
    Command("half-down", "ctrl+d", "Half page down", "moving", "Navigation"),
    Command("half-up", "ctrl+u", "Half page up", "moving", "Navigation"),
    Command(
        "page-down", "space,pagedown,ctrl+f", "Page down, then next article", "moving", "Basics",
        {"article": (2, "page")},
    ),
    Command("page-up", "pageup,ctrl+b", "Page up", "moving", "Navigation"),
    Command("fold", "minus", "Fold/unfold folder or section", "moving", "Navigation", {"sidebar": (6, "fold")}),
    Command(
        "open", "enter", "Open; in the sidebar, filter", "list", "Basics",
        {"list": (2, "open"), "sidebar": (2, "filter")},
    ),
    Command("left", "h,left", "Go to left pane", "panes", "Navigation", is_navigation=True),
    Command("right", "l,right", "Go to right pane", "panes", "Navigation", is_navigation=True),
    Command(
        "back", "escape", "Go back", "panes", "Navigation", {"selected": (6, "clear")}, is_navigation=True
    ),
    Command(
        "close", "q", "Back; in the first pane, quit", "panes", "Basics",
        {"list": (10, "back"), "sidebar": (10, "quit"), "article": (10, "back"), "finding": (10, "back"),
         "nothing": (10, "back"), "selected": (10, "back")},
        is_navigation=True,
    ),
    Command("next-pane", "tab", "Next pane", "panes", "Navigation", is_navigation=True),
    Command("previous-pane", "shift+tab", "Previous pane", "panes", "Navigation", is_navigation=True),
    Command("next-article", "J", "Next article", "panes", "Articles", needs_article=True),
    Command("previous-article", "K", "Previous article", "panes", "Articles", needs_article=True),
    Command(
        "next-unread", "n", "Next unread article", "panes", "Basics", {"article": (3, "next")},
        needs_article=True,
    ),
    Command("previous-unread", "p", "Previous unread article", "panes", "Articles", needs_article=True),
    Command(
        "read", "m", "Toggle read/unread", "panes", "Basics", {"list": (4, "read"), "selected": (2, "read")},
        needs_article=True,
    ),
    Command("all-read", "A", "Mark all as read", "panes", "Articles", also="catch up catchup"),
    Command("mark-as-read", "", "Mark as read…", "panes", "Articles"),
    Command("undo", "U", "Undo", "panes", "Articles"),
    Command(
        "select", "v", "Select; in the sidebar, add to filter", "panes", "Articles",
        {"list": (8, "select"), "sidebar": (9, "add to filter"), "selected": (1, "select")},
    ),
    Command("select-to", "V", "Extend selection to cursor", "panes", "Articles", needs_article=True),
    Command("select-all", "ctrl+a", "Select all", "panes", "Articles", needs_article=True),
    Command(
        "tags", "T", "Edit tags; in the sidebar, move feeds…", "panes", "Articles", {"selected": (5, "tags")},
        also="label folder move rename account server read later",
    ),
    Command(
        "star", "f", "Star/unstar", "panes", "Basics",
        {"list": (3, "star"), "article": (4, "star"), "selected": (3, "star")},
        needs_article=True, also="flag bookmark favourite",
    ),
    Command(
        "browser", "o", "Open in browser", "panes", "Articles", {"article": (8, "browser")},
        needs_article=True,
    ),
    Command("copy-link", "y", "Copy link; in an article, also code or table", "panes", "Articles", needs_article=True),
    Command(
        "download", "D", "Fetch full text of all shown", "panes", "Articles", also="offline download full text",
    ),
    Command(
        "full-text", "d", "Toggle full text", "panes", "Articles", {"selected": (4, "full text")},
        needs_article=True,
    ),
    Command("find", "/", "Find in article", "article", "Article", {"article": (5, "find")}),
    Command(
        "next-match", "n", "Next match", "article", "Article", {"finding": (1, "match")},
        is_navigation=True,
    ),
    Command(
        "previous-match", "N", "Previous match", "article", "Article", {"finding": (1, "match")},
        is_navigation=True,
    ),
    Command("contents", "t", "Table of contents", "panes", "Article"),
    Command("next-heading", "]", "Next heading", "article", "Article"),
    Command("previous-heading", "[", "Previous heading", "article", "Article"),
    Command("links", "u", "Show links", "panes", "Article", {"article": (6, "links")}, also="urls"),
    Command("next-link", ".", "Next link, code or table", "article", "Article", is_navigation=True),
    Command("previous-link", ">", "Previous link, code or table", "article", "Article", is_navigation=True),
    Command("open-link", "enter", "Open link, note or table", "article", "Article", is_navigation=True),
    Command("return", "backspace,ctrl+o", "Jump back", "article", "Article"),
    Command("narrower", "", "Decrease column width", "article", "Article"),
    Command("wider", "", "Increase column width", "article", "Article"),
    Command("zen", "z", "Toggle zen mode", "panes", "Article", {"article": (7, "zen")}),
    Command(
        "clear", "escape", "Clear search", "article", None, {"finding": (2, "clear")}, is_navigation=True
    ),
    Command(
        "search", "/", "Search articles; in the sidebar, find by name", "panes", "Basics",
        {"list": (5, "search"), "sidebar": (4, "find")},
    ),
    Command(
        "clear-choices", "c", "Clear filters", "panes", "Feeds and lists",
        {"sidebar": (5, "clear filters")},
    ),
    Command("sort", "s", "Change sort order", "panes", "Feeds and lists", {"sidebar": (6, "sort")}),
    Command(
        "exclude", "x", "Exclude; delete saved search", "panes", "Feeds and lists", {"sidebar": (9, "exclude")}
    ),
    Command("save-search", "S", "Save search…", "panes", "Feeds and lists", also="query feed"),
    Command(
        "settings", "comma", "Settings", "panes", "Feeds and lists",
        also="options preferences configuration theme colours linear screen reader hyphenation text width compact",
    ),
    Command("rules", "", "Edit rules", "panes", "Feeds and lists", also="filter ignore hide mute killfile"),
    Command("hidden", "", "Show hidden articles", "panes", "Feeds and lists"),
    Command(
        "archive", "B", "Load older articles", "panes", "Feeds and lists",
        also="backfill archive history",
    ),
    Command("prune", "", "Clean up old articles…", "panes", "Feeds and lists", also="prune delete disk space"),
    Command("stories", "", "Group/ungroup duplicates", "panes", "Feeds and lists"),
    Command("dense", "", "Toggle compact list", "panes", "Feeds and lists"),
    Command("refresh", "r", "Refresh feed", "panes", "Feeds and lists", also="reload update"),
    Command(
        "refresh-all", "R", "Refresh all feeds", "panes", "Feeds and lists",
        {"list": (7, "refresh"), "sidebar": (7, "refresh")}, also="reload update",
    ),
    Command("sync", "", "Sync now", "panes", "Feeds and lists", also="push status accounts shared folder"),
    Command(
        "account", "", "Add account…", "panes", "Feeds and lists", also="miniflux freshrss server sync login sign in"
    ),
    Command(
        "feed-info", "e", "Edit feed, folder or saved search", "panes", "Feeds and lists",
        also="rename settings full text css selectors edit url",
    ),
    Command(
        "add", "a", "Add feed…", "panes", "Basics",
        {"list": (6, "add"), "sidebar": (8, "add"), "nothing": (1, "add")}, also="site subscribe follow urls",
    ),
    Command("import", "", "Import…", "panes", "Feeds and lists", also="opml newsboat pocket backup restore json file"),
    Command("export", "", "Export…", "panes", "Feeds and lists", also="opml epub book markdown backup json file save"),
    Command("unsubscribe-feed", "", "Unsubscribe…", "panes", "Feeds and lists", also="remove delete feed"),
    Command("files", "", "Show files", "panes", "Feeds and lists", also="path folder directory database configuration"),
    Command("log", "", "Show log", "panes", "Feeds and lists", also="errors debug"),
    Command(
        "read-page", "", "Save a web page…", "panes", "Feeds and lists"
    ),
    Command(
        "palette", ":,ctrl+p", "Show all commands", "app", "Basics",
        {"list": (11, "commands"), "sidebar": (11, "commands"), "article": (11, "commands"),
         "finding": (11, "commands"), "nothing": (11, "commands"), "selected": (11, "commands")},
        is_navigation=True,
    ),
    Command(
        "help", "?,f1", "Show keyboard shortcuts", "app", "Basics",
        {"list": (12, "help"), "sidebar": (12, "help"), "article": (12, "help"), "finding": (12, "help"),
         "nothing": (12, "help"), "selected": (12, "help")},
    ),
    Command("quit", "ctrl+q", "Quit", "app", "Navigation", is_first=True),
    Command("suspend", "ctrl+z", "Suspend (resume with fg)", "app", "Navigation", is_navigation=True),
    Command("interrupt", "ctrl+c", "Quit", "app", method="quit", is_navigation=True),
    Command("leave", "escape,q", "Close", "dialog"),
    Command("rename", "n", "Rename feed", "feed"),
    Command("unsubscribe", "x", "Unsubscribe", "feed"),
    Command("selector", "s", "Edit full-text selectors", "feed"),
    Command("feed-settings", "comma", "Settings of the feed", "feed"),
    Command("open-site", "o", "Open site in browser", "feed"),
)  # fmt: skip
"""All commands, in the order of the help."""

BY_ID = {command.id: command for command in COMMANDS}

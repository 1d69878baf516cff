"""The command line's grammar: the commands, their options, and the function of each."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NoReturn, get_args

from tuireader import __version__
from tuireader.model.query import Order
from tuireader.text.date_expressions import UNDERSTOOD, span
from tuireader.text.printable import printable
from tuireader.text.sentences import nearest
from tuireader.urls.typed_and_shown import shown_address

COMMANDS = {
    "demo": "open the reader with a bundled demo site; nothing is kept",
    "add": "subscribe to the feed of a site",
    "import": "import feeds, saved pages or a backup",
    "export": "export feeds (OPML), articles (Markdown, EPUB) or everything (JSON Lines)",
    "remove": "unsubscribe from a feed and delete its articles",
    "feeds": "list feeds with counts, errors and next refresh",
    "feed": "show or change the settings of a feed",
    "refresh": "fetch new articles from feeds that are due",
    "backfill": "load older articles of a feed",
    "download": "fetch full text for offline reading",
    "account": "manage accounts (Miniflux, FreshRSS, Google Reader API)",
    "sync": "sync with accounts and the shared folder",
    "list": "list articles, newest first",
    "show": "show an article",
    "search": "search articles, best match first",
    "mark": "mark articles as read or unread, star, tag",
    "rules": "manage rules: hide, star, tag or mark new articles",
    "searches": "manage saved searches",
    "config": "create, check or print the configuration file",
    "prune": "delete old read articles (asks first)",
    "path": "show where files are stored",
}

_FEED = "address, ID or unique part of the title"
_ACCOUNT = "account name, or a unique part of it"
_ID = "article ID, as shown by list and search"
_AGAIN = "repeat to match any of several"
_ALIKE = 0.6
"""Minimum similarity of a typed word and a known one for a suggestion."""
_QUERY = (
    'words, "a phrase", -without, one|other, title: author: category: tag: feed: folder: is:unread has:picture since:7d'
    " before: words>500"
)

EPILOG = """\
FEED is the address, the ID or a unique part of the title of a feed.
Without a command, tuireader opens the reader and subscribes to each new
ADDRESS (a site, a feed or an article; https:// is optional).
Press ? in the reader for keyboard shortcuts."""


class _Parser(argparse.ArgumentParser):
    """An argument parser that reports errors in one sentence with exit status 2.

    Options cannot be abbreviated: a prefix that is unique today may not be tomorrow.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        said = printable(self._without_passwords(message)).rstrip(".")
        end = "" if said.endswith("?") else "."
        self.exit(2, f"{self.prog}: {said}{end}{self._hint()} See {self.prog} --help.\n")

    def _hint(self) -> str:
        """A suggestion for an unknown option: a similar one, or how to exclude a word from a search; "" if none."""
        known = set(self.options())
        for word in getattr(self, "_words", ()):
            option = word.partition("=")[0]
            if option.startswith("--") and option not in known:
                near = nearest(option, known, alike=_ALIKE)
                return f" Did you mean {near}?" if near else ""
            is_left_out = self.prog.endswith(" search") and option.startswith("-") and option not in known
            if is_left_out and len(option) > 2:
                return f' To exclude a word, put "--" first: {self.prog} -- {word}.'
        return ""

    def options(self) -> Iterator[str]:
        """All options, including those of subcommands."""
        for action in self._actions:
            yield from action.option_strings
            if isinstance(action.choices, dict):  # of its commands
                for command in action.choices.values():
                    yield from command.options()

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        self._words = [str(word) for word in args or ()]
        found, left = super().parse_known_args(args, namespace)
        if left and " " in self.prog:  # else the error would name the help of the program, not of the command
            self.error(f"unrecognized arguments: {' '.join(left)}")
        return found, left

    def _without_passwords(self, message: str) -> str:
        for word in sorted(getattr(self, "_words", ()), key=len, reverse=True):
            if shown_address(word) != word:
                message = message.replace(word, shown_address(word)).replace(repr(word)[1:-1], shown_address(word))
        return message


class _RefusePassword(argparse.Action):
    """The action of options for a password: refused, since other users can see the command line."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        parser.error(
            "passwords on the command line are visible to other users: omit the option to be prompted, or use "
            "--password-command"
        )


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the command line into a namespace whose `run` returns the exit status."""
    words = [word for word in argv if not word.startswith("-")]
    if words and words[0] in COMMANDS:
        return _command_parser().parse_args([_with_final_space(word) for word in argv])
    parser = _reader_parser()
    if words and "." not in words[0] and ":" not in words[0] and "/" not in words[0]:
        near = nearest(words[0], COMMANDS, alike=_ALIKE)
        if near:
            parser.error(f"unknown command {words[0]!r}; did you mean {near}?")
    return parser.parse_args(argv)


def _with_final_space(word: str) -> str:
    return f"{word} " if word.startswith("--") and word.endswith("=--") else word


def _reader_parser() -> argparse.ArgumentParser:
    listing = "\n".join(f"  tuireader {name:<9}{text}" for name, text in COMMANDS.items())
    parser = _Parser(
        prog="tuireader",
        description="Read feeds in your terminal, by category and author, online and offline.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"commands (each has --help):\n{listing}\n\n{EPILOG}",
    )
    parser.add_argument("addresses", metavar="ADDRESS", nargs="*", help="a site, a feed or an article to open")
    parser.add_argument("--version", action="version", version=f"tuireader {__version__}")
    _add_linear(parser)
    parser.set_defaults(debug=False)
    _add_debug(parser)
    parser.set_defaults(run=_later("open_app", "read"))
    return parser


def _command_parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="tuireader")
    parser.set_defaults(debug=False)
    _add_debug(parser)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    made: dict[str, argparse.ArgumentParser] = {
        name: commands.add_parser(name, help=text, description=text) for name, text in COMMANDS.items()
    }
    for command in made.values():
        _add_debug(command)
    made["demo"].set_defaults(run=_later("open_app", "demo"))
    _add_linear(made["demo"])
    prune = made["prune"]
    prune.add_argument("--days", type=_amount, default=0, metavar="DAYS", help="delete articles older than DAYS")
    prune.add_argument(
        "--newest", type=_amount, default=0, metavar="NUMBER", help="keep the NUMBER newest articles of each feed"
    )
    prune.add_argument(
        "--size",
        type=_amount,
        default=0,
        dest="megabytes",
        metavar="MB",
        help="delete the oldest articles until the database is smaller than MB",
    )
    prune.add_argument("--yes", action="store_true", help="do not ask for confirmation")
    _add_json(prune)
    prune.set_defaults(run=_later("maintenance", "prune_articles"))
    made["path"].set_defaults(run=_later("maintenance", "path"))
    made["config"].set_defaults(run=_later("maintenance", "config"))
    _config_options(made["config"].add_mutually_exclusive_group(required=True))
    _feed_commands(made)
    _article_commands(made)
    _rule_commands(made)
    _account_commands(made)
    return parser


def _add_linear(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--linear",
        action="store_true",
        help="layout for screen readers and braille displays: one column, no borders",
    )


def _config_options(group: argparse._MutuallyExclusiveGroup) -> None:
    for name, text in (
        ("init", "create the file, with every setting explained and commented out"),
        ("check", "check the file for errors"),
        ("print", "print the current value of every setting"),
        ("schema", "print the JSON Schema, for editors"),
    ):
        group.add_argument(f"--{name}", action="store_true", help=text)


def _feed_commands(made: dict[str, argparse.ArgumentParser]) -> None:
    add, remove, feeds, refresh = made["add"], made["remove"], made["feeds"], made["refresh"]
    add.add_argument("addresses", metavar="ADDRESS", nargs="+", help="a site, a feed or an article")
    add.add_argument("--folder", metavar="NAME", help="add the feeds to this folder (created if needed)")
    instead = add.add_mutually_exclusive_group()
    instead.add_argument("--page", action="store_true", help="save the page itself, without subscribing")
    instead.add_argument("--list", action="store_true", help="subscribe to the articles on a page without a feed")
    instead.add_argument("--watch", action="store_true", help="watch the page: each change becomes an article")
    instead.add_argument("--account", metavar="NAME", default="", help=f"subscribe in this account: {_ACCOUNT}")
    add.set_defaults(run=_later("add_and_download", "add"))
    made["import"].add_argument(
        "file",
        metavar="FILE",
        help="a feed list (OPML, addresses), the newsboat directory, a read-later export (Pocket, Instapaper,"
        " Omnivore, Readeck, wallabag), Google Reader stars, or a backup (export --format json); - reads"
        " it from stdin",
    )
    made["import"].set_defaults(run=_later("transfer", "import_list"))
    _export_options(made["export"])
    remove.add_argument("feed", metavar="FEED", help=_FEED)
    remove.add_argument("--yes", action="store_true", help="do not ask for confirmation")
    remove.set_defaults(run=_later("feeds", "remove"))
    feeds.set_defaults(run=_later("feeds", "feeds"))
    made["feed"].add_argument("feed", metavar="FEED", help=_FEED)
    made["feed"].add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        dest="settings",
        help="title, folder, quiet=yes (exclude from unread counts), expire_after=DAYS, expire_above=NUMBER, "
        "keep_days=DAYS, keep_articles=NUMBER, full_text=auto|always|never, selector=CSS, selector_drop=CSS; an "
        "empty value restores the default; repeatable",
    )
    made["feed"].set_defaults(run=_later("feeds", "feed"))
    refresh.add_argument("feeds", metavar="FEED", nargs="*", help=f"{_FEED}; default: all feeds")
    refresh.add_argument("--force", action="store_true", help="also fetch feeds that are not due")
    refresh.add_argument("--quiet", action="store_true", help="print errors only (for cron and timers)")
    refresh.set_defaults(run=_later("feeds", "refresh"))
    backfill = made["backfill"]
    backfill.add_argument("feed", metavar="FEED", help=_FEED)
    backfill.add_argument("--since", metavar="DATE", type=since, help=f"stop at this date: {UNDERSTOOD}")
    backfill.add_argument("--limit", metavar="N", type=_limit, help="load at most N articles (0: no limit)")
    backfill.set_defaults(run=_later("add_and_download", "backfill"))
    for command in (add, made["import"], feeds, made["feed"], refresh, backfill):
        _add_json(command)


def _export_options(export: argparse.ArgumentParser) -> None:
    export.add_argument(
        "--format",
        choices=("opml", "json", "markdown", "epub"),
        default="opml",
        help="opml: feeds and folders; json: backup of everything but the settings; markdown: one file per article; "
        "epub: one book, one chapter per article (default: opml)",
    )
    export.add_argument("--output", metavar="PATH", help="output file (markdown: directory)")
    export.add_argument("--title", metavar="TITLE", help="title of the book")
    _add_filters(export, with_search=True, by_default="all")
    export.set_defaults(run=_later("transfer", "export"), first="newest")


def _article_commands(made: dict[str, argparse.ArgumentParser]) -> None:
    made["list"].set_defaults(run=_later("articles", "list_articles"), first="newest")
    made["search"].add_argument("query", metavar="QUERY", help=_QUERY)
    made["search"].set_defaults(run=_later("articles", "list_articles"), first="best")
    for name in ("list", "search"):
        _add_filters(made[name], with_search=name == "list")
        made[name].add_argument("--count", action="store_true", help="print only how many match, as the reader counts")
        _add_json(made[name])
    download = made["download"]
    download.add_argument("feeds", metavar="FEED", nargs="*", help=f"{_FEED}; default: all feeds")
    _add_filters(download, with_search=True, by_default="all")
    download.add_argument("--again", action="store_true", help="fetch again, even where full text is available")
    _add_json(download)
    download.set_defaults(run=_later("add_and_download", "download"), first="newest")
    show, mark = made["show"], made["mark"]
    show.add_argument("id", metavar="ID", type=_id, help=_ID)
    show.add_argument("--json", dest="format", action="store_const", const="json", help="same as --format json")
    show.add_argument(
        "--format",
        choices=("text", "speech", "markdown", "html", "json"),
        default="text",
        help="output format (default: text); speech: plain words for screen readers",
    )
    show.add_argument("--width", metavar="N", type=_width, help="line width (default: as in the reader)")
    show.set_defaults(run=_later("articles", "show"))
    mark.add_argument("ids", metavar="ID", type=_id, nargs="+", help=_ID)
    reading, star = mark.add_mutually_exclusive_group(), mark.add_mutually_exclusive_group()
    reading.add_argument("--read", dest="read", action="store_const", const=True, help="mark as read")
    reading.add_argument("--unread", dest="read", action="store_const", const=False, help="mark as unread")
    star.add_argument("--star", dest="starred", action="store_const", const=True, help="star")
    star.add_argument("--unstar", dest="starred", action="store_const", const=False, help="unstar")
    mark.add_argument("--tag", metavar="NAME", action="append", default=[], help="add a tag (repeatable)")
    mark.add_argument("--untag", metavar="NAME", action="append", default=[], help="remove a tag (repeatable)")
    mark.set_defaults(run=_later("articles", "mark"))


def _rule_commands(made: dict[str, argparse.ArgumentParser]) -> None:
    rules, searches = made["rules"], made["searches"]
    what = rules.add_mutually_exclusive_group()
    what.add_argument("--try", metavar="QUERY", dest="try_", help="show what the query matches in the last 90 days")
    what.add_argument("--add", metavar="QUERY", help=f"add a rule: {_QUERY}")
    what.add_argument("--remove", metavar="ID", type=_rule_id, help="delete a rule and undo its changes")
    for name, text in (
        ("hide", "hide matching articles (find them with is:hidden)"),
        ("read", "mark as read"),
        ("star", "star"),
        ("keep", "keep unread"),
        ("leave", "with --remove: keep the changes the rule made"),
        ("apply", "apply to existing articles; without --add, apply all rules"),
    ):
        rules.add_argument(f"--{name}", action="store_true", help=text)
    rules.add_argument("--tag", metavar="NAME", action="append", default=[], help="add a tag (repeatable)")
    scope = rules.add_mutually_exclusive_group()
    scope.add_argument("--feed", metavar="FEED", help=f"only articles of this feed: {_FEED}")
    scope.add_argument("--folder", metavar="NAME", help="only articles of the feeds in this folder")
    rules.add_argument("--until", metavar="DATE", type=_end, help="end date of the rule: YYYY-MM-DD")
    rules.set_defaults(run=_later("rules", "rules"))
    what = searches.add_mutually_exclusive_group()
    what.add_argument("--add", nargs=2, metavar=("NAME", "QUERY"), help=f"save a search: {_QUERY}")
    what.add_argument("--remove", metavar="NAME", help="delete a saved search")
    searches.set_defaults(run=_later("rules", "searches"))
    for command in (rules, searches):
        _add_json(command)


def _account_commands(made: dict[str, argparse.ArgumentParser]) -> None:
    what = made["account"].add_subparsers(
        required=True, metavar="add|list|remove|push", parser_class=_Parser, help="each has --help"
    )
    add = what.add_parser("add", help="detect the server, sign in and add the account")
    add.add_argument("address", metavar="URL", help="server address")
    add.add_argument("--user", metavar="NAME", default="", help="user name (asked for if omitted)")
    secret = add.add_mutually_exclusive_group()
    secret.add_argument(
        "--password-command",
        metavar="CMD",
        default="",
        help='command that prints the password, such as "pass show rss"',
    )
    secret.add_argument("--password", "--token", action=_RefusePassword, help=argparse.SUPPRESS)
    secret.add_argument("--token-command", metavar="CMD", default="", help="command that prints an API token")
    add.add_argument("--name", metavar="NAME", default="", help="account name (default: the host name)")
    add.set_defaults(run=_later("accounts", "add"))
    there = what.add_parser("list", help="list accounts and pending changes")
    there.set_defaults(run=_later("accounts", "list_accounts"))
    remove = what.add_parser(
        "remove", help="remove an account and its feeds from this device; the server is not changed"
    )
    remove.add_argument("name", metavar="NAME", help=_ACCOUNT)
    remove.add_argument("--yes", action="store_true", help="do not ask for confirmation")
    remove.set_defaults(run=_later("accounts", "remove"))
    push = what.add_parser("push", help="move local feeds to an account, with their status")
    push.add_argument("feeds", metavar="FEED", nargs="*", help=_FEED)
    push.add_argument("--all", action="store_true", dest="every", help="all local feeds")
    push.add_argument("--account", metavar="NAME", default="", help=f"{_ACCOUNT}; optional if there is only one")
    push.set_defaults(run=_later("accounts", "push"))
    for command in (add, there, remove, push):
        _add_debug(command)
        _add_json(command)
    sync = made["sync"]
    sync.add_argument("--account", metavar="NAME", default="", help=f"sync only this account: {_ACCOUNT}")
    sync.add_argument(
        "--dir",
        metavar="DIR",
        default="",
        help="sync your devices through a shared folder (Syncthing, network drive, git); - to stop",
    )
    sync.set_defaults(run=_later("accounts", "sync"))
    _add_json(sync)


def _add_filters(
    parser: argparse.ArgumentParser, *, with_search: bool, by_default: str = "one screen in a terminal, else all"
) -> None:
    parser.add_argument("--feed", metavar="FEED", help=f"only this feed: {_FEED}")
    parser.add_argument("--folder", metavar="NAME", help="only feeds in this folder")
    parser.add_argument("--category", metavar="NAME", action="append", default=[], help=f"only this category; {_AGAIN}")
    parser.add_argument("--author", metavar="NAME", action="append", default=[], help=f"only this author; {_AGAIN}")
    parser.add_argument("--tag", metavar="NAME", action="append", default=[], help=f"only this tag; {_AGAIN}")
    parser.add_argument("--saved", metavar="NAME", help="only results of this saved search")
    parser.add_argument("-u", "--unread", action="store_true", help="only unread articles")
    parser.add_argument("-s", "--starred", action="store_true", help="only starred articles")
    if with_search:
        parser.add_argument("--search", metavar="QUERY", dest="query", default="", help=_QUERY)
    parser.add_argument("--since", metavar="DATE", type=since, help=f"published on or after DATE: {UNDERSTOOD}")
    parser.add_argument("--until", metavar="DATE", type=until, help="published on or before DATE")
    parser.add_argument(
        "-n",
        "--limit",
        metavar="N",
        type=_limit,
        help=f"at most N articles (0: all; default: {by_default})",
    )
    parser.add_argument("--order", choices=get_args(Order), help="sort order (default: newest; for a search: best)")


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON Lines")


def _add_debug(parser: argparse.ArgumentParser) -> None:
    # Suppressed, so that a command's own --debug, not given, does not undo the one before the command.
    parser.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help="write details to the log")


def _later(module: str, function: str) -> Callable[[argparse.Namespace], int]:
    """The function of a module of `tuireader.cli`, imported only when it runs."""

    def run(arguments: argparse.Namespace) -> int:
        from importlib import import_module

        command: Callable[[argparse.Namespace], int] = getattr(import_module(f"tuireader.cli.{module}"), function)
        return command(arguments)

    return run


def since(text: str, *, now: datetime | None = None) -> datetime:
    return _moment(text, now or datetime.now(UTC))[0]


def until(text: str, *, now: datetime | None = None) -> datetime:
    """The end of a date, such as a day, month or year; raises ArgumentTypeError."""
    return _moment(text, now or datetime.now(UTC))[1]


def _moment(text: str, now: datetime) -> tuple[datetime, datetime]:
    try:
        return span(text, now)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text[:100]!r} is not a date; use {UNDERSTOOD}") from error


def _id(text: str) -> int:
    if not text.isdecimal() or len(text) > 100:
        raise argparse.ArgumentTypeError(f"invalid article ID {shown_address(text)[:100]!r}; see tuireader list")
    return int(text)


def _end(text: str) -> datetime:
    """The beginning of the date at which a rule ends; raises ArgumentTypeError if it is not in the future."""
    now = datetime.now(UTC)
    first = _moment(text, now)[0]
    if first <= now:
        raise argparse.ArgumentTypeError(f"{text[:100]!r} is in the past; enter a future date as YYYY-MM-DD")
    return first


def _rule_id(text: str) -> int:
    if not text.isdecimal() or len(text) > 15:
        raise argparse.ArgumentTypeError(f"invalid rule ID {text[:100]!r}; see tuireader rules")
    return int(text)


def _limit(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text[:100]!r} must be a number, 0 or more (0: all)")
    return int(text[:18])


def _amount(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text[:100]!r} must be a number, 0 or more (0: no limit)")
    return int(text[:9])


def _width(text: str) -> int:
    if not text.isdecimal() or not 10 <= int(text[:18]) <= 1000:
        raise argparse.ArgumentTypeError(f"{text[:100]!r} is not a width; it must be between 10 and 1000")
    return int(text)

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
    "demo": "the reader on the bundled demo site, in a cache that is thrown away after",
    "add": "find each address's feed, subscribe and fetch it",
    "import": "what another program has written: feeds, saved pages, a backup",
    "export": "your feeds (OPML), articles (Markdown, EPUB), or all there is (JSON Lines)",
    "remove": "unsubscribe from a feed; its articles go too",
    "feeds": "the subscriptions, with counts, health and when each is due",
    "feed": "all that is known of one feed; its options",
    "refresh": "fetch what is due",
    "backfill": "bring in what a feed's site has published before, as far back as it gives it",
    "download": "make articles readable offline: fetch the whole texts of excerpts",
    "account": "servers that keep your feeds and marks: Miniflux, FreshRSS and others",
    "sync": "tell accounts what was done here, and take over what was done elsewhere",
    "list": "headlines, newest first",
    "show": "one article",
    "search": "full-text search, best first",
    "mark": "mark articles read, unread, starred or unstarred",
    "rules": "hide, star, tag or mark what arrives, by a query",
    "searches": "searches that are kept under a name",
    "config": "write, check or print the configuration file",
    "prune": "remove old articles that were read, as the configuration says, after a question",
    "path": "where the configuration, the cache and the log are",
}

_FEED = "its address, its id, or an unambiguous part of its title"
_ACCOUNT = "what account list calls it, or a part of that"
_ID = "the number that list and search show"
_AGAIN = "may be given again: then both"
_ALIKE = 0.6
"""Minimum similarity of a typed word and a known one for a suggestion."""
_QUERY = (
    'words, "a phrase", -without, one|other, title: author: category: tag: feed: folder: is:unread has:picture since:7d'
    " before: words>500"
)

EPILOG = """\
FEED is a feed's address, its id, or an unambiguous part of its title.
With no command, tuireader opens the reader; each ADDRESS (a site, a feed or an
article; the scheme is optional) is subscribed to first, if it is new.
Keys: press ? in the reader."""


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
                return f' To leave a word out, put "--" first: {self.prog} -- {word}.'
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
        return super().parse_known_args(args, namespace)

    def _without_passwords(self, message: str) -> str:
        for word in sorted(getattr(self, "_words", ()), key=len, reverse=True):
            if shown_address(word) != word:
                message = message.replace(word, shown_address(word)).replace(repr(word)[1:-1], shown_address(word))
        return message


class _RefusePassword(argparse.Action):
    """The action of options for a password: refused, since other users can see the command line."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        parser.error(
            "a password on the command line can be read by others: leave it out, and it is asked for, or name with"
            " --password-command what prints it"
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
            parser.error(f"there is no command {words[0]!r}; did you mean {near}?")
    return parser.parse_args(argv)


def _with_final_space(word: str) -> str:
    return f"{word} " if word.startswith("--") and word.endswith("=--") else word


def _reader_parser() -> argparse.ArgumentParser:
    listing = "\n".join(f"  tuireader {name:<9}{text}" for name, text in COMMANDS.items())
    parser = _Parser(
        prog="tuireader",
        description="Read the articles of a site in your terminal, by category and author, online and offline.",
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
    prune.add_argument("--days", type=_amount, default=0, metavar="DAYS", help="what is older")
    prune.add_argument(
        "--newest", type=_amount, default=0, metavar="NUMBER", help="what is beyond so many of each feed"
    )
    prune.add_argument("--size", type=_amount, default=0, dest="megabytes", metavar="MB", help="the oldest, beyond it")
    prune.add_argument("--yes", action="store_true", help="do not ask")
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
        help="for screen readers and braille: one column, no lines, the cursor on the line that is read",
    )


def _config_options(group: argparse._MutuallyExclusiveGroup) -> None:
    for name, text in (
        ("init", "write the file, with every setting explained and none of them set"),
        ("check", "say what is wrong with the file, if anything is"),
        ("print", "every setting as it is now"),
        ("schema", "the JSON Schema of the file, for editors"),
    ):
        group.add_argument(f"--{name}", action="store_true", help=text)


def _feed_commands(made: dict[str, argparse.ArgumentParser]) -> None:
    add, remove, feeds, refresh = made["add"], made["remove"], made["feeds"], made["refresh"]
    add.add_argument("addresses", metavar="ADDRESS", nargs="+", help="a site, a feed or an article")
    add.add_argument("--folder", metavar="NAME", help="put the feeds into this folder, which is made if it is new")
    instead = add.add_mutually_exclusive_group()
    instead.add_argument(
        "--page", action="store_true", help="keep the page at each address, without following its site"
    )
    instead.add_argument(
        "--list", action="store_true", help="where there is no feed, follow the articles that the page lists"
    )
    instead.add_argument("--watch", action="store_true", help="follow the page itself: each change of it is an article")
    instead.add_argument("--account", metavar="NAME", default="", help=f"let this account follow the feeds: {_ACCOUNT}")
    add.set_defaults(run=_later("add_and_download", "add"))
    made["import"].add_argument(
        "file",
        metavar="FILE",
        help="a list of feeds (OPML, addresses), newsboat's folder, pages to be read later (Pocket, Instapaper,"
        " Omnivore, Readeck, wallabag), stars of Google Reader, or a backup (export --format json); - reads"
        " it from stdin",
    )
    made["import"].set_defaults(run=_later("transfer", "import_list"))
    _export_options(made["export"])
    remove.add_argument("feed", metavar="FEED", help=_FEED)
    remove.add_argument("--yes", action="store_true", help="do not ask")
    remove.set_defaults(run=_later("feeds", "remove"))
    feeds.set_defaults(run=_later("feeds", "feeds"))
    made["feed"].add_argument("feed", metavar="FEED", help=_FEED)
    made["feed"].add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        dest="settings",
        help="title, folder, quiet=yes (its unread articles count apart), expire_after=DAYS, expire_above=NUMBER,"
        " keep_days=DAYS, keep_articles=NUMBER,"
        " full_text=auto|always|never, selector=CSS and selector_drop=CSS (what is taken from its pages, and what is"
        " not); without a value, as for all; may be given again",
    )
    made["feed"].set_defaults(run=_later("feeds", "feed"))
    refresh.add_argument("feeds", metavar="FEED", nargs="*", help=f"{_FEED}; all where none is named")
    refresh.add_argument(
        "--force", action="store_true", help="fetch even what is not due yet; still only what has changed"
    )
    refresh.add_argument("--quiet", action="store_true", help="say only what failed: for a timer")
    refresh.set_defaults(run=_later("feeds", "refresh"))
    backfill = made["backfill"]
    backfill.add_argument("feed", metavar="FEED", help=_FEED)
    backfill.add_argument("--since", metavar="DATE", type=since, help=f"nothing older than this: {UNDERSTOOD}")
    backfill.add_argument("--limit", metavar="N", type=_limit, help="no more than N new articles; 0: all")
    backfill.set_defaults(run=_later("add_and_download", "backfill"))
    for command in (add, made["import"], feeds, made["feed"], refresh, backfill):
        _add_json(command)


def _export_options(export: argparse.ArgumentParser) -> None:
    export.add_argument(
        "--format",
        choices=("opml", "json", "markdown", "epub"),
        default="opml",
        help="opml: the list of feeds, with folders and names; json: all there is, a backup that import takes;"
        " markdown: a file for each article; epub: a book with a chapter for each",
    )
    export.add_argument("--output", metavar="PATH", help="the file to write, or for markdown the folder")
    export.add_argument("--title", metavar="TITLE", help="of the book")
    _add_filters(export, with_search=True)
    export.set_defaults(run=_later("transfer", "export"), first="newest")


def _article_commands(made: dict[str, argparse.ArgumentParser]) -> None:
    made["list"].set_defaults(run=_later("articles", "list_articles"), first="newest")
    made["search"].add_argument("query", metavar="QUERY", help=_QUERY)
    made["search"].set_defaults(run=_later("articles", "list_articles"), first="best")
    for name in ("list", "search"):
        _add_filters(made[name], with_search=name == "list")
        _add_json(made[name])
    download = made["download"]
    download.add_argument("feeds", metavar="FEED", nargs="*", help=f"{_FEED}; all where none is named")
    _add_filters(download, with_search=True)
    download.add_argument("--again", action="store_true", help="also those that are here, as other selectors want it")
    _add_json(download)
    download.set_defaults(run=_later("add_and_download", "download"), first="newest")
    show, mark = made["show"], made["mark"]
    show.add_argument("id", metavar="ID", type=_id, help=_ID)
    show.add_argument("--json", dest="format", action="store_const", const="json", help="the same as --format json")
    show.add_argument(
        "--format",
        choices=("text", "speech", "markdown", "html", "json"),
        default="text",
        help="text if not given; speech says in words what text draws, for a voice or a braille display",
    )
    show.add_argument(
        "--width", metavar="N", type=_width, help="columns of text; if not given, as wide as in the reader"
    )
    show.set_defaults(run=_later("articles", "show"))
    mark.add_argument("ids", metavar="ID", type=_id, nargs="+", help=_ID)
    reading, star = mark.add_mutually_exclusive_group(), mark.add_mutually_exclusive_group()
    reading.add_argument("--read", dest="read", action="store_const", const=True, help="as read")
    reading.add_argument("--unread", dest="read", action="store_const", const=False, help="as unread")
    star.add_argument("--star", dest="starred", action="store_const", const=True, help="add a star")
    star.add_argument("--unstar", dest="starred", action="store_const", const=False, help="remove the star")
    mark.add_argument("--tag", metavar="NAME", action="append", default=[], help="give a tag; may be given again")
    mark.add_argument("--untag", metavar="NAME", action="append", default=[], help="take a tag; may be given again")
    mark.set_defaults(run=_later("articles", "mark"))


def _rule_commands(made: dict[str, argparse.ArgumentParser]) -> None:
    rules, searches = made["rules"], made["searches"]
    what = rules.add_mutually_exclusive_group()
    what.add_argument("--try", metavar="QUERY", dest="try_", help="say what it would have caught in the last 90 days")
    what.add_argument("--add", metavar="QUERY", help=f"make a rule: {_QUERY}")
    what.add_argument("--remove", metavar="ID", type=_rule_id, help="remove a rule, and take back what it did")
    for name, text in (
        ("hide", "nothing shows it but is:hidden"),
        ("read", "it arrives read"),
        ("star", "it arrives starred"),
        ("keep", "it stays unread however old it gets"),
        ("leave", "with --remove: what the rule did stays"),
        ("apply", "to what is here, too; alone: all rules"),
    ):
        rules.add_argument(f"--{name}", action="store_true", help=text)
    rules.add_argument("--tag", metavar="NAME", action="append", default=[], help="it gets a tag; may be given again")
    scope = rules.add_mutually_exclusive_group()
    scope.add_argument("--feed", metavar="FEED", help=f"only articles of this feed: {_FEED}")
    scope.add_argument("--folder", metavar="NAME", help="only articles of the feeds in this folder")
    rules.add_argument("--until", metavar="DATE", type=_end, help="the rule does nothing from then on: 2026-12-01")
    rules.set_defaults(run=_later("rules", "rules"))
    what = searches.add_mutually_exclusive_group()
    what.add_argument("--add", nargs=2, metavar=("NAME", "QUERY"), help=f"keep a search: {_QUERY}")
    what.add_argument("--remove", metavar="NAME", help="keep it no more")
    searches.set_defaults(run=_later("rules", "searches"))
    for command in (rules, searches):
        _add_json(command)


def _account_commands(made: dict[str, argparse.ArgumentParser]) -> None:
    what = made["account"].add_subparsers(
        required=True, metavar="add|list|remove|push", parser_class=_Parser, help="each has --help"
    )
    add = what.add_parser("add", help="find out which server it is, sign in, and keep the account")
    add.add_argument("address", metavar="URL", help="the address of its pages, or of its API")
    add.add_argument(
        "--user", metavar="NAME", default="", help="the name to sign in with; it is asked for where not given"
    )
    secret = add.add_mutually_exclusive_group()
    secret.add_argument("--password-command", metavar="CMD", default="", help='prints the password: "pass show rss"')
    secret.add_argument("--password", "--token", action=_RefusePassword, help=argparse.SUPPRESS)
    secret.add_argument("--token-command", metavar="CMD", default="", help="prints a token of the API, instead")
    add.add_argument("--name", metavar="NAME", default="", help="what it is called here; its host, where not given")
    add.set_defaults(run=_later("accounts", "add"))
    there = what.add_parser("list", help="the accounts, and how many marks wait for each")
    there.set_defaults(run=_later("accounts", "list_accounts"))
    remove = what.add_parser("remove", help="keep it no more, nor its feeds here; on the server nothing changes")
    remove.add_argument("name", metavar="NAME", help=_ACCOUNT)
    remove.add_argument("--yes", action="store_true", help="do not ask")
    remove.set_defaults(run=_later("accounts", "remove"))
    push = what.add_parser("push", help="let an account follow feeds of this machine, with all that is marked here")
    push.add_argument("feeds", metavar="FEED", nargs="*", help=_FEED)
    push.add_argument("--all", action="store_true", dest="every", help="all feeds of this machine")
    push.add_argument("--account", metavar="NAME", default="", help=f"{_ACCOUNT}; not needed where there is one")
    push.set_defaults(run=_later("accounts", "push"))
    for command in (add, there, remove, push):
        _add_debug(command)
        _add_json(command)
    sync = made["sync"]
    sync.add_argument("--account", metavar="NAME", default="", help=f"only this one: {_ACCOUNT}")
    sync.add_argument(
        "--dir",
        metavar="DIR",
        default="",
        help="share this folder with your other machines (Syncthing, a network drive, git), from now on; - shares none",
    )
    sync.set_defaults(run=_later("accounts", "sync"))
    _add_json(sync)


def _add_filters(parser: argparse.ArgumentParser, *, with_search: bool) -> None:
    parser.add_argument("--feed", metavar="FEED", help=f"only this feed: {_FEED}")
    parser.add_argument("--folder", metavar="NAME", help="only feeds in this folder")
    parser.add_argument("--category", metavar="NAME", action="append", default=[], help=f"only this category; {_AGAIN}")
    parser.add_argument("--author", metavar="NAME", action="append", default=[], help=f"only this author; {_AGAIN}")
    parser.add_argument("--tag", metavar="NAME", action="append", default=[], help=f"only this tag; {_AGAIN}")
    parser.add_argument("--saved", metavar="NAME", help="only what this saved search finds")
    parser.add_argument("-u", "--unread", action="store_true", help="only unread articles")
    parser.add_argument("-s", "--starred", action="store_true", help="only starred articles")
    if with_search:
        parser.add_argument("--search", metavar="QUERY", dest="query", default="", help=_QUERY)
    parser.add_argument("--since", metavar="DATE", type=since, help=f"no older than this: {UNDERSTOOD}")
    parser.add_argument(
        "--until", metavar="DATE", type=until, help="no newer than this; a day, month or year counts to its end"
    )
    parser.add_argument(
        "-n",
        "--limit",
        metavar="N",
        type=_limit,
        help="show at most N; 0: all, which is usual where they do not go to a terminal",
    )
    parser.add_argument("--order", choices=get_args(Order), help="the default is newest; for a search, best first")


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="JSON Lines on stdout")


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
        raise argparse.ArgumentTypeError(
            f"{shown_address(text)[:100]!r} is not an article number; tuireader list shows them"
        )
    return int(text)


def _end(text: str) -> datetime:
    """The beginning of the date at which a rule ends; raises ArgumentTypeError if it is not in the future."""
    now = datetime.now(UTC)
    first = _moment(text, now)[0]
    if first <= now:
        raise argparse.ArgumentTypeError(f"{text[:100]!r} is in the past; give a future date, such as 2026-12-01")
    return first


def _rule_id(text: str) -> int:
    if not text.isdecimal() or len(text) > 15:
        raise argparse.ArgumentTypeError(f"{text[:100]!r} is not the number of a rule; tuireader rules lists them")
    return int(text)


def _limit(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text[:100]!r} is not a number of articles; 0 means all")
    return int(text[:18])


def _amount(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text[:100]!r} is not a number; 0 means no limit")
    return int(text[:9])


def _width(text: str) -> int:
    if not text.isdecimal() or not 10 <= int(text[:18]) <= 1000:
        raise argparse.ArgumentTypeError(f"{text[:100]!r} is not a width; it must be 10 to 1000")
    return int(text)

"""The commands list, search, show, mark; and their filters."""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from tuireader.cli import DONE, FAILED, USAGE, run
from tuireader.cli.output import NO_FEEDS, article_row, configuration, put, put_json, say, table
from tuireader.content.document import linear
from tuireader.content.layout import layout, paragraph
from tuireader.errors import NotFoundError
from tuireader.library.reading import open_article, user_edits
from tuireader.library.refreshing import upkeep
from tuireader.model.article import Headline
from tuireader.model.query import Query
from tuireader.store import articles as store_articles
from tuireader.store import feeds as store_feeds
from tuireader.store import folders as store_folders
from tuireader.store import labels, ui_state
from tuireader.store.labels import Kind
from tuireader.store.queries import article_lists, search
from tuireader.store.queries.query_language import check_length, quoted, understand
from tuireader.text import bidi
from tuireader.text.printable import printable, printable_block
from tuireader.text.sentences import nearest_name
from tuireader.text.wrap import cells, fitting_end
from tuireader.urls.hosts import host_of

_NAMED: tuple[Kind, ...] = ("category", "author", "tag")
"""Kinds of labels that have a filter, which can be given several times."""


def _check_names(connection: sqlite3.Connection, arguments: argparse.Namespace) -> None:
    """Raise NotFoundError for an unknown category, author or tag, with a suggestion."""
    for kind in _NAMED:
        for name in getattr(arguments, kind):
            if labels.find(connection, kind, name) is None:
                near = nearest_name(name, labels.every(connection, kind))
                raise NotFoundError(f"No {kind} named “{name}”." + (f" Did you mean “{near}”?" if near else ""))


def query_of(connection: sqlite3.Connection, arguments: argparse.Namespace) -> Query:
    """The query of the filter options; raises NotFoundError for unknown names, QueryError."""
    _check_names(connection, arguments)
    # A query has articles under any of its names; here each that is given again must hold as well.
    again = [f"{kind}={quoted(name)}" for kind in _NAMED for name in getattr(arguments, kind)[1:]]
    text = " ".join([*_saved(connection, arguments), *again, arguments.query, ""])  # with the last word complete
    text = text if text.strip() else ""
    check_length(text)
    return Query(
        feeds=(store_feeds.find(connection, arguments.feed).id,) if arguments.feed else (),
        folders=(store_folders.find(connection, arguments.folder).id,) if arguments.folder else (),
        categories=tuple(arguments.category[:1]),
        authors=tuple(arguments.author[:1]),
        tags=tuple(arguments.tag[:1]),
        unread=arguments.unread,
        starred=arguments.starred,
        text=text,
        since=arguments.since,
        until=arguments.until,
        order=arguments.order or arguments.first,
    )


def _saved(connection: sqlite3.Connection, arguments: argparse.Namespace) -> list[str]:
    return [ui_state.find_search(connection, arguments.saved).query] if arguments.saved else []


PAGE = 500
"""Headlines read at a time, so that output starts at once and memory stays small."""


def list_articles(arguments: argparse.Namespace) -> int:
    """Print the headlines that match the filters."""
    if not arguments.query.strip() and "best" in (arguments.first, arguments.order):
        is_search = arguments.first == "best"
        say("Empty query. To list all articles: tuireader list" if is_search else "--order best needs --search.")
        return USAGE
    with run.opened_cache() as connection:
        query = replace(query_of(connection, arguments), apart=not configuration().one_story)
        for mistake in understand(query.text).mistakes:
            say(mistake)
        is_whole = not query.text.strip() or _is_indexed(connection)
        if arguments.count:
            counted = replace(query, without_quiet=query.unread and query.is_wide)
            put(printable(str(article_lists.count(connection, counted))))
            return DONE
        limit = _limit(arguments)
        headlines = _headlines(connection, query, limit)
        if arguments.json:
            _put_rows(connection, headlines)
            return DONE
        shown = 0
        while page := list(islice(headlines, PAGE)):
            shown += len(page)
            for line in table([_cells(headline) for headline in page], right=frozenset({0})):
                put(_fitted(line))
        if arguments.limit is None and shown == limit and article_lists.ids(connection, query, shown, 1):
            say(f"Showing the first {shown}. For all: --limit 0")
        if not shown:
            said = "No articles match." if is_whole else "No indexed articles match."
            say(said if store_feeds.has_any(connection) else NO_FEEDS)
    return DONE


def _put_rows(connection: sqlite3.Connection, headlines: Iterator[Headline]) -> None:
    while page := list(islice(headlines, PAGE)):
        tags = labels.tags_of(connection, [headline.id for headline in page])
        for id_ in (headline.id for headline in page):
            status = replace(store_articles.status(connection, id_), tags=tuple(tags.get(id_, ())))
            put_json(article_row(store_articles.get(connection, id_), status))


def _is_indexed(connection: sqlite3.Connection) -> bool:
    """Index pending articles for some seconds; returns whether all are indexed, else reports how many are not."""
    if not search.waiting(connection):
        return True

    if waiting := upkeep.index_for(connection, upkeep.BEFORE_SEARCH):
        some = "1 article" if waiting == 1 else f"{waiting:,} articles"
        say(f"Results are incomplete: {some} not indexed yet.")
    return not waiting


def _limit(arguments: argparse.Namespace) -> int | None:
    """The number of headlines to print: as given, else a screenful on a terminal; None for all."""
    if arguments.limit is not None or arguments.json or not sys.stdout.isatty():
        return arguments.limit or None
    return max(10, shutil.get_terminal_size().lines - 2)


def _headlines(connection: sqlite3.Connection, query: Query, limit: int | None) -> Iterator[Headline]:
    if query.text.strip():
        # What is found has to be looked for as a whole, to be put in order: once, not for each page of it.
        found = article_lists.ids(connection, query, 0, -1 if limit is None else limit)
        for start in range(0, len(found), PAGE):
            yield from article_lists.headlines(connection, found[start : start + PAGE])
        return
    offset = 0
    while limit is None or offset < limit:
        most = PAGE if limit is None else min(PAGE, limit - offset)
        rows = article_lists.window(connection, query, offset, most)
        if not rows:
            break
        yield from rows
        offset += len(rows)


def _cells(headline: Headline) -> list[str]:
    marks = ("*" if headline.starred else " ") + (" " if headline.read else "N")
    who = ", ".join(headline.authors)
    text = " · ".join(printable(part) for part in (headline.title, who, headline.feed_title) if part)
    return [str(headline.id), headline.date.astimezone().strftime("%Y-%m-%d"), marks, text]


def _fitted(line: str) -> str:
    """Cut a line to the terminal's width; elsewhere return it whole."""
    if not sys.stdout.isatty():
        return line

    room = shutil.get_terminal_size().columns
    return line if cells(line) <= room else line[: fitting_end(line, 0, room - 1)] + "…"


def show(arguments: argparse.Namespace) -> int:
    """Print one article as text, speech, Markdown, HTML or JSON."""
    with run.opened_cache() as connection:
        if arguments.format == "markdown":
            put(open_article.markdown_of(connection, arguments.id))
        elif arguments.format == "html":
            put(open_article.html_of(connection, arguments.id))
        else:
            opened = open_article.open_article(connection, arguments.id)
            if arguments.format == "json":
                row = article_row(opened.article, opened.status)
                row["markdown"] = opened.markdown
                row["html"] = opened.html
                links = [link for link in opened.document.links if not link.is_picture]
                row["links"] = [{"text": link.text, "url": link.url} for link in links]
                row["images"] = [{"alt": image.alt, "url": image.url} for image in opened.document.images]
                put_json(row)
            elif arguments.format == "speech":
                _show_speech(opened)
            else:
                _show_text(connection, opened, arguments.width)
    return DONE


def _show_text(connection: sqlite3.Connection, opened: open_article.OpenArticle, width: int | None) -> None:
    """Print the page: with colours on a terminal, elsewhere in logical order without escapes."""
    chosen = configuration()
    terminal = sys.stdout.isatty()
    coloured = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    reorder = terminal and (
        chosen.bidi == "reorder" or (chosen.bidi == "auto" and not bidi.terminal_reorders(os.environ))
    )
    room = width or max(10, min(chosen.measure, shutil.get_terminal_size().columns))
    if room < layout.HYPHENATED_BELOW and chosen.hyphenate and not opened.document.lang:
        open_article.learn_language(connection, opened.article.feed_id)
        opened = open_article.open_article(connection, opened.article.id)
    head = paragraph.lay_out_head(opened.article, room)
    printed = paragraph.to_ansi if coloured else paragraph.to_plain
    for line in head:
        put(printed(line, reorder=reorder))
    put()
    for line in filter(paragraph.is_printed, layout.lay_out(opened.document, room, hyphenate=chosen.hyphenate)):
        put(printed(line, reorder=reorder))


def _show_speech(opened: open_article.OpenArticle) -> None:
    """Print the article for a voice: a paragraph a line, and the numbered links at the end."""
    article = opened.article
    filed = ", ".join(map(printable, article.categories))
    lines = [article.feed_title, f"Heading 1: {article.title or 'Untitled'}", ". ".join(paragraph.byline(article))]
    for line in filter(None, (*lines, f"Categories: {filed}" if filed else "")):
        put(f"{printable(line).rstrip('.')}.")
    put()
    for block in linear.to_linear(opened.document).document.blocks:
        if block.gap:
            put()
        put(printable_block(linear.spoken(block)))
    links = linear.numbered_links(opened.document)
    if links:
        put("\nLinks:")
    for number, link in enumerate(links, 1):
        put(printable(f"Link {number}: {'picture, ' * link.is_picture}{link.text}, at {host_of(link.url) or link.url}"))


def mark(arguments: argparse.Namespace) -> int:
    """Mark articles; unknown ids are reported, and the others are marked."""
    given = [name for name in (*arguments.tag, *arguments.untag) if name.strip()]
    if arguments.read is None and arguments.starred is None and not given:
        say("Nothing to do: add --read, --unread, --star, --unstar, --tag NAME or --untag NAME.")
        return USAGE
    status = DONE
    with run.opened_cache() as connection:
        there = []
        for article_id in arguments.ids:
            try:
                there.append(store_articles.get(connection, article_id).id)
            except NotFoundError as error:
                say(str(error))
                status = FAILED
        user_edits.mark(connection, there, read=arguments.read, starred=arguments.starred)
        user_edits.untag(connection, there, arguments.untag)
        user_edits.tag(connection, there, arguments.tag)
    return status

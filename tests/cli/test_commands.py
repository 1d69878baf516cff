"""The command line's contract, run as a shell runs it, against real sites on loopback."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import Run
from conftest import Reply, ScriptedSite
from support.app_factory import Piece, shelve
from support.pty_terminal import Terminal
from support.rss import Item, rss
from support.wordpress import BORDER, TRADE, Post, publish
from tuireader import paths
from tuireader.cli import main
from tuireader.store.connection import connect

ARTICLE_KEYS = {
    "id", "feed", "feed_url", "title", "link", "authors", "categories", "tags", "published", "updated",
    "read", "starred", "words", "minutes", "offline",
}  # fmt: skip


@pytest.fixture
def review(site: ScriptedSite) -> ScriptedSite:
    publish(site, BORDER, TRADE)
    return site


def test_a_feed_without_articles_is_new_when_it_is_added(run: Run, site: ScriptedSite) -> None:
    site.pages["/feed"] = Reply(rss(title="Quiet"), content_type="text/xml")
    assert run("add", f"{site.url}/feed").out == "Quiet: no articles yet\n"
    assert run("add", f"{site.url}/feed").out == "Quiet: already subscribed, no new articles\n"


def test_add_finds_the_feed_of_a_site_and_list_gives_its_articles(run: Run, review: ScriptedSite) -> None:
    added = run("add", "--json", review.url)
    assert (added.status, added.err) == (0, "")
    (row,) = added.rows
    assert row.items() >= {"feed": "The Example Review", "status": "updated", "new": 2, "error": None}.items()
    rows = run("list", "--json").rows
    assert [row["title"] for row in rows] == [BORDER.title, TRADE.title]
    assert all(set(row) == ARTICLE_KEYS for row in rows)
    assert rows[0]["published"] == "2017-06-30T12:00:00Z"
    assert rows[1]["categories"] == ["Science & Tech", "Europe"]


def test_filters_combine(run: Run, review: ScriptedSite) -> None:
    run("add", review.url)
    by_both = run("list", "--json", "--category", "China/Russia", "--author", "A. Author").rows
    assert [row["title"] for row in by_both] == [BORDER.title]
    assert run("list", "--json", "--category", "China/Russia", "--author", "B. Writer").rows == []
    two = run("list", "--json", "--category", "science & tech", "--category", "Europe").rows
    assert [row["title"] for row in two] == [TRADE.title]
    assert [row["title"] for row in run("list", "--json", "--order", "oldest", "--limit", "1").rows] == [TRADE.title]
    assert [row["title"] for row in run("list", "--json", "--since", "2017-06-30").rows] == [BORDER.title]
    assert [row["title"] for row in run("list", "--json", "--feed", "example rev", "--search", "rivals").rows] == [
        BORDER.title
    ]


def test_a_story_is_listed_once_or_as_often_as_it_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [first + last for first in ("har", "bo", "sea", "ti", "lo") for last in ("ne", "mar", "ket", "der", "ly")]
    html = f"<p>{' '.join(words)}</p>"
    for feed in ("Notes", "Mirror"):
        shelve(paths.cache_path(), feed, [Piece("A story", html=html)])
    assert main(["list"]) == 0
    assert capsys.readouterr().out.count("A story") == 1
    paths.config_path().parent.mkdir(parents=True, exist_ok=True)
    paths.config_path().write_text("one_story = false\n", "utf-8")
    assert main(["list"]) == 0
    assert capsys.readouterr().out.count("A story") == 2


def test_a_search_says_what_it_has_not_seen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shelve(paths.cache_path(), "Notes", [Piece(f"Note {number}") for number in range(3)])
    with closing(connect(paths.cache_path())) as c:
        c.execute("DELETE FROM search WHERE rowid IN (SELECT id FROM article)")
        c.execute("INSERT INTO unindexed SELECT id FROM article")
    monkeypatch.setattr("tuireader.library.refreshing.upkeep.BEFORE_SEARCH", 0.0)
    monkeypatch.setattr("tuireader.library.refreshing.upkeep._BATCH_SIZE", 1)
    assert main(["search", "nowhere"]) == 0
    assert capsys.readouterr().err == (
        "tuireader: Results are incomplete: 2 articles not indexed yet.\ntuireader: No indexed articles match.\n"
    )


@pytest.mark.parametrize(
    ("filters", "says"),
    [
        (("--author", "auth"), "No author named “auth”. Did you mean “A. Author”?"),
        (("--author", "B. Wirter"), "No author named “B. Wirter”. Did you mean “B. Writer”?"),
        (("--category", "russia"), "No category named “russia”. Did you mean “China/Russia”?"),
        (("--category", "xyz"), "No category named “xyz”."),
        (("--category", "Europe", "--author", "A. Author"), "No articles match."),
    ],
)
def test_a_name_that_is_not_there_leads_to_one_that_is(
    run: Run, review: ScriptedSite, filters: tuple[str, ...], says: str
) -> None:
    run("add", review.url)
    listed = run("list", *filters)
    assert (listed.status, listed.out, listed.err) == (int(says != "No articles match."), "", f"tuireader: {says}\n")


def test_a_file_that_is_given_for_an_address_leads_to_import(run: Run, tmp_path: Path) -> None:
    listed = tmp_path / "feeds.opml"
    listed.write_text("<opml/>", "utf-8")
    added = run("add", str(listed))
    assert added.status == 1
    assert added.err.endswith(f"feeds.opml is a file. To import its feeds: tuireader import {listed}.\n")


def test_without_feeds_there_is_nothing_to_refresh(run: Run) -> None:
    assert run("refresh").err == "tuireader: No feeds. Add one with: tuireader add ADDRESS.\n"


def test_why_the_only_feed_failed_is_said_once(run: Run, review: ScriptedSite) -> None:
    run("add", review.url)
    review.pages.clear()
    assert len(run("refresh", "--force").err.splitlines()) == 1


def test_a_refresh_of_what_is_there_and_what_is_not_does_what_it_can(run: Run, review: ScriptedSite) -> None:
    run("add", review.url)
    done = run("refresh", "--force", "1", "nowhere")
    assert done.status == 1
    assert "“nowhere”" in done.err.splitlines()[0]
    assert any(line.endswith("in The Example Review.") for line in done.err.splitlines())


def test_what_cannot_be_kept_is_not_asked_for(
    run: Run, review: ScriptedSite, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run("add", review.url)
    asked = len(review.requests)
    monkeypatch.setattr("os.access", lambda *_, **__: False)
    assert main(["refresh", "--force"]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == "tuireader: Not refreshed: the database is read-only."
    assert len(review.requests) == asked


def test_a_refresh_says_how_many_feeds_failed(run: Run, review: ScriptedSite) -> None:
    other = rss(Item("entry", html="<p>Another.</p>"))
    review.pages["/other"] = Reply(other, content_type="application/rss+xml")
    run("add", review.url, f"{review.url}/other")
    del review.pages["/other"]
    assert "tuireader: No new articles in 1 feed; 1 failed." in run("refresh", "--force").err.splitlines()
    review.pages.clear()
    assert run("refresh", "--force").err.splitlines()[-1] == "tuireader: Both feeds failed. Check your connection."


@pytest.mark.thorough
def test_a_timer_is_told_only_what_failed(run: Run, review: ScriptedSite) -> None:
    nothing = run("refresh", "--quiet")
    assert (nothing.status, nothing.out, nothing.err) == (0, "", "")
    run("add", review.url)
    review.pages["/feed/"] = Reply(rss(Item("new", html="<p>New.</p>")), content_type="application/rss+xml")
    brought = run("refresh", "--quiet", "--force")
    assert (brought.status, brought.out, brought.err) == (0, "", "")
    assert "new" in run("list").out
    review.pages.clear()
    failed = run("refresh", "--quiet", "--force")
    assert (failed.status, failed.out, len(failed.err.splitlines())) == (1, "", 1)


def test_what_matches_is_counted_as_in_the_reader(run: Run, review: ScriptedSite) -> None:
    run("add", review.url)
    every = len(run("list", "--json").rows)
    assert every > 1
    assert run("list", "-u", "--count").out == f"{every}\n"
    run("mark", str(run("list", "--json").rows[0]["id"]), "--read")
    assert run("list", "-u", "--count").out == f"{every - 1}\n"
    assert run("list", "--count").out == f"{every}\n"
    assert run("search", "nowhere", "--count").out == "0\n"
    run("feed", review.url, "--set", "quiet=yes")
    assert run("list", "-u", "--count").out == "0\n"


def test_a_limit_is_a_number(run: Run) -> None:
    assert "'none' must be a number, 0 or more (0: all)" in run("list", "-n", "none").err


def test_an_article_can_be_marked_read_and_starred_at_once(run: Run, review: ScriptedSite) -> None:
    run("add", review.url)
    number = str(run("list", "--json").rows[0]["id"])
    assert run("mark", number, "--read", "--star").status == 0
    (row,) = run("list", "--json", "--starred").rows
    assert (str(row["id"]), row["read"]) == (number, True)
    how = run("mark", number)
    assert (how.status, how.err) == (
        2,
        "tuireader: Nothing to do: add --read, --unread, --star, --unstar, --tag NAME or --untag NAME.\n",
    )


def test_show_gives_the_article_and_nothing_that_is_not_the_article(run: Run, review: ScriptedSite) -> None:
    run("add", review.url)
    (row,) = run("list", "--json", "--category", "China/Russia").rows
    shown = run("show", str(row["id"]), "--width", "200")
    assert shown.status == 0
    assert "Although “historic rivals”, the two countries aren’t what they were – or are they?" in shown.out
    assert "The second paragraph says more, and says it plainly." in shown.out
    for junk in ("Leave a Reply", "Akismet", "appeared first on", "\x1b"):
        assert junk not in shown.out


def test_show_in_every_format(run: Run, review: ScriptedSite) -> None:
    run("add", review.url)
    number = str(run("list", "--json").rows[0]["id"])
    narrow = run("show", number, "--width", "30").out
    assert max(map(len, narrow.splitlines())) <= 30
    markdown = run("show", number, "--format", "markdown").out
    assert markdown.startswith("# China and Russia")
    assert markdown.splitlines()[2].startswith("By A. Author · 30 June 2017 · ")
    assert markdown.splitlines()[4].startswith(f"[{review.url}/2017/")
    assert "“historic rivals”" in markdown
    html = run("show", number, "--format", "html").out
    assert html.startswith("<h1>China and Russia")
    assert html.count("<p>") == 4
    speech = run("show", number, "--format", "speech").out.splitlines()
    assert speech[1:3] == [
        "Heading 1: China and Russia: A Worrying Relationship.",
        "By A. Author. 30 June 2017. 1 min.",
    ]
    assert speech[3].startswith("Categories")
    assert not re.search("[\u2500-\u259f]", "".join(speech))
    whole = json.loads(run("show", number, "--format", "json").out)
    assert set(whole) == ARTICLE_KEYS | {"markdown", "html", "links", "images"}


def test_adding_twice_gives_one_feed_and_asks_conditionally(run: Run, review: ScriptedSite) -> None:
    run("add", review.url)
    review.requests.clear()
    again = run("add", "--json", review.url)
    assert again.status == 0
    assert len(run("feeds", "--json").rows) == 1
    assert len(run("list", "--json").rows) == 2
    run("refresh", "--force")
    asked = [request for request in review.requests if request.path == "/feed/"]
    assert asked
    assert all("if-none-match" in request.headers for request in asked)


def test_refresh_reports_in_json_and_keeps_what_left_the_feed(run: Run, review: ScriptedSite) -> None:
    run("add", review.url)
    news = Post("Third", "<p>Third words.</p>", "third", date="Sat, 01 Jul 2017 12:00:00 +0000")
    publish(review, news, BORDER)
    assert run("refresh", "--json").rows[0]["status"] == "not-due"
    (event,) = run("refresh", "--force", "--json").rows
    assert event == {
        "feed": "The Example Review",
        "feed_url": f"{review.url}/feed/",
        "status": "updated",
        "new": 1,
        "changed": 0,
        "error": None,
    }
    assert [row["title"] for row in run("list", "--json").rows] == ["Third", BORDER.title, TRADE.title]


def test_mark(run: Run, review: ScriptedSite) -> None:
    run("add", review.url)
    first, second = (row["id"] for row in run("list", "--json").rows)
    assert run("mark", str(first), "--read").status == 0
    assert run("mark", str(second), "--star").status == 0
    assert [row["id"] for row in run("list", "--json", "--unread").rows] == [second]
    assert [row["id"] for row in run("list", "--json", "--starred").rows] == [second]
    wrong = run("mark", "999", str(first), "--unread")
    assert wrong.status == 1
    assert "999" in wrong.err
    assert len(run("list", "--json", "--unread").rows) == 2


def test_remove_asks_first(run: Run, review: ScriptedSite) -> None:
    run("add", review.url)
    assert "starred" not in run("remove", "example").err
    run("mark", str(run("list", "--json").rows[0]["id"]), "--star")
    refused = run("remove", "example")
    assert refused.status == 2
    assert "1 starred article will be lost. To remove" in refused.err
    assert "add --yes" in refused.err
    assert len(run("feeds", "--json").rows) == 1
    assert run("remove", "example", "--yes").status == 0
    assert run("feeds", "--json").rows == []
    assert run("list", "--json").rows == []


def test_reading_goes_on_when_the_site_is_gone(run: Run, review: ScriptedSite) -> None:
    run("add", review.url)
    review.stop()
    failed = run("refresh", "--force", "--json")
    assert failed.status == 1
    assert failed.rows[0]["status"] == "failed"
    assert len(failed.err.splitlines()) == 1
    assert [row["title"] for row in run("list", "--json").rows] == [BORDER.title, TRADE.title]
    assert run("feeds", "--json").rows[0]["error"]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (None, "404"),
        (Reply("<html><body>Only words</body></html>"), "No feed found"),
        (Reply(""), "No feed found"),
        (Reply('{"error": "busy"}', content_type="application/json"), "No feed found"),
        (Reply("oops", 500), "500"),
    ],
)
def test_what_is_no_feed_is_said_in_one_sentence(run: Run, site: ScriptedSite, page: Any, words: str) -> None:
    if page is not None:
        site.pages["/"] = page
    done = run("add", site.url)
    assert done.status == 1
    assert done.out == ""
    assert len(done.err.splitlines()) == 1
    assert words in done.err
    assert run("feeds", "--json").rows == []


def test_a_dead_host_and_a_bad_address_do_not_stop_the_others(
    run: Run, review: ScriptedSite, site: ScriptedSite
) -> None:
    done = run("add", "http://127.0.0.1:9/", "not an address", review.url)
    assert done.status == 1
    assert len(done.err.splitlines()) == 2
    assert len(run("feeds", "--json").rows) == 1


def test_an_article_address_subscribes_to_its_site_and_names_the_article(run: Run, review: ScriptedSite) -> None:
    (row,) = run("add", "--json", f"{review.url}/2017/06/{TRADE.slug}/").rows
    (listed,) = [item for item in run("list", "--json").rows if item["title"] == TRADE.title]
    assert row["article"] == listed["id"]


def test_wrong_usage_is_status_two_without_a_traceback(run: Run) -> None:
    for words in (
        ["list", "--since", "whenever"], ["show", "x"], ["mark", "1"], ["list", "--limit", "-3"], [], ["demo"],
    ):  # fmt: skip
        done = run(*words)
        assert done.status == 2, words
        assert done.out == ""


def test_unknown_article_and_feed(run: Run) -> None:
    for words in (["show", "7"], ["remove", "nothing", "--yes"], ["list", "--feed", "nothing"], ["refresh", "nope"]):
        done = run(*words)
        assert done.status == 1, words
        assert len(done.err.splitlines()) == 1


PARSERS = {"textual", "feedparser", "trafilatura", "html2text", "lxml", "dateparser", "pyphen"}


@pytest.mark.parametrize(
    ("command", "heavy"),
    [
        (["list", "--json"], PARSERS | {"rich", "asyncio", "python_socks", "nh3"}),
        (["refresh", "--force", "--quiet"], PARSERS | {"rich", "python_socks"}),
        (["feeds", "--json"], PARSERS | {"rich", "python_socks"}),
    ],
)
def test_a_command_loads_no_library_that_it_does_not_use(
    run: Run, review: ScriptedSite, command: list[str], heavy: set[str]
) -> None:
    run("add", review.url)
    code = (
        f"import sys; from tuireader.cli import main; status = main({command});"
        f"print(sorted({heavy} & set(sys.modules)), file=sys.stderr); sys.exit(status)"
    )
    done = run(python=("-c", code))
    assert (done.status, done.err) == (0, "[]\n")


def test_a_reader_that_closes_the_pipe_is_no_error(run: Run, review: ScriptedSite) -> None:
    publish(review, *(Post(f"Post {n} " + "x" * 300, "<p>Words.</p>", f"s{n}" * 9) for n in range(400)))
    run("add", review.url)
    done = subprocess.run(
        f"'{sys.executable}' -m tuireader list --json | head -1; echo ${{PIPESTATUS[0]}}",
        shell=True, executable="/bin/bash", capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "0"
    assert done.stderr == ""


def test_path_follows_the_platform(run: Run) -> None:
    out = run("path").out
    assert os.environ["XDG_CONFIG_HOME"] in out
    assert os.environ["XDG_DATA_HOME"] in out
    assert os.environ["XDG_STATE_HOME"] in out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[keymap]\nstra = "s"', "“stra”"),
        ('theme = "drakula"', "“drakula”"),
        ("measure = 5", "“measure”"),
        ("measure = = 5", "TOML"),
    ],
)
def test_the_reader_starts_with_the_default_of_what_the_configuration_cannot_mean(text: str, said: str) -> None:
    file = paths.config_path()
    file.parent.mkdir(parents=True)
    file.write_text(text, "utf-8")
    with Terminal(columns=160) as terminal:
        terminal.until(said)
        terminal.until("Site or feed address")
        terminal.press("\x11")  # ctrl+q
        assert terminal.wait() == 0


def test_hostile_text_never_reaches_the_output(run: Run, site: ScriptedSite) -> None:
    evil = Post(
        "T\x9b31m&#27;[31m\u202e&amp;#27;]52;c;x", "<p>\x9d52;&#27;[2J words \u202e</p>", "evil", author="E\x9bvil"
    )
    publish(site, evil)
    run("add", site.url)
    number = str(run("list", "--json").rows[0]["id"])
    for words in (["list"], ["list", "--json"], ["show", number], ["show", number, "--format", "json"],
                  ["show", number, "--format", "markdown"], ["show", number, "--format", "html"],
                  ["feeds"], ["search", "words"]):  # fmt: skip
        done = run(*words)
        assert not set(done.out + done.err) & {"\x1b", "\x9b", "\x9d", "\u202e"}, words


def test_debug_writes_the_log(run: Run, tmp_path: Path) -> None:
    run("list", "--debug")
    assert list((tmp_path / "xdg-state").rglob("*.log"))


def test_path_tells_where_the_log_really_is(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "elsewhere" / "a.log"
    monkeypatch.setenv("TUIREADER_LOG", str(log))
    assert str(log) in run("path").out
    assert log.exists()


def test_search_is_best_first_and_list_newest_first(run: Run, site: ScriptedSite) -> None:
    often = Post("Tides", "<p>harbour harbour harbour</p>", "tides", date="Thu, 01 Jun 2017 12:00:00 +0000")
    once = Post("News", "<p>A long text that names the harbour once, and then goes on about much else.</p>", "news")
    publish(site, once, often)
    run("add", site.url)
    assert [row["title"] for row in run("search", "harbour", "--json").rows] == ["Tides", "News"]
    assert [row["title"] for row in run("list", "--search", "harbour", "--json").rows] == ["News", "Tides"]
    for odd in ("don't", "c++", '"', "AND", "*", "NEAR(", "foo-bar"):
        assert run("search", odd).status == 0, odd
    assert "Empty query. To list all articles: tuireader list" in run("search", " ").err
    assert "--order best needs --search" in run("list", "--order", "best").err


def test_a_damaged_cache_is_said_and_moved_aside(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "xdg-data" / "tuireader" / "tuireader.db"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"garbage" * 1000)
    done = run("feeds")
    assert done.status == 0
    assert "damaged" in done.err
    assert [kept.read_bytes() for kept in path.parent.glob("*.damaged-*")] == [b"garbage" * 1000]


def config_file(run: Run) -> Path:
    """Where `tuireader path` says that the configuration is."""
    return Path(next(line.split()[1] for line in run("path").out.splitlines() if line.startswith("config")))


def test_the_configuration_is_written_once_checked_and_printed(run: Run) -> None:
    assert run("config", "--check").err.endswith("all settings have their defaults.\n")
    written = run("config", "--init")
    assert (written.status, "Created" in written.err) == (0, True)
    path = config_file(run)
    assert '#theme = "tuireader-dark"' in path.read_text("utf-8")
    assert run("config", "--check").err == f"tuireader: {path}: no errors.\n"
    path.write_text('measure = 66\n[keymap]\nstar = "s"\nsort = "ctrl+s"\n', "utf-8")
    again = run("config", "--init")
    assert (again.status, "not changed" in again.err) == (1, True)
    assert path.read_text("utf-8").startswith("measure = 66")
    printed = run("config", "--print")
    assert (printed.status, printed.err) == (0, "")
    assert {"measure = 66", "dense = false", 'star = "s"'} <= set(printed.out.splitlines())


def test_a_mistake_in_the_configuration_is_named_with_its_file(run: Run) -> None:
    path = config_file(run)
    path.parent.mkdir(parents=True, exist_ok=True)
    for text, says in (
        ("mesure = 1", "Did you mean “measure”?"),
        ('theme = "norf"', "unknown theme “norf”. Did you mean “nord”?"),
        ('[keymap]\nstra = "s"', "unknown command “stra”. Did you mean “star”?"),
        ('[keymap]\nstar = "s"', "“s” is assigned to both “star” and “sort”"),
    ):
        path.write_text(text, "utf-8")
        for how in ("--check", "--print"):
            done = run("config", how)
            assert (done.status, done.out) == (1, "")
            assert str(path) in done.err
            assert says in done.err


def test_every_mistake_of_the_configuration_is_named_at_once(run: Run) -> None:
    path = config_file(run)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        'mesure = 1\nmeasure = 5\ntheme = "norf"\n[keymap]\nstra = "s"\nhelp = "nokey"\nstar = "s"', "utf-8"
    )
    said = run("config", "--check").err.splitlines()
    for line, says in zip(
        said,
        ("“mesure”", "“measure”", "“norf”", "“stra”", "“nokey” is not a key", "both “star” and “sort”"),
        strict=True,
    ):
        assert says in line
        assert str(path) in line


def test_commands_name_a_mistake_in_the_configuration_and_go_on(run: Run) -> None:
    path = config_file(run)
    path.parent.mkdir(parents=True, exist_ok=True)
    for text in ("measure = 500", "measure = "):
        path.write_text(text, "utf-8")
        for command in (("list",), ("refresh", "--quiet"), ("prune", "--yes")):
            done = run(*command)
            assert done.status == 0
            assert done.err.startswith(f"tuireader: {path}")


def test_a_mistake_names_the_help_of_its_command(run: Run) -> None:
    for words, command in ((("export", "backup.jsonl"), "export"), (("rules", "add", "x"), "rules")):
        done = run(*words)
        assert done.status == 2
        assert (
            done.err
            == f"tuireader {command}: unrecognized arguments: {' '.join(words[1:])}. See tuireader {command} --help.\n"
        )


def test_config_wants_to_know_what(run: Run) -> None:
    assert run("config").status == 2
    assert json.loads(run("config", "--schema").out)["title"] == "tuireader configuration"


def test_add_page_keeps_a_page_without_its_site(run: Run, site: ScriptedSite) -> None:
    words = "".join(f"<p>Rope {n} is long, and so is what there is to say about it on this page.</p>" for n in range(9))
    head = "<html><head><title>On Ropes</title></head>"
    site.pages["/ropes"] = Reply(f"{head}<body><article><h1>On Ropes</h1>{words}</article></body></html>")
    kept = run("add", "--page", "--json", f"{site.url}/ropes", f"{site.url}/nothing")
    assert kept.status == 1
    assert "/nothing: " in kept.err
    (row,) = kept.rows
    assert (row["feed"], row["feed_url"], row["status"], row["new"]) == ("Saved pages", "tuireader:pages", "updated", 1)
    assert "Rope 8 is long" in run("show", str(row["article"])).out
    assert run("add", "--page", f"{site.url}/ropes").out == "On Ropes: already saved\n"
    assert "never" in run("feeds").out
    assert run("refresh", "--force", "--json").out == ""


def test_import_follows_a_list_and_fetches_it(run: Run, review: ScriptedSite) -> None:
    feeds = f'<outline text="R" xmlUrl="{review.url}/feed/"/><outline text="X" xmlUrl="x:y"/>'
    outlines = f'<outline text="News">{feeds}</outline>'
    opml = f"<opml version='2.0'><body>{outlines}</body></opml>"
    came = run("import", "--json", "-", stdin=opml)
    assert came.status == 1
    assert [(row["title"], row["folder"], row["status"]) for row in came.rows] == [
        ("R", "News", "added"),
        ("X", "News", "failed"),
    ]
    assert "1 new feed, 1 with an invalid address." in came.err
    assert len(run("list", "--json").rows) > 0
    again = run("import", "-", stdin=opml.replace("x:y", f"{review.url}/feed"))
    assert (again.status, again.out) == (0, "")
    assert "0 new feeds, 2 already subscribed." in again.err
    assert run("import", "nowhere.opml").err == "tuireader: File not found: nowhere.opml.\n"


def test_a_list_of_newsboat_is_imported_with_its_tags_and_titles(run: Run, review: ScriptedSite) -> None:
    urls = (
        f'{review.url}/feed/ "long reads" "~My Review"\n'
        '"query:Unread:unread = \\"yes\\" and tags # \\"long reads\\""\n'
        '"query:Odd:rssurl =~ \\"^a.*z$\\""\n'
        '"exec:~/bin/feed.sh"\n'
    )
    came = run("import", "--json", "-", stdin=urls)
    assert [(row["line"], row["status"], row["folder"]) for row in came.rows] == [
        (1, "added", "long reads"),
        (2, "added", ""),
        (3, "unsupported", ""),
        (4, "unsupported", ""),
    ]
    assert "line 3: query:Odd: unsupported newsboat query" in came.err
    assert "line 4: exec:" in came.err
    assert "1 new feed, 1 saved search." in came.err
    (search,) = run("searches", "--json").rows
    assert (search["name"], search["query"]) == ("Unread", 'is:unread folder="long reads"')
    (feed,) = run("feeds", "--json").rows
    assert (feed["title"], feed["folder"]) == ("My Review", "long reads")
    assert run("import", "-", stdin="nothing here\n").err.startswith("tuireader: No feeds in this file.")


def test_what_is_exported_is_imported_again(run: Run, review: ScriptedSite, tmp_path: Path) -> None:
    assert run("export").err.startswith("tuireader: No feeds.")
    secret = review.url.replace("http://", "http://me:secret@")
    run("add", "--folder", "News/World", f"{secret}/feed/")
    file = tmp_path / "feeds.opml"
    done = run("export", "--output", str(file))
    assert done.status == 0
    assert "Passwords of 1 feed were not exported" in done.err
    assert f"Exported 1 feed to {file}." in done.err
    assert b"secret" not in file.read_bytes()
    written, again = (re.sub("<dateCreated>[^<]*", "", text) for text in (file.read_text("utf-8"), run("export").out))
    assert again == written
    assert run("export", "--folder", "nowhere").status == 1
    assert "does not exist" in run("export", "--output", str(tmp_path / "no" / "where")).err
    (before,) = run("feeds", "--json").rows
    run("remove", "1", "--yes")
    run("import", str(file))
    (after,) = run("feeds", "--json").rows
    assert [after[name] for name in ("title", "url", "folder")] == [before[name] for name in ("title", "url", "folder")]


def test_feeds_stand_in_folders(run: Run, review: ScriptedSite) -> None:
    assert run("add", "--folder", "Ham Radio", review.url).status == 0
    assert run("feeds", "--json").rows[0]["folder"] == "Ham Radio"
    assert "  Ham Radio  " in run("feeds").out
    everything = run("list", "--json").rows
    assert run("list", "--json", "--folder", "ham").rows == everything
    assert run("search", "--json", "folder:radio").rows
    assert run("search", "--json", "--", "-folder:radio").rows == []
    assert run("list", "--folder", "Ham Radoi").err == (
        "tuireader: No folder named “Ham Radoi”. Did you mean “Ham Radio”?\n"
    )


def test_tags_are_given_found_and_taken(run: Run, review: ScriptedSite) -> None:
    run("add", review.url)
    first, *_ = run("list", "--json").rows
    assert run("mark", str(first["id"]), "--tag", "To Read", "--tag", "trains").status == 0
    (row,) = run("list", "--json", "--tag", "to read").rows
    assert (row["id"], row["tags"]) == (first["id"], ["To Read", "trains"])
    assert [row["id"] for row in run("search", "--json", "tag:trains").rows] == [first["id"]]
    assert run("list", "--tag", "trians").err == "tuireader: No tag named “trians”. Did you mean “trains”?\n"
    run("mark", str(first["id"]), "--untag", "TRAINS")
    assert run("list", "--json", "--tag", "trains").rows == []
    assert run("mark", str(first["id"]), "--tag", " ").status == 2


def test_on_a_terminal_a_screenful_is_listed_and_elsewhere_all(run: Run) -> None:
    shelve(paths.cache_path(), "The Example Review", [Piece(f"Piece {number:03}", number) for number in range(700)])
    for words in (["list"], ["search", "piece"]):
        with Terminal(words, rows=24, columns=120) as terminal:
            assert terminal.wait() == 0
        assert terminal.text.count("Piece") == 22
        assert "Showing the first 22. For all: --limit 0" in terminal.text
        with Terminal([*words, "-n", "0"], rows=24, columns=120) as terminal:
            assert terminal.wait() == 0
        assert terminal.raw.count(b"Piece") == 700
        assert run(*words).out.count("Piece") == run(*words, "-n", "0").out.count("Piece") == 700
        assert run(*words, "-n", "3").out.count("Piece") == 3
        assert len(run(*words, "--json").rows) == 700


@pytest.mark.parametrize("words", [("import",), ("sync", "--dir"), ("add",), ("export", "--output")])
@pytest.mark.parametrize("name", ["/tmp/" + "a" * 300, "~nobody-of-this-name/x", "a/" * 3000])
def test_a_path_that_cannot_be_is_said(words: tuple[str, ...], name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, name]) != 0
    said = capsys.readouterr().err
    assert said.startswith("tuireader: ")
    assert "Unexpected" not in said
    assert "Traceback" not in said


def test_a_log_that_is_a_pipe_without_a_reader_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    os.mkfifo(tmp_path / "log")
    monkeypatch.setenv("TUIREADER_LOG", str(tmp_path / "log"))
    assert run("list").status == 0

"""Accounts and the shared folder on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.conftest import Run
from conftest import Reply, ScriptedSite
from support.machines import followed
from support.reader_servers import PASSWORD, USER, Api, FakeMiniflux, FakeReader, with_three_articles
from tuireader import paths
from tuireader.store.row_values import guid_key
from tuireader.sync.shared_folder_map import FolderMap, packed, stamp

COMMAND = f"echo '{PASSWORD}'"


@pytest.fixture
def server() -> Iterator[FakeMiniflux]:
    yield from with_three_articles()


@pytest.fixture
def site_with_feed(site: ScriptedSite) -> str:
    """The address of a feed of this machine's own."""
    item = "<item><title>Own</title><link>https://own.example/1</link><guid>1</guid><description>Words.</description></item>"
    channel = f"<channel><title>Own feed</title><link>https://own.example/</link>{item}</channel>"
    site.pages["/feed"] = Reply(f'<rss version="2.0">{channel}</rss>', content_type="application/rss+xml")
    return f"{site.url}/feed"


def add(run: Run, server: Api, *more: str) -> None:
    done = run("account", "add", server.url, "--user", USER, "--password-command", COMMAND, "--name", "Work", *more)
    assert done.status == 0, done.err


def test_an_account_is_added_and_brings_what_it_has(run: Run, server: FakeMiniflux) -> None:
    done = run("account", "add", server.url, "--user", USER, "--password-command", COMMAND, "--name", "Work", "--json")
    assert done.status == 0
    assert "Added Work (Miniflux)." in done.err
    (row,) = done.rows
    assert row == {
        "account": "Work", "status": "done", "pushed": 0, "new": 3, "read": 0, "unread": 0, "starred": 0,
        "unstarred": 0, "feeds": 1, "waiting": 0, "error": None,
    }  # fmt: skip
    assert [(row["folder"], row["unread"], row["due"]) for row in run("feeds", "--json").rows] == [
        ("News & Co", 3, None)
    ]
    assert "News & Co  Feed 1" in run("feeds").out  # there is no other account that it could be of
    (listed,) = run("account", "list", "--json").rows
    assert listed == {
        "account": "Work", "kind": "miniflux", "url": server.url, "user": USER, "feeds": 1, "waiting": 0
    }  # fmt: skip
    assert "Miniflux at http://127.0.0.1" in run("account", "list").out


def test_a_refresh_says_that_accounts_are_synced(run: Run, server: FakeMiniflux) -> None:
    add(run, server)
    said = run("refresh")
    assert (said.status, said.out) == (0, "")
    assert said.err == "tuireader: All feeds belong to accounts. Use: tuireader sync.\n"


def test_marks_wait_and_are_told(run: Run, server: FakeMiniflux) -> None:
    add(run, server)
    ids = [str(row["id"]) for row in run("list", "--json").rows]
    run("mark", *ids[:2], "--read", "--star")
    assert run("account", "list", "--json").rows[0]["waiting"] == 4
    done = run("sync", "--json")
    assert done.rows[0]["pushed"] == 4
    assert sum(read and starred for read, starred in server.state().values()) == 2
    server.mark(max(server.items), read=False)
    assert "1 change received" in run("sync").err
    assert "no changes" in run("sync", "--account", "work").err


def test_a_server_that_is_away_is_said_and_marks_wait(run: Run, server: FakeMiniflux) -> None:
    add(run, server)
    run("mark", str(run("list", "--json").rows[0]["id"]), "--read")
    server.stop()
    done = run("sync")
    assert done.status == 1
    assert "Work: 127.0.0.1" in done.err
    assert "1 pending change for Work." in done.err
    assert run("sync", "--json").rows[0] | {"error": ""} == {
        "account": "Work", "status": "offline", "pushed": 0, "new": 0, "read": 0, "unread": 0, "starred": 0,
        "unstarred": 0, "feeds": 0, "waiting": 1, "error": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--user", USER, "--password-command", "echo wrong"], "rejected the user name or password"),
        (["--user", USER, "--password-command", "echo no >&2; exit 3"], "Password command failed (no)"),
        (["--user", USER, "--password-command", "true"], "printed nothing"),
        (["--user", USER], "No password: run this in a terminal, or use --password-command"),
        ([], "No user name given: add --user NAME"),
        (["--token-command", "echo wrong"], "rejected this token"),
    ],
)
def test_what_is_wrong_is_said(run: Run, server: FakeMiniflux, options: list[str], said: str) -> None:
    done = run("account", "add", server.url, *options)
    assert done.status in (1, 2)
    assert said in done.err
    assert run("account", "list", "--json").rows == []


@pytest.mark.parametrize("option", [["--password", "s3cret"], ["--password=s3cret"], ["--token", "s3cret"]])
def test_a_password_on_the_command_line_is_refused_and_run_by_nobody(
    run: Run, server: FakeMiniflux, option: list[str]
) -> None:
    done = run("account", "add", server.url, "--user", USER, *option)
    assert done.status == 2
    assert (
        "passwords on the command line are visible to other users: omit the option to be prompted,"
        " or use --password-command" in done.err
    )
    assert "s3cret" not in done.err + done.out
    assert server.asked == []


def test_options_are_not_shortened(run: Run) -> None:
    assert "Did you mean --limit?" in run("list", "--lim", "3").err


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "Enter the server address, such as reader.example.org."),
        ("reader example", "“reader example” is not a server address, such as reader.example.org."),
        ("http://ann:s3cret@reader.example", "Enter the address without user name and password"),
    ],
)
def test_what_is_wrong_with_an_address_is_said_before_anything_is_asked(run: Run, address: str, said: str) -> None:
    done = run("account", "add", address)
    assert done.status != 0
    assert said in done.err
    assert "s3cret" not in done.err


def test_a_token_does_instead(run: Run, server: FakeMiniflux) -> None:
    assert run("account", "add", server.url, "--token-command", "echo token").status == 0
    assert all("authorization" not in asked.headers for asked in server.asked)


def test_where_there_is_no_server_it_is_said(run: Run, server: FakeMiniflux) -> None:
    done = run("account", "add", f"{server.url}/blog", "--user", USER, "--password-command", COMMAND)
    assert done.status == 0  # its root is one
    server.stop()
    done = run("account", "add", server.url, "--user", USER, "--password-command", COMMAND)
    assert done.status == 1
    assert "refused the connection" in done.err


def test_a_freshrss_is_found_below_its_address_and_says_that_its_api_is_off(run: Run) -> None:
    server = FakeReader("freshrss")
    try:
        server.is_on = False
        done = run("account", "add", server.url, "--user", USER, "--password-command", COMMAND)
        assert "Enable it in the server settings" in done.err
        server.is_on = True
        add(run, server)
        assert run("account", "list", "--json").rows[0]["url"] == f"{server.url}/api/greader.php"
    finally:
        server.stop()


def test_a_feed_is_pushed(run: Run, server: FakeMiniflux, site_with_feed: str) -> None:
    run("add", "--folder", "News & Co", site_with_feed)
    add(run, server)
    assert "News & Co · Work  Feed 1" in run("feeds").out
    assert [row["title"] for row in run("list", "--folder", "news & co", "--json").rows] == ["Own"]
    assert len(run("list", "--folder", "News & Co · Work", "--json").rows) == 3
    done = run("account", "push", site_with_feed)
    assert done.status == 0, done.err
    assert "to Work." in done.err
    assert site_with_feed in {feed["url"] for feed in server.feeds.values()}
    again = run("account", "push", site_with_feed)
    assert again.status == 1
    assert "already in an account" in again.err


def test_a_feed_that_is_pushed_away_from_a_rule_is_said(
    run: Run, server: FakeMiniflux, site: ScriptedSite, site_with_feed: str
) -> None:
    site.pages["/other"] = site.pages["/feed"]
    run("add", "--folder", "Mine", site_with_feed, f"{site.url}/other")
    run("rules", "--add", "harbour", "--star", "--folder", "Mine")
    add(run, server)
    done = run("account", "push", site_with_feed)
    assert "The rule of folder “Mine” (star) no longer applies to: Own feed." in done.err
    assert "a rule is for" not in run("account", "push", "--all").err


def test_an_account_follows_what_is_added_for_it(run: Run, server: FakeMiniflux, site_with_feed: str) -> None:
    assert "No accounts" in run("add", "--account", "work", site_with_feed).err
    add(run, server)
    done = run("add", "--account", "work", "--folder", "Sea", site_with_feed)
    assert done.status == 0, done.err
    assert "Moved Own feed to Work" in done.err
    assert {feed["url"]: feed["folder"] for feed in server.feeds.values()}[site_with_feed] == "Sea"
    again = run("add", "--account", "work", site_with_feed)
    assert (again.status, len(server.feeds)) == (0, 2)


def test_what_is_added_for_an_account_obeys_the_rules_of_its_folder_and_no_local_ones(
    run: Run, server: FakeMiniflux, site: ScriptedSite, site_with_feed: str
) -> None:
    add(run, server)
    site.pages["/other"] = site.pages["/feed"]
    run("add", "--folder", "Sea", f"{site.url}/other")
    run("rules", "--add", "", "--star", "--folder", "Sea")
    server.feeds[1] |= {"folder": "Lake"}
    run("sync")
    run("rules", "--add", "", "--read", "--folder", "Lake")
    for folder, read, starred in (("Sea", False, False), ("Lake", True, False)):
        site.pages[f"/{folder}"] = site.pages["/feed"]
        done = run("add", "--account", "work", "--folder", folder, f"{site.url}/{folder}")
        assert done.status == 0, done.err
        rows = run("list", "--json", "--feed", f"{site.url}/{folder}").rows
        assert {(row["read"], row["starred"]) for row in rows} == {(read, starred)}


def test_all_feeds_are_pushed_and_doubles_become_one(run: Run, server: FakeMiniflux, site_with_feed: str) -> None:
    run("add", site_with_feed)
    server.follow(2, url=site_with_feed)
    done = run("account", "add", server.url, "--user", USER, "--password-command", COMMAND, "--name", "Work")
    assert "1 feed also subscribed locally" in done.err
    assert len(run("feeds", "--json").rows) == 3
    assert run("account", "push").status == 2
    done = run("account", "push", "--all", "--json")
    assert done.status == 0, done.err
    assert len(run("feeds", "--json").rows) == 2
    assert "No local feeds" in run("account", "push", "--all").err


def test_what_was_done_on_the_server_since_holds_when_doubles_become_one(
    run: Run, server: FakeMiniflux, site_with_feed: str
) -> None:
    """A push syncs first: what the phone has unstarred, moved and named is not told the other way round."""
    run("add", "--folder", "Laptop", site_with_feed)
    server.follow(2, "Old", url=site_with_feed)
    (item,) = server.publish(2, link="https://own.example/1", title="Own")
    server.mark(item.number, read=True, starred=True)
    run("account", "add", server.url, "--user", USER, "--password-command", COMMAND, "--name", "Work")
    server.mark(item.number, read=False, starred=False)
    server.feeds[2] |= {"folder": "Phone", "title": "Of the phone"}
    assert run("account", "push", "--all").status == 0
    assert run("sync").status == 0
    assert (item.read, item.starred) == (False, False)
    assert (server.feeds[2]["folder"], server.feeds[2]["title"]) == ("Phone", "Of the phone")


def test_old_articles_of_an_account_expire_with_its_sync(run: Run, server: FakeMiniflux) -> None:
    """Also of who has no feeds but those of accounts, and refreshes none."""
    config = Path(paths.config_path())
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text("expire_after = 2\n", encoding="utf-8")
    add(run, server)
    assert not any(row["read"] for row in run("list", "--json").rows)
    run("sync")
    assert all(row["read"] for row in run("list", "--json").rows)
    run("sync")
    assert all(item.read for item in server.items.values())


def test_a_feed_that_the_server_follows_no_more_is_followed_from_here(
    run: Run, server: FakeMiniflux, site_with_feed: str
) -> None:
    """With what is starred in it, and without telling anything twice."""
    server.follow(2, url=site_with_feed)
    server.publish(2, 1, title="Own", link="https://own.example/1")
    add(run, server)
    (row,) = (row for row in run("list", "--json").rows if row["title"] == "Own")
    run("mark", str(row["id"]), "--star")
    run("sync")
    server.unfollow(2)
    assert "Kept on this device because it has starred or tagged articles" in run("sync").err
    done = run("add", site_with_feed)
    assert done.status == 0, done.err
    (kept,) = (row for row in run("list", "--json").rows if row["title"] == "Own")
    assert kept["starred"]
    assert run("refresh", "--force").status == 0
    assert site_with_feed not in {feed["url"] for feed in server.feeds.values()}


def test_an_account_is_removed_after_a_question(run: Run, server: FakeMiniflux) -> None:
    add(run, server)
    run("mark", str(run("list", "--json").rows[0]["id"]), "--read")
    done = run("account", "remove", "work")
    assert done.status == 2
    assert "1 pending change will be lost" in done.err
    assert "Lost: 1 pending change." in run("account", "remove", "work", "--yes").err
    assert run("feeds", "--json").rows == run("account", "list", "--json").rows == []
    assert len(server.feeds) == 1


def test_no_password_is_anywhere(run: Run, server: FakeMiniflux, tmp_path: Path) -> None:
    add(run, server, "--debug")
    run("sync", "--debug")
    done = run("export", "--format", "json", "--output", str(tmp_path / "all.jsonl"))
    assert done.status == 0
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert files
    for file in files:
        content = file.read_bytes().replace(COMMAND.encode(), b"")  # the command is the user's own
        assert PASSWORD.encode() not in content, file
        assert b"Basic " not in content, file


def test_a_folder_is_shared(run: Run, tmp_path: Path, site_with_feed: str) -> None:
    assert run("sync").status == 1
    assert "is not a directory" in run("sync", "--dir", str(tmp_path / "nothing")).err
    folder = tmp_path / "shared folder"
    folder.mkdir()
    run("add", site_with_feed)
    assert run("sync", "--dir", str(folder)).status == 0
    assert len([*folder.glob("tuireader-*")]) == 2
    run("mark", str(run("list", "--json").rows[0]["id"]), "--star")
    assert run("sync", "--json").rows[0]["pushed"] == 1
    assert "Syncing through" in run("account", "list").err
    assert "Stopped syncing through the shared folder" in run("sync", "--dir", "-").err
    assert run("sync").status == 1


def test_feeds_of_other_machines_come_with_their_marks(run: Run, tmp_path: Path, site_with_feed: str) -> None:
    known = FolderMap()
    known.put(site_with_feed, followed(1_800_000_000_000, title="Mine", folder="Sea", name="Own feed"))
    known.mark(site_with_feed, "read", guid_key("1"), stamp(1_800_000_000_001, value=True))
    (tmp_path / "tuireader-other.map").write_bytes(packed(known, "other"))
    done = run("sync", "--dir", str(tmp_path))
    assert "1 feed updated" in done.err
    # It is inside this machine's own network, which the other machine may not decide.
    assert "now points to your local network" in done.err
    assert run("add", site_with_feed).status == 0
    assert "1 change received" in run("sync").err
    (row,) = run("list", "--json").rows
    assert (row["title"], row["read"]) == ("Own", True)


def test_a_feed_that_an_account_follows_is_here_already(run: Run, server: FakeMiniflux) -> None:
    add(run, server)
    done = run("add", server.feeds[1]["url"])
    assert done.status == 0, done.err
    assert "already subscribed" in done.out
    assert len(run("feeds", "--json").rows) == 1
    assert "belongs to an account" in run("refresh", "feed 1").err


def test_marks_that_no_other_machine_has_are_said_when_a_folder_is_left(
    run: Run, tmp_path: Path, site_with_feed: str
) -> None:
    run("add", site_with_feed)
    run("sync", "--dir", str(tmp_path))
    run("mark", "1", "--star")
    assert "1 pending change not sent to your other devices" in run("sync", "--dir", "-").err
    assert "stays" not in run("sync", "--dir", "-").err

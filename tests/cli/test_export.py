"""`tuireader export` and `tuireader import` of what it wrote, as a shell runs them."""

from __future__ import annotations

import errno
import json
import os
import signal
import zipfile
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from cli.conftest import Run
from support.app_factory import NOTES, NOW, REVIEW, Piece, shelve
from tuireader import paths
from tuireader.cli import main
from tuireader.cli.output import Progress
from tuireader.library.refreshing.upkeep import index_all
from tuireader.store import feeds, folders
from tuireader.store.connection import connect


@pytest.fixture(autouse=True)
def _cache() -> None:
    shelve(paths.cache_path(), "The Example Review", REVIEW)
    shelve(paths.cache_path(), "Notes", NOTES)


def listed_ids(run: Run) -> list[int]:
    return [row["id"] for row in run("list", "--json").rows]


def test_all_there_is_is_written_and_taken_in_again(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl"
    done = run("export", "--format", "json", "--output", str(file))
    assert (done.status, done.out) == (0, "")
    assert f"Exported {len(REVIEW) + len(NOTES)} articles to {file}" in done.err
    assert file.stat().st_mode & 0o777 == 0o600
    listed = [{**row, "id": 0} for row in run("list", "--json").rows]
    paths.cache_path().unlink()
    back = run("import", str(file))
    assert back.err.startswith(f"tuireader: Restored 2 feeds and {len(listed)} articles.\n")
    assert "Feeds on your local network, which you can remove if you do not recognize them: http://" in back.err
    assert [{**row, "id": 0} for row in run("list", "--json").rows] == listed
    again = run("import", "-", stdin=run("export", "--format", "json").out)
    assert f"Restored 0 feeds and 0 articles; {len(listed)} already existed" in again.err
    assert "Updated" not in again.err
    first = str(listed_ids(run)[0])
    run("mark", first, "--star")
    starred = run("export", "--format", "json").out
    run("mark", first, "--unstar")
    assert "Updated read status, stars and tags of 1 article." in run("import", "-", stdin=starred).err
    broken = run("import", "-", stdin='{"type": "tuireader", "version": 1}\nnonsense\n')
    assert (broken.status, "line 2: the backup ends here" in broken.err) == (1, True)


def test_a_backup_has_rules_searches_hidden_articles_and_feeds_without_any(run: Run) -> None:
    run("rules", "--add", "harbours", "--hide", "--apply")
    run("searches", "--add", "Sea", "title:harbour")
    with closing(connect(paths.cache_path())) as c:
        feed = feeds.add(c, "http://empty.example/feed", title="Empty", site="", now=NOW)
        folders.put(c, feed.id, folders.add(c, "Later").id)
    rows = run("export", "--format", "json").rows
    kinds = Counter(row["type"] for row in rows)
    assert kinds["article"] == len(REVIEW) + len(NOTES) > len(run("list", "--json").rows)
    assert (kinds["rule"], kinds["search"], kinds["feed"]) == (1, 1, 3)
    assert "Later" in [row.get("folder") for row in rows]


def test_a_backup_comes_back_through_a_pipe(run: Run) -> None:
    lines = run("export", "--format", "json").out
    done = run("import", "-", stdin=lines)
    assert (done.status, "already existed" in done.err) == (0, True)
    cut = run("import", "-", stdin="\n".join(lines.splitlines()[:-1]))
    assert (cut.status, "the backup ends here" in cut.err) == (1, True)


def test_a_story_that_two_feeds_tell_is_one_as_soon_as_it_is_back(run: Run) -> None:
    words = " ".join(f"word{n}" for n in range(300))
    for title in ("One", "Two"):
        shelve(paths.cache_path(), title, [Piece("The very same story of the harbour", 3, html=f"<p>{words}</p>")])
    with closing(connect(paths.cache_path())) as c:
        index_all(c)
    listed, lines = len(listed_ids(run)), run("export", "--format", "json").out
    assert listed == len(REVIEW) + len(NOTES) + 1
    paths.cache_path().unlink()
    run("import", "-", stdin=lines)
    assert len(listed_ids(run)) == listed


def test_some_articles_are_written(run: Run, tmp_path: Path) -> None:
    rows = [json.loads(line) for line in run("export", "--format", "json", "--feed", "notes").out.splitlines()]
    assert [row["title"] for row in rows if row["type"] == "article"] == [
        row["title"] for row in run("list", "--feed", "notes", "--order", "oldest", "--json").rows
    ]
    rows = [json.loads(line) for line in run("export", "--format", "json", "-n", "1").out.splitlines()]
    assert sum(row["type"] == "article" for row in rows) == 1
    done = run("export", "--format", "markdown", "--category", "Elections", "--output", str(tmp_path / "md"))
    files = sorted((tmp_path / "md").iterdir())
    assert done.err == f"tuireader: Exported {len(files)} articles to {tmp_path / 'md'}.\n"
    assert [file.name[:10] for file in files] == ["2026-01-13", "2026-01-14"]
    text = files[1].read_text("utf-8")
    assert text.startswith(
        '---\ntitle: "Brexit & the Border"\nauthors: ["Andrew Zirkle", "Zoë Ångström-Díaz"]\ndate: "2026-01-14T'
    )
    assert text.endswith("---\n\nAlthough they have been rivals, the countries are reaching out.\n")
    run("export", "--format", "markdown", "--category", "Elections", "--output", str(tmp_path / "md"))
    assert sorted((tmp_path / "md").iterdir()) == files, "names stay the same"


def test_an_exported_file_that_was_changed_since_is_kept(run: Run, tmp_path: Path) -> None:
    export = ("export", "--format", "markdown", "--category", "Elections", "--output", str(tmp_path / "md"))
    run(*export)
    first, second = sorted((tmp_path / "md").iterdir())
    original = first.read_text("utf-8")
    for notes in ("my notes", "other notes"):
        first.write_text(f"{original}\n{notes}\n", "utf-8")
        assert "1 file changed since the last export" in run(*export).err
        assert first.read_text("utf-8") == original
    run("mark", str(run("list", "--category", "Elections", "--json").rows[0]["id"]), "--read")
    assert "you changed" not in run(*export).err, "what changed here is written over"
    kept = [tmp_path / "md" / f"{first.name}~{number}" for number in (1, 2)]
    assert sorted((tmp_path / "md").iterdir()) == sorted([first, second, *kept])
    assert [file.read_text("utf-8").splitlines()[-1] for file in kept] == ["my notes", "other notes"]


@pytest.mark.parametrize("kind", ["a pipe", "an endless link", "a folder"])
def test_what_stands_in_the_place_of_an_exported_file_is_kept_and_not_read(run: Run, tmp_path: Path, kind: str) -> None:
    words = ("export", "--format", "markdown", "--output", str(tmp_path / "out"))
    assert run(*words).status == 0
    first = min((tmp_path / "out").glob("*.md"))
    text = first.read_text("utf-8")
    first.unlink()
    if kind == "a pipe":
        os.mkfifo(first)
    elif kind == "an endless link":
        first.symlink_to("/dev/zero")
    else:
        first.mkdir()
    assert "changed since the last export: kept as “….md~1" in run(*words).err
    assert first.read_text("utf-8") == text
    assert first.is_file()
    assert not first.is_symlink()


def test_an_exported_file_that_was_changed_keeps_its_name_where_the_new_one_has_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    export = ("export", "--format", "markdown", "--category", "Elections", "--output", str(tmp_path / "md"))
    main(export)
    files = sorted((tmp_path / "md").iterdir())
    for file in files:
        file.write_text("my notes", "utf-8")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_text", full)
    main(export)
    assert "md: No space left" in capsys.readouterr().err
    assert sorted((tmp_path / "md").iterdir()) == files


@pytest.mark.parametrize("end", ["", "-wal", ".screen"])
def test_the_cache_is_no_file_to_export_to(run: Run, end: str) -> None:
    done = run("export", "--output", f"{paths.cache_path()}{end}")
    assert (done.status, "belongs to the database: enter another file name" in done.err) == (2, True)
    assert run("feeds").status == 0


def test_a_book_is_written(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "week.epub"
    done = run("export", "--format", "epub", "--title", "My week", "--limit", "3", "--output", str(file))
    assert done.err == f"tuireader: Exported 3 articles to {file}.\n"
    with zipfile.ZipFile(file) as book:
        assert "My week" in book.read("EPUB/content.opf").decode()


def test_what_cannot_be_written_is_said(run: Run, tmp_path: Path) -> None:
    assert run("export", "--format", "epub").status == 2
    assert run("export", "--format", "markdown").status == 2
    assert "No articles match" in run("export", "--format", "epub", "--starred", "--output", "x").err
    (tmp_path / "file").write_text("x")
    for form in ("epub", "markdown", "json", "opml"):
        done = run("export", "--format", form, "--output", str(tmp_path / "file" / "below"))
        assert done.status in (1, 2)
        assert "Cannot write" in done.err or "does not exist" in done.err, form


def test_pages_to_be_read_later_are_kept(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "pocket.csv"
    file.write_text("title,url,time_added,tags,status\nOne,https://a.example/1,1714564800,sea|x,unread\n", "utf-8")
    done = run("import", str(file))
    assert done.err.startswith("tuireader: 1 page saved.\ntuireader: 1 page without text.")
    (row,) = run("list", "--feed", "Saved pages", "--json").rows
    assert (row["title"], row["read"], row["offline"], row["link"]) == ("One", False, False, "https://a.example/1")
    assert run("list", "--tag", "sea", "--json").rows == [row]
    assert "0 pages saved, 1 already saved" in run("import", str(file)).err
    with zipfile.ZipFile(tmp_path / "omnivore.zip", "w") as archive:
        about = [{"slug": "two", "title": "Two", "url": "https://a.example/2", "labels": ["sea"], "state": "Archived"}]
        archive.writestr("metadata_0_to_20.json", json.dumps(about))
        archive.writestr("content/two.html", "<p>Its text.</p>")
    assert run("import", str(tmp_path / "omnivore.zip")).err == "tuireader: 1 page saved.\n"
    (two,) = [each for each in run("list", "--tag", "sea", "--json").rows if each["title"] == "Two"]
    assert (two["read"], two["offline"]) == (True, True)
    (tmp_path / "other.zip").write_bytes(b"PK\3\4 nothing")
    assert "Cannot unpack" in run("import", str(tmp_path / "other.zip")).err


def test_nothing_but_files_is_overwritten(run: Run, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / "link.epub").symlink_to(victim)
    for form in ("epub", "json", "opml"):
        assert run("export", "--format", form, "--output", str(tmp_path / "link.epub")).status == 2
        assert run("export", "--format", form, "--output", "/dev/null").status == 2
        assert run("export", "--format", form, "--output", str(tmp_path)).status == 2
    folder = tmp_path / "md"
    run("export", "--format", "markdown", "--output", str(folder), "--limit", "1")
    (file,) = folder.iterdir()
    file.unlink()
    file.symlink_to(victim)
    run("export", "--format", "markdown", "--output", str(folder), "--limit", "1")
    assert not file.is_symlink()
    assert victim.read_text() == "mine"
    assert [each.name for each in (*tmp_path.iterdir(), *folder.iterdir()) if each.name.endswith(".part")] == []


def test_two_dashes_are_a_search(run: Run) -> None:
    assert (run("list", "--search=--").status, run("rules", "--try=--").status) == (0, 0)


def end_in_order(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, *command: str) -> None:
    """Run a command that gets a signal when it calls a function."""

    def ended(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(owner, name, ended)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as end:
        main([*command])
    assert end.value.code == 128 + signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) == before


def test_who_ends_an_export_finds_no_unfinished_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    end_in_order(monkeypatch, os, "utime", "export", "--format", "markdown", "--output", str(tmp_path / "out"))
    assert list((tmp_path / "out").iterdir()) == []


def test_a_signal_ends_a_task_in_order(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    end_in_order(monkeypatch, Progress, "clear", "refresh")

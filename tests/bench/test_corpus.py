"""Feeds in a folder, and the server that gives them."""

import urllib.error
import urllib.request
from pathlib import Path

import pytest

from bench import corpus, generate


def get(url: str, etag: str = "") -> tuple[int, bytes, str]:
    request = urllib.request.Request(url, headers={"If-None-Match": etag} if etag else {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read(), answer.headers["ETag"]
    except urllib.error.HTTPError as error:
        error.close()
        return error.code, b"", error.headers["ETag"] or ""


@pytest.fixture
def feeds(tmp_path: Path) -> corpus.Corpus:
    return corpus.write(tmp_path / "feeds", 2, 3)


def test_the_feeds_are_those_of_the_generator(feeds: corpus.Corpus) -> None:
    assert [(feeds.folder / f"{n}.xml").read_bytes() for n in (1, 2)] == [
        generate.rss(generate.feed(n, 3)) for n in (1, 2)
    ]
    assert feeds.titles() == [generate.feed(n, 3).title for n in (1, 2)]


def test_what_is_there_is_not_written_again(feeds: corpus.Corpus) -> None:
    (feeds.folder / "1.xml").write_text("kept")
    corpus.write(feeds.folder, 2, 3)
    assert (feeds.folder / "1.xml").read_text() == "kept"


def test_the_server_gives_each_feed_once_and_then_says_that_nothing_changed(
    feeds: corpus.Corpus, tmp_path: Path
) -> None:
    later = corpus.write(tmp_path / "later", 2, 3, news=1)
    with corpus.serve(feeds.folder) as served:
        first, _ = served.urls(2)
        status, body, etag = get(first)
        assert (status, body) == (200, (feeds.folder / "1.xml").read_bytes())
        assert get(first, etag)[:2] == (304, b"")
        assert get(f"{served.base}/9/feed/")[0] == 404
        assert get(f"{served.base}/../secret")[0] == 404
        assert served.counts() == (1, 1)
        assert served.counts() == (0, 0)
        served.turn_to(later.folder)
        assert get(first, etag)[:2] == (200, (later.folder / "1.xml").read_bytes())
    with pytest.raises(urllib.error.URLError):
        get(first)

"""Feeds that follow from the addresses that browsers show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuireader.urls.identity import feed_at, profile_feed, without_shorts

CHANNEL = "UC0123456789abcdefghij-_"
LONG = "https://www.youtube.com/feeds/videos.xml?playlist_id=UULF0123456789abcdefghij-_"


@pytest.mark.parametrize(
    ("page", "feed"),
    [
        (f"https://www.youtube.com/channel/{CHANNEL}", LONG), (f"https://m.youtube.com/channel/{CHANNEL}/videos", LONG),
        ("https://www.youtube.com/playlist?list=PLab_c", "https://www.youtube.com/feeds/videos.xml?playlist_id=PLab_c"),
        ("https://www.youtube.com/watch?v=x&list=PL1", "https://www.youtube.com/feeds/videos.xml?playlist_id=PL1"),
        ("https://www.youtube.com/@name", None), ("https://www.youtube.com/watch?v=x", None),
        ("https://github.com/Textualize/textual", "https://github.com/Textualize/textual/releases.atom"),
        ("https://github.com/a/b.git", "https://github.com/a/b/releases.atom"),
        ("https://github.com/a/b/releases/tag/v1", "https://github.com/a/b/releases.atom"),
        ("https://github.com/a/b/tags", "https://github.com/a/b/tags.atom"),
        ("https://github.com/a/b/commits/main", "https://github.com/a/b/commits/main.atom"),
        ("https://github.com/a", "https://github.com/a.atom"), ("https://github.com/a/b/issues", None),
        ("https://github.com/", None), ("https://github.com/topics/x", None), ("https://github.com/a/b/x.atom", None),
        ("https://www.reddit.com/r/commandline/", "https://www.reddit.com/r/commandline/.rss"),
        ("https://old.reddit.com/user/x", "https://www.reddit.com/user/x/.rss"),
        ("https://www.reddit.com/r/x/top", "https://www.reddit.com/r/x/top/.rss"), ("https://www.reddit.com/", None),
        ("https://name.substack.com/p/a-post", "https://name.substack.com/feed"),
        ("https://open.substack.com/pub/name/p/x", "https://name.substack.com/feed"),
        ("https://medium.com/@ann/a-post-123", "https://medium.com/feed/@ann"), ("https://medium.com/tag/x", None),
        ("https://name.substack.com/feed", None), ("https://bsky.app/profile/a.example", "https://bsky.app/profile/a.example/rss"),
        ("https://unix.stackexchange.com/questions/tagged/tmux", "https://unix.stackexchange.com/feeds/tag/tmux"),
        ("https://stackoverflow.com/questions/123/x", "https://stackoverflow.com/feeds/question/123"),
        ("https://example.org/channel/x", None), ("https://[", None), ("", None),
    ],
)  # fmt: skip
def test_the_feed_of_a_page(page: str, feed: str | None) -> None:
    assert feed_at(page) == feed
    if feed is not None:
        assert feed_at(feed) in (None, feed)


def test_a_channel_without_its_shorts() -> None:
    assert without_shorts(f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}") == LONG
    for other in (LONG, "https://www.youtube.com/feeds/videos.xml?channel_id=x", "https://a.example/?channel_id=UC"):
        assert without_shorts(other) is None


def test_profiles() -> None:
    assert profile_feed("https://social.example/@ann") == "https://social.example/@ann.rss"
    for other in ("https://social.example/@ann/123", "https://www.youtube.com/@ann", "https://a.example/", "https://["):
        assert profile_feed(other) is None


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_none(text: str) -> None:
    for begin in ("", "https://github.com/", "https://www.youtube.com/playlist?list=", "https://www.reddit.com/r/"):
        feed_at(begin + text)
        profile_feed(begin + text)

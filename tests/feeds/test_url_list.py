"""Lists of addresses, as people and newsboat write them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tuireader.feeds.url_list import ListedAddress, read_url_list

URLS = r"""
# my feeds
https://review.example/feed news "~The Review" "long reads"
http://plain.example/rss
"query:Unread Articles:unread = \"yes\""
exec:~/bin/make-feed.py tag
"filter:~/bin/cut:https://a.example/" # of another kind
https://quoted.example/feed?a=1#part  "~A \"quoted\" title" !hidden # a comment
"""


def test_newsboats_file() -> None:
    found = read_url_list(URLS)
    assert found[0] == ListedAddress(3, "https://review.example/feed", "The Review", ("news", "long reads"))
    assert found[1] == ListedAddress(4, "http://plain.example/rss", "", ())
    assert [(each.line, each.url.partition(":")[0], bool(each.unsupported)) for each in found[2:5]] == [
        (5, "query", False),
        (6, "exec", True),
        (7, "filter", True),
    ]
    assert found[2].search == ("Unread Articles", 'unread = "yes"')
    assert found[5] == ListedAddress(8, "https://quoted.example/feed?a=1#part", 'A "quoted" title', (), is_hidden=True)


@given(st.text(max_size=200))
def test_no_text_is_an_error(text: str) -> None:
    for each in read_url_list(text):
        assert 1 <= each.line <= len(text.splitlines())

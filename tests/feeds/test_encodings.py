"""What a feed says about its encoding, and how it comes, may be lies: what feedparser makes sense of, we do too."""

from __future__ import annotations

import io
from itertools import product

import feedparser
import pytest

from tuireader.errors import NotAFeedError
from tuireader.feeds.parse import parse_feed

URL = "http://feed.example/"
TEXTS = {
    "utf-8": "Größe “für” 日本語のテスト",
    "utf-8-sig": "Größe “für” 日本語のテスト",
    "utf-16": "Größe “für” 日本語のテスト",
    "utf-16-be": "Größe “für” 日本語のテスト",
    "utf-16-le": "Größe “für” 日本語のテスト",
    "utf-32": "Größe “für” 日本語のテスト",
    "utf-32-le": "Größe “für” 日本語のテスト",
    "utf-32-be": "Größe “für” 日本語のテスト",
    "iso-8859-1": "Größe für Ærø",
    "windows-1252": "Größe “für” 10 €",
    "windows-1251": "Привет, мир",
    "koi8-r": "Привет, мир",
    "shift_jis": "日本語のテスト",
    "euc-jp": "日本語のテスト",
    "iso-2022-jp": "日本語のテスト",
    "gb18030": "中文内容测试",
    "big5": "中文內容測試",
}
DECLARED = ("same", "", "utf-8", "us-ascii", "iso-8859-1", "utf-16", "no-such-encoding")
HEADERS = (
    "",
    "text/html",
    "text/xml",
    "application/rss+xml; charset=SAME",
    "text/html; charset=SAME",
    "text/xml; charset=utf-8",
    "application/rss+xml; charset=iso-8859-1",
)
BEFORE = ("", "\r\n \n", "<br />\n<b>Warning</b>: mysql_connect() in <b>/index.php</b> on line <b>3</b><br />\n")
ENDS = ("</channel></rss>", "", "<item><title>Cut off in the mid")


FEW = ("utf-8", "utf-16", "windows-1252", "shift_jis", "gb18030")
ENCODINGS = [one if one in FEW else pytest.param(one, marks=pytest.mark.thorough) for one in TEXTS]


def document(encoding: str, declared: str, before: str, end: str) -> bytes:
    text = TEXTS[encoding]
    declaration = f' encoding="{encoding if declared == "same" else declared}"' if declared else ""
    xml = (
        f'{before}<?xml version="1.0"{declaration}?><rss version="2.0"><channel><title>{text}</title>'
        f"<item><title>{text}</title><description>{text}</description></item>{end}"
    )
    return xml.encode(encoding)


def ours(content: bytes, content_type: str) -> list[str]:
    try:
        feed = parse_feed(content, URL, content_type)
    except NotAFeedError:
        return []
    return [feed.title, *(entry.title for entry in feed.entries[:1])]


def feedparsers(content: bytes, content_type: str) -> list[str]:
    headers = {"content-type": content_type} if content_type else {}
    feed = feedparser.parse(io.BytesIO(content), response_headers=headers)
    return [str(feed.feed.get("title")), *(str(entry.get("title")) for entry in feed.entries[:1])]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_feedparser_recovers_is_recovered(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedparser.encodings.lazy_chardet_encoding", None)  # it guesses more if another brings chardet
    wanted, by_us, by_feedparser = [TEXTS[encoding]] * 2, 0, 0
    for declared, header, before, end in product(DECLARED, HEADERS, BEFORE, ENDS):
        content, content_type = document(encoding, declared, before, end), header.replace("SAME", encoding)
        right, there = ours(content, content_type) == wanted, feedparsers(content, content_type) == wanted
        assert right or not there, (declared, header, before, end)
        by_us += right
        by_feedparser += there
    assert by_us >= by_feedparser > 0

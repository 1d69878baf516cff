"""Texts that would do something to a terminal or to Textual, a site that has them everywhere, and what gives them away.

Each payload has something that no other output has: the number 7731 in its sequences, or the letters Zq7.
"""

from __future__ import annotations

import base64
import json
import re
import socketserver
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from html import escape

SEQUENCES = {
    "esc": "\x1bcZq7esc",
    "sgr": "\x1b[31;7731mZq7sgr",
    "erase": "\x1b[2J\x1b[7731;1HZq7erase",
    "leave": "\x1b[?1049l\x1b[?7731hZq7leave",
    "report": "\x1b[6n\x1b[7731cZq7report",
    "title": "\x1b]0;Zq7title\x07",
    "title-st": "\x1b]2;Zq7st\x1b\\",
    "link": "\x1b]8;;http://zq7.example/\x1b\\Zq7link\x1b]8;;\x1b\\",
    "clipboard": "\x1b]52;c;WnE3\x07Zq7clip",
    "palette": "\x1b]4;1;rgb:00/00/00\x07Zq7pal",
    "dcs": "\x1bP7731Zq7dcs\x1b\\",
    "apc": "\x1b_GZq7apc\x1b\\",
    "pm": "\x1b^Zq7pm\x1b\\",
    "sos": "\x1bXZq7sos\x1b\\",
    "c1-csi": "\x9b31;7731mZq7c1csi",
    "c1-osc": "\x9d52;c;WnE3\x9cZq7c1osc",
    "c1-dcs": "\x907731Zq7c1dcs\x9c",
    "c1-apc": "\x9fZq7c1apc\x9c",
    "c1-index": "\x84\x85\x8dZq7c1ind",
    "bell": "\x07Zq7bell",
    "backspace": "x\x08\x08\x08Zq7bs",
    "return": "x\rZq7cr",
    "shift": "\x0eZq7so\x0f",
    "tabs": "\x0b\x0cZq7vt",
    "nul": "\0Zq7nul",
    "delete": "\x7fZq7del",
}
TWISTS = {
    "override": "\u202eZq7rlo\u202c",
    "embedding": "\u202a\u202bZq7emb",
    "isolate": "\u2066\u2067\u2068Zq7iso\u2069",
    "marks": "Zq7zalgo" + "\u0301" * 60,
    "invisible": "Zq7zw" + "\u200b\u2060\u200d" * 40,
    "half": "Zq7half\ud800\udc00\udfff",
}
MARKUP = {
    "action": "[@click=app.quit]Zq7act[/]",
    "bell-action": "[@click=app.bell()]Zq7ring[/]",
    "closing": "[/red]Zq7close",
    "path": "[/a/b]Zq7path",
    "colour": "[red]Zq7red[/red]",
    "link": "[link=https://zq7.example]Zq7lnk[/link]",
    "open": "Zq7open[",
    "open-tag": "Zq7tag[@click=",
    "escape": r"\[Zq7esc\][[[]]",
    "markdown": "*Zq7* _x_ ` [x](javascript:x) ![x](y) <b> # | ~~~",
}
PAYLOADS = {**SEQUENCES, **TWISTS, **{f"markup-{name}": text for name, text in MARKUP.items()}}


# What must not come out.

CSI = re.compile(r"\x1b\[([<=>?]?)([\d;:]*)([ !$]?)([a-zA-Z])")
USED = frozenset("mHKhlupABCDGnt")
"""The last letters of the sequences that Textual and our own output are known to use."""
OSC_POINTER = re.compile(r"\x1b\]22;[a-z-]{1,20}\x07")
"""Textual gives the pointer another shape."""
OSC_COPY = re.compile(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
CONTROLS = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
PILE = re.compile("[\u0300-\u036f]{9}")


def gone_through(raw: bytes | bytearray) -> list[str]:
    """What a program put out that it must not: sequences that are none of its own, controls, marks in piles.

    The one sequence with text of others that is meant copies an address.
    """
    text = raw.decode("utf-8", "surrogateescape")
    found = [f"byte {ord(match[0]) - 0xDC00:02x}" for match in re.finditer("[\udc80-\udcff]", text)]
    copied = [base64.b64decode(match[1]).decode("utf-8") for match in OSC_COPY.finditer(text)]
    found += [f"copied: {one!r}" for one in copied if not one.startswith(("http://", "https://"))]
    text = OSC_COPY.sub("", OSC_POINTER.sub("", text))
    found += [repr(match[0]) for match in CSI.finditer(text) if match[4] not in USED or "7731" in match[2]]
    rest = CSI.sub("", text)
    found += [repr(rest[max(0, match.start() - 20) : match.start() + 20]) for match in re.finditer("\x1b", rest)]
    for piece in (rest.replace("\x1b", ""), *copied):
        found += [f"U+{ord(match[0]):04X} before {piece[match.end() :][:12]!r}" for match in CONTROLS.finditer(piece)]
        found += ["marks in a pile"] * len(PILE.findall(piece))
    return found


def text_of(raw: bytes | bytearray) -> str:
    """What was put out, without sequences."""
    return CSI.sub("", raw.decode("utf-8", "replace"))


# A site that has them everywhere.


def body_of(payload: str, number: int) -> str:
    """The HTML of an article with a payload in every place that is shown."""
    text = escape(payload)
    return (
        f"<h2>Heading {text}</h2><p>Words {text} of article {number}.</p>"
        f'<p><a href="http://zq7.example/{text}">Linked {text}</a> '
        f'<a href="javascript:{text}" title="{text}">Script {text}</a></p>'
        f'<p><img src="http://zq7.example/{text}.png" alt="Picture {text}" title="{text}"></p>'
        f"<figure><img src='x.png' alt='{text}'><figcaption>Caption {text}</figcaption></figure>"
        f'<pre><code class="language-{text}">code {text}\n</code></pre><blockquote>{text}</blockquote>'
        f"<ul><li>{text}</li></ul><table><tr><th>{text}</th></tr><tr><td>{text}</td></tr></table>"
        f"<dl><dt>{text}</dt><dd>{text}</dd></dl><p>{text}</p>"
    )


def json_feed(name: str, payloads: Iterable[tuple[str, str]], base: str) -> str:
    """A JSON Feed, in which any character can be written."""
    items = [
        {
            "id": f"{name}-{label}{payload}",
            "url": f"{base}/{name}/{label}/{payload}",
            "title": f"{name}{number:02} {label} {payload}",
            "content_html": body_of(payload, number),
            "authors": [{"name": f"By{number:02} {payload}"}],
            "tags": [f"In{number:02} {payload}", payload],
            "date_published": f"2026-01-{10 + number % 10:02}T{number % 24:02}:00:00Z",
            "attachments": [{"url": f"{base}/{payload}.mp3", "mime_type": "audio/mpeg", "title": payload}],
        }
        for number, (label, payload) in enumerate(payloads)
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"Feed {name} " + " ".join(payload for _, payload in payloads),
        "home_page_url": f"{base}/{name}/",
        "items": items,
    }
    return json.dumps(feed)


def rss_feed(payloads: Iterable[tuple[str, str]], base: str) -> bytes:
    """An RSS feed that writes them in every way that XML has, and in some that it has not."""
    items = []
    for number, (label, payload) in enumerate(payloads):
        raw = escape(payload.encode("utf-8", "replace").decode(), quote=False)
        numbers = "".join(
            f"&#{ord(char)};" if ord(char) < 32 or 127 <= ord(char) < 160 else escape(char) for char in payload
        )
        numbers = numbers.encode("utf-8", "replace").decode()
        twice = escape(numbers)
        items.append(
            f"<item><title>R{number:02} {label} {raw} {numbers} {twice}</title><link>{base}/r/{number}?{raw}</link>"
            f"<guid isPermaLink='false'>{raw}{number}</guid><dc:creator><![CDATA[{raw}]]> {numbers}</dc:creator>"
            f"<author>x@y.example ({twice})</author><category>{raw}</category><category>{twice}</category>"
            f"<description>&lt;p&gt;{numbers} {twice}</description>"
            f"<content:encoded><![CDATA[<p>{raw} {numbers} {twice}</p>]]></content:encoded></item>"
        )
    everything = "".join(items)
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Feed R &#27;]0;Zq7&#7;</title>'
        f"<link>{base}/</link>{everything}</channel></rss>"
    ).encode()


def strict_feed(payloads: Iterable[tuple[str, str]], base: str) -> bytes:
    """A feed without a fault, so that the strict parser reads it: escaped once more, as HTML in XML, and C1 numbers."""
    items = []
    for number, (label, payload) in enumerate(payloads):
        c1 = "".join(f"&#{ord(char)};" for char in payload if 127 < ord(char) < 160)
        twice = escape("".join(f"&#{ord(char)};" if ord(char) < 160 else escape(char) for char in payload))
        text = (c1 + twice).encode("utf-8", "replace").decode()
        items.append(
            f"<entry><id>{base}/s/{number}</id><title type='html'>S{number:02} {label} {text}</title>"
            f"<link href='{base}/s/{number}'/><author><name>By {text}</name></author>"
            f"<category term='{text}' label='In {text}'/><summary type='html'>{text}</summary>"
            f"<content type='html'>&lt;p&gt;{text}&lt;/p&gt;</content></entry>"
        )
    title = escape("Feed S &#27;]0;Zq7&#7;")
    return (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title type='html'>{title} &#155;31;7731m</title><link href='{base}/'/>{''.join(items)}</feed>"
    ).encode()


def latin_feed() -> bytes:
    """A feed in ISO 8859-1, with the C1 controls as single bytes."""
    text = "\x9b31;7731mZq7raw \x9d0;Zq7raw\x9c \x90Zq7raw\x9c"
    return (
        '<?xml version="1.0" encoding="iso-8859-1"?><rss version="2.0"><channel>'
        f"<title>Feed L \xe9 {text}</title><item><title>L00 {text}</title><description>{text}</description>"
        f"<category>{text}</category></item></channel></rss>"
    ).encode("latin-1")


def choosing_page(base: str) -> str:
    """A page that offers several feeds, with payloads for titles."""
    titles = [SEQUENCES["title"], SEQUENCES["c1-csi"], MARKUP["action"], TWISTS["override"]]
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" title="Offer {escape(text)}" href="{base}/offer{number}">'
        for number, text in enumerate(titles)
    )
    return f"<html><head><title>{SEQUENCES['clipboard']}</title>{links}</head><body>{SEQUENCES['sgr']}</body></html>"


REDIRECTS = {
    "away": b"http://zq7.example\x1b]0;Zq7\x07/",
    "odd": b"\x9b31;7731m://x",
    "script": b"javascript:\x1b[2J",
}


def answers(base: str) -> dict[str, bytes]:
    """Whole HTTP responses, by path."""
    listed = list(PAYLOADS.items())
    nasty = (SEQUENCES["title-st"] + SEQUENCES["sgr"] + SEQUENCES["c1-csi"]).encode("latin-1")
    pages = {
        "/json0": ok(json_feed("A", listed[:14], base).encode(), "application/feed+json"),
        "/json1": ok(json_feed("B", listed[14:28], base).encode(), "application/feed+json"),
        "/json2": ok(json_feed("C", listed[28:], base).encode(), "application/feed+json"),
        "/plain": ok(rss_feed(listed, base), "application/rss+xml"),
        "/strict": ok(strict_feed(listed, base), "application/atom+xml"),
        "/latin": ok(latin_feed(), "application/rss+xml"),
        "/choose": ok(choosing_page(base).encode("utf-8", "replace"), "text/html; charset=utf-8"),
        "/offer0": ok(rss_feed(listed[:1], base), "application/rss+xml"),
        "/no-feed": ok(f"<title>{SEQUENCES['title']}</title>{SEQUENCES['sgr']}".encode(), "text/html"),
        "/error": b"HTTP/1.1 500 " + nasty + b"\r\nServer: x\r\nContent-Length: 4\r\n\r\noops",
        "/denied": b"HTTP/1.1 403 No\r\nContent-Length: %d\r\n\r\n%b" % (len(nasty), nasty),
    }
    for name, target in REDIRECTS.items():
        pages[f"/{name}"] = b"HTTP/1.1 302 Found\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n" % target
    return pages


def ok(body: bytes, content_type: str) -> bytes:
    """A response that brings a page."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@contextmanager
def hostile_site() -> Iterator[str]:
    """Serve it over bare sockets, since no well-behaved server would; gives its address."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while line := self.rfile.readline():
                while self.rfile.readline().strip():
                    pass
                path = line.split()[1].decode("latin-1") if len(line.split()) > 1 else "/"
                self.wfile.write(pages.get(path, b"HTTP/1.1 404 \x1b]0;Zq7\x07\r\nContent-Length: 0\r\n\r\n"))

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that hangs up is no trouble."""

    with Server(("127.0.0.1", 0), Handler) as server:
        base = f"http://127.0.0.1:{server.server_address[1]}"
        pages = answers(base)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield base
        finally:
            server.shutdown()
            thread.join()

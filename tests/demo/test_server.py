"""The server over real sockets: conditional, compressed, and gone when it is stopped."""

from __future__ import annotations

import gzip
import http.client
import subprocess
import sys
import threading
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

import pytest

from tuireader.demo.pages import load_posts
from tuireader.demo.server import DemoSite, Served, serve

KINDS = [
    "/",
    "/feed/",
    "/comments/feed/",
    "/category/typography/",
    load_posts()[0].path,
    "/wp-content/uploads/night-train.png",
]


class Client:
    """One kept-alive connection to the site."""

    def __init__(self, site: DemoSite) -> None:
        self.connection = HTTPConnection(urlsplit(site.url).netloc, timeout=10)

    def get(self, target: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, bytes]:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, target, headers=names)
        response = self.connection.getresponse()
        return response, response.read()


@pytest.fixture
def client(demo_site: DemoSite) -> Iterator[Client]:
    client = Client(demo_site)
    yield client
    client.connection.close()


@pytest.mark.parametrize("target", KINDS)
def test_what_has_not_changed_is_not_sent_again(client: Client, target: str) -> None:
    first, body = client.get(target)
    assert first.status == 200
    assert len(body) == int(first.headers["Content-Length"]) > 0
    tag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    for validators in (
        {"If_None_Match": tag},
        {"If_Modified_Since": modified},
        {"If_None_Match": tag, "If_Modified_Since": modified},
        {"If_None_Match": f'"other", W/{tag}'},
        {"If_None_Match": "*"},
    ):
        again, nothing = client.get(target, **validators)
        assert (again.status, nothing) == (304, b""), validators
        assert (again.headers["ETag"], again.headers["Last-Modified"]) == (tag, modified)
        assert again.headers["Content-Type"] is None


@pytest.mark.parametrize(
    "validators",
    [
        {"If_None_Match": '"other"'},
        # A tag decides alone, whatever the date says.
        {"If_None_Match": '"other"', "If_Modified_Since": "Sun, 01 Jan 2040 00:00:00 GMT"},
        {"If_Modified_Since": "Mon, 01 Jan 2024 00:00:00 GMT"},
        {"If_Modified_Since": "the day before yesterday"},
        {"If_Modified_Since": ""},
    ],
)
def test_what_the_client_does_not_have_is_sent(client: Client, validators: dict[str, str]) -> None:
    response, body = client.get("/feed/", **validators)
    assert response.status == 200
    assert body.startswith(b"<?xml")


def test_the_feed_is_as_old_as_its_newest_article(client: Client) -> None:
    response, _ = client.get("/feed/")
    assert parsedate_to_datetime(response.headers["Last-Modified"]) == load_posts()[0].published
    older, _ = client.get("/feed/?paged=2")
    assert parsedate_to_datetime(older.headers["Last-Modified"]) == load_posts()[10].published


@pytest.mark.parametrize("accepted", ["gzip", "gzip, deflate, br", "br;q=1.0, GZIP;q=0.5", "*"])
def test_text_is_compressed_for_those_who_can_unpack_it(client: Client, accepted: str) -> None:
    plain, body = client.get("/feed/")
    packed, smaller = client.get("/feed/", Accept_Encoding=accepted)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(smaller) == body
    assert len(smaller) < len(body) / 2
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["ETag"] == "W/" + plain.headers["ETag"]
    again, _ = client.get("/feed/", Accept_Encoding=accepted, If_None_Match=packed.headers["ETag"])
    assert again.status == 304


@pytest.mark.parametrize("accepted", ["identity", "br", "gzip;q=0", "gzip; q=0.00, br"])
def test_text_is_left_alone_for_those_who_cannot(client: Client, accepted: str) -> None:
    response, body = client.get("/feed/", Accept_Encoding=accepted)
    assert response.headers["Content-Encoding"] is None
    assert body.startswith(b"<?xml")


def test_pictures_are_not_compressed_twice(client: Client) -> None:
    response, body = client.get("/wp-content/uploads/measure.png", Accept_Encoding="gzip")
    assert (response.headers["Content-Type"], response.headers["Content-Encoding"]) == ("image/png", None)
    assert body.startswith(b"\x89PNG")


def test_a_head_request_gets_the_head(client: Client) -> None:
    response, body = client.get("/feed/", "HEAD")
    assert (response.status, body) == (200, b"")
    assert response.headers["Content-Length"] == client.get("/feed/")[0].headers["Content-Length"]


def test_what_is_missing_is_a_404_without_validators(client: Client) -> None:
    response, body = client.get("/nowhere/", If_None_Match="*")
    assert response.status == 404
    assert b"Nothing here" in body
    assert (response.headers["ETag"], response.headers["Last-Modified"]) == (None, None)
    assert client.get("/feed/?paged=99")[0].status == 404


def test_a_redirect_keeps_the_connection(client: Client) -> None:
    response, _ = client.get("/feed")
    assert (response.status, response.headers["Content-Length"]) == (301, "0")
    assert client.get(urlsplit(response.headers["Location"]).path)[0].status == 200


def test_other_methods_are_refused(client: Client) -> None:
    response, _ = client.get("/wp-comments-post.php", "POST")
    assert response.status == 501


def test_the_site_remembers_what_it_was_asked(client: Client, demo_site: DemoSite) -> None:
    tag = client.get("/feed/")[0].headers["ETag"]
    client.get("/feed/", If_None_Match=tag)
    client.get("/nope")
    assert list(demo_site.served) == [
        Served("GET", "/feed/", 200),
        Served("GET", "/feed/", 304),
        Served("GET", "/nope", 404),
    ]


def test_many_can_read_at_once(demo_site: DemoSite) -> None:
    sizes: list[int] = []

    def read() -> None:
        client = Client(demo_site)
        sizes.extend(len(client.get(target)[1]) for target in KINDS)
        client.connection.close()

    readers = [threading.Thread(target=read) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert len(sizes) == 8 * len(KINDS)
    assert len(set(sizes)) == len(KINDS)


def test_a_stopped_site_refuses_new_connections_and_ends_open_ones() -> None:
    before = threading.active_count()
    with serve() as site:
        client = Client(site)
        assert client.get("/")[0].status == 200
    client.connection.auto_open = 0  # or it would connect anew, which is the next question
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        client.get("/")
    client.connection.close()
    with pytest.raises(ConnectionError):
        Client(site).get("/")
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and "process_request_thread" in thread.name:
            thread.join(5)
    assert threading.active_count() <= before


def test_it_can_come_back_on_the_same_port() -> None:
    with serve() as site:
        port = int(urlsplit(site.url).port or 0)
    with serve(port) as again:
        assert again.url == site.url
        client = Client(again)
        assert client.get("/feed/")[0].status == 200
        client.connection.close()


def test_a_client_that_hangs_up_is_no_trouble(demo_site: DemoSite, capfd: pytest.CaptureFixture[str]) -> None:
    rude = Client(demo_site)
    rude.connection.connect()
    rude.connection.sock.sendall(b"GET /feed/ HTTP/1.1\r\nHost: x\r\n\r\n" * 50)
    rude.connection.close()
    client = Client(demo_site)
    assert client.get("/")[0].status == 200
    client.connection.close()
    assert capfd.readouterr() == ("", "")


def test_it_needs_only_the_standard_library() -> None:
    script = (
        "import sys; before = set(sys.modules); import tuireader.demo.server\n"
        "names = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(names - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['tuireader']"

from __future__ import annotations

import codecs
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuireader.feeds.decode import decode

TEXT = "<p>Größe “für” Ærø, 10 €</p>"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_unicode_needs_no_declaration(encoding: str) -> None:
    assert decode(TEXT.encode(encoding)) == TEXT
    assert decode(TEXT.encode(encoding), "text/html; charset=iso-8859-1") == TEXT


@pytest.mark.parametrize(
    ("text", "encoding", "declared"),
    [
        ("Größe für", "latin-1", ""),
        ("Größe für", "latin-1", "utf-8"),
        ("“Größe” 10 €", "cp1252", "iso-8859-1"),
        ("Привет, мир", "cp1251", "windows-1251"),
        ("Привет, мир", "koi8-r", "koi8-r"),
        ("日本語①", "cp932", "shift_jis"),
        ("日本語のテスト", "euc-jp", "EUC-JP"),
        ("日本語のテスト", "iso2022_jp", "iso-2022-jp"),
        ("中文内容测试", "gb18030", "gb2312"),
        ("中文內容測試", "big5", "big5"),
        ("한국어 시험", "cp949", "euc-kr"),
        ("Grüße", "latin-1", "no-such-encoding"),
        ("Grüße", "latin-1", "zlib"),
        ("Grüße", "latin-1", "idna"),
        ("Gr\\xfc\xdfe", "latin-1", "unicode_escape"),
    ],
)
def test_declared_encodings(text: str, encoding: str, declared: str) -> None:
    document = f'<?xml version="1.0" encoding="{declared}"?><p>{text}</p>'
    assert decode(document.encode(encoding)) == document
    assert decode(f"<p>{text}</p>".encode(encoding), f'text/html; Charset="{declared}"') == f"<p>{text}</p>"


def test_a_letter_cut_in_half_does_not_spoil_the_rest() -> None:
    assert (
        decode("日本語のテキスト、たくさん".encode()[:-1], "text/html; charset=utf-8")
        == "日本語のテキスト、たくさ\ufffd"
    )


def test_each_of_few_encodings_reads_a_document_in_pieces_and_leaves_it_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """A codec of Python takes a microsecond for each byte that it does not know, and no other thread runs meanwhile."""
    asked: list[tuple[str, int]] = []
    whole = codecs.getincrementaldecoder

    def counted(name: str) -> Any:
        def make(errors: str) -> Any:
            decoder: Any = whole(name)(errors)
            before = decoder.decode

            def decode_piece(piece: bytes, final: bool = False) -> str:
                asked.append((name, len(piece)))
                return str(before(piece, final))

            decoder.decode = decode_piece
            return decoder

        return make

    monkeypatch.setattr("codecs.getincrementaldecoder", counted)
    names = [f"charset={name}" for name in ("cp1253", "iso8859-7", "cp1255", "tis-620", "cp1258") * 100]
    text = decode(b"<p>" + b"\xff" * 1_000_000, ";".join(names))
    assert text.startswith("<p>ÿÿ")
    assert len({name for name, _ in asked}) == 3
    assert max(size for _, size in asked) <= 32_768
    assert sum(size for _, size in asked) <= 3 * 200_000


@pytest.mark.parametrize("name", ["cp1253", "gb18030", "euc-jp", "iso2022_jp", "hz"])
def test_pieces_are_what_the_whole_is(name: str) -> None:
    text = "Σήμερα 日本語 über 中文 words\n" * 10_000
    content = text.encode(name, "ignore")
    assert len(content) > 2 * 32_768
    assert decode(content, f"text/html; charset={name}") == content.decode(name)


@given(st.binary(), st.text())
def test_any_bytes_are_text(content: Any, content_type: Any) -> None:
    decode(content, content_type).encode("utf-8")

import re
import sqlite3
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from support.factories import ready, save, subscribe, titles
from tuireader.errors import QueryError
from tuireader.model.article import Excerpt
from tuireader.model.query import Query
from tuireader.store import feeds, folders, labels, statuses
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists, query_language, query_sql, search
from tuireader.store.queries.query_language import FIELDS, understand
from tuireader.text.folding import fold
from tuireader.text.wrap import cells


def found(c: sqlite3.Connection, text: str) -> list[str]:
    return sorted(titles(c, Query(text=text)))


@pytest.fixture
def library(c: sqlite3.Connection) -> sqlite3.Connection:
    save(
        c,
        ready("1", "We don’t know. A naïve café, C++ and foo-bar.", title="Cafe", authors=("Zoë Ångström-Díaz",),
              categories=("China/Russia",)),
        ready("2", "The quick brown fox jumps over the lazy dog.", title="Fox", authors=("Andrew Marlow",),
              categories=("Science & Tech",)),
        ready("3", "吾輩は猫である。名前はまだ無い。端末で記事を読む。", title="猫", authors=("高橋美奈",),
              categories=("日本語",)),
        ready("4", "한국어를 배우는 사람들은 ภาษาไทยเป็นภาษา", title="언어"),
        ready("5", "שָׁלוֹם עולם and مُحَمَّد wrote ﬁne ＷＩＤＥ İstanbul straße", title="Scripts"),
        ready("6", "brown quick, quickly browned", title="Order"),
    )  # fmt: skip
    save(
        c,
        ready("1", "the dog of another", title="Elsewhere"),
        feed=subscribe(c, "https://b.example/f", "Notes on Żółw"),
    )
    return c


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("quick ", ["Fox", "Order"]),
        ("QUICK brown ", ["Fox", "Order"]),
        ("dog", ["Elsewhere", "Fox"]),
        ("cafe ", ["Cafe"]),
        ("qui* brown* ", ["Fox", "Order"]),
        ("author:ang* ", ["Cafe"]),
        ("-qui* dog ", ["Elsewhere", "Fox"]),
        ("CAFÉ ", ["Cafe"]),
        ("cafe\u0301 ", ["Cafe"]),
        ("naive", ["Cafe"]),
        ("angstrom", ["Cafe"]),
        ("don't ", ["Cafe"]),
        ("don’t ", ["Cafe"]),
        ("c++", ["Cafe"]),
        ("foo-bar ", ["Cafe"]),
        ("bar-foo ", []),
        ('"quick brown"', ["Fox"]),
        ('"brown quick"', ["Order"]),
        ('"quick brown', ["Fox"]),
        ("bro", ["Fox", "Order"]),
        ("bro ", []),
        ("bro quick", []),
        ("quick bro", ["Fox", "Order"]),
        ("qu", []),
        ("quick -lazy ", ["Order"]),
        ("quick -laz", ["Fox", "Order"]),
        ("-quick ", ["Cafe", "Elsewhere", "Scripts", "猫", "언어"]),
        ("-quick -dog -cafe ", ["Scripts", "猫", "언어"]),
        ('-"quick brown" fox ', []),
        ("author:zoe ", ["Cafe"]),
        ("author:marlow ", ["Fox"]),
        ("AUTHOR:marl", ["Fox"]),
        ('author:"andrew marlow" ', ["Fox"]),
        ('author:"marlow andrew" ', []),
        ("author:fox ", []),
        ("-author:marlow quick ", ["Order"]),
        ("category:china ", ["Cafe"]),
        ("category:China/Russia ", ["Cafe"]),
        ("category:tech fox ", ["Fox"]),
        ("feed:notes ", ["Elsewhere"]),
        ("feed:ŻÓŁW", ["Elsewhere"]),
        ("feed:b.example dog ", ["Elsewhere"]),
        ("feed:nowhere ", []),
        ("-feed:notes dog ", ["Fox"]),
        ("猫", ["猫"]),
        ("名前", ["猫"]),
        ("記事を読む", ["猫"]),
        ("前名", []),
        ("高橋", ["猫"]),
        ("author:美奈", ["猫"]),
        ("한국", ["언어"]),
        ("국어", ["언어"]),
        ("ไทย", ["언어"]),
        ("שלום ", ["Scripts"]),
        ("محمد ", ["Scripts"]),
        ("fine ", ["Scripts"]),
        ("wide ", ["Scripts"]),
        ("is:unread fox ", ["Fox"]),
        ("is:read ", []),
        ("is:starred ", []),
        ("is:funny ", []),
        ("nowhere ", []),
    ],
)
def test_what_is_typed_finds(library: sqlite3.Connection, text: str, there: list[str]) -> None:
    assert found(library, text) == sorted(there)
    assert sorted(titles(library, Query(text=text, order="best"))) == sorted(there)


@pytest.mark.parametrize("text", ['"', '""', "*", "+++", "-", "--", "NEAR(", "^", ":", "(", ")", "-*", "author:", '-"'])
def test_signs_alone_find_nothing_and_are_no_error(library: sqlite3.Connection, text: str) -> None:
    assert found(library, text) == []
    assert article_lists.totals(library, Query(text=text)).all == 0


@pytest.mark.parametrize("text", ["", " ", "\t\n", "\x00", "feed:"])
def test_blank_is_no_search(library: sqlite3.Connection, text: str) -> None:
    assert len(found(library, text)) == (0 if text == "feed:" else 7)


@pytest.mark.parametrize(
    "text",
    [
        "AND", "OR", "NOT", "fox AND", "AND OR NOT", "NEAR(fox dog)", "fox NEAR/2 dog", "title:fox", "title : fox",
        "{title body}: fox", "fox*", "* fox", "^fox", "fox +dog", "(fox", "fox)", "\\", "'", "fox'; DROP TABLE article",
        "%", "_", "fox\x00dog", "\ud800fox", "a" * 10_000, "fox " * 500, '"' * 99, "is:", "is:unread is:read", "😀",
        "𞤀𞤁", "\u0301", "-fox -fox -fox", 'author:"', "feed:%", "author::x", "c:\\fox", "fox\u2028dog",
    ],
)  # fmt: skip
def test_nothing_that_is_typed_is_an_error(library: sqlite3.Connection, text: str) -> None:
    for order in ("newest", "best"):
        query = Query(text=text, order=order)
        assert len(article_lists.window(library, query, 0, 60)) == article_lists.count(library, query)
    article_lists.categories(library, Query(text=text))
    search.excerpt_around("The fox and the dog.", text)


@pytest.fixture(scope="module")
def one() -> Iterator[sqlite3.Connection]:
    with tempfile.TemporaryDirectory() as folder, closing(connect(Path(folder) / "tuireader.db")) as c:
        save(c, ready("1", "The quick don't 日本 fox", title="Fox"))
        yield c


PIECES = [*"\"-*:()^+ '\t{}\\/&", "AND", "NEAR", "is:", "author:", "fox", "日", "é", "\u0301", "\ud800"]
typed = st.lists(st.sampled_from(PIECES) | st.text(st.characters(), max_size=2), max_size=8).map("".join)


@examples(300)
@given(typed)
def test_no_text_is_an_error(one: sqlite3.Connection, text: str) -> None:
    for order in ("newest", "best"):
        query = Query(text=text, order=order)
        assert len(article_lists.ids(one, query)) == article_lists.count(one, query)


@examples(200)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=6), min_size=1, max_size=6
    )
)
def test_every_word_of_a_text_finds_it(one: sqlite3.Connection, words: list[str]) -> None:
    one.execute("DELETE FROM search")
    one.execute(
        "INSERT INTO search (rowid, title, authors, categories, body) VALUES (1, '', '', '', ?)",
        (query_language.indexed(" ".join(words)),),
    )
    for word in words:
        if all(map(is_old, word)):
            wanted = understand(f"{word} ").fts()
            assert one.execute("SELECT count(*) FROM search WHERE search MATCH ?", (wanted,)).fetchone()[0] == 1, word


def is_old(sign: str) -> bool:
    """Whether the letter has been one for as long as the tables of SQLite know, which are of Unicode 6.1."""
    return unicodedata.ucd_3_2_0.category(sign)[0] in "LN"


@examples(400)
@given(st.text(st.characters(max_codepoint=0x206F), max_size=8))
def test_text_that_is_only_looked_at_would_not_have_changed(one: sqlite3.Connection, text: str) -> None:
    """What goes into the index as it is becomes the words that it would become had we folded it."""
    text = "".join(sign for sign in text if is_old(sign) or not sign.isalnum())
    whole = query_language.unspaced_run().sub(query_language._letter_by_letter, query_language.compared(text))
    assert words_of(one, query_language.indexed(text)) == words_of(one, whole)


def test_every_latin_letter_is_indexed_as_we_fold_it(one: sqlite3.Connection) -> None:
    letters = [chr(point) for point in range(0x250) if chr(point).isalpha() and is_old(chr(point))]
    assert [
        letter for letter in letters if words_of(one, query_language.indexed(letter)) != words_of(one, fold(letter))
    ] == []


def words_of(c: sqlite3.Connection, text: str) -> list[str]:
    """What the index makes of a text."""
    c.execute("DELETE FROM search")
    c.execute(
        "INSERT INTO search (rowid, title, authors, categories, body) VALUES (1, '', '', '', ?)",
        (text.replace("\0", " "),),
    )
    c.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, search, instance)")
    return [row[0] for row in c.execute("SELECT term FROM temp.vocabulary ORDER BY offset").fetchall()]


def test_the_last_word_is_a_beginning_only_while_it_is_typed() -> None:
    assert understand("harb").fts() == '("harb" OR "harb" *)'
    assert understand("harb ").fts() == '("harb")'
    assert understand('"harb"').fts() == '("harb")'
    assert understand("ha").fts() == '("ha")'
    assert understand("night harb").fts() == '("night") AND ("harb" OR "harb" *)'
    assert understand("harb night").fts() == '("harb") AND ("night" OR "night" *)'
    assert understand("-night").fts() == ""
    assert understand("harb -night").fts() == '(("harb")) NOT (("night"))'
    assert understand("author:zo x").fts() == '(authors : "zo") AND ("x")'


def test_a_common_short_word_is_not_taken_as_a_beginning(
    library: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(library, ready("7", "brow", title="Brow"), ready("8", "brow", title="High brow"))
    assert found(library, "brow") == ["Brow", "Fox", "High brow", "Order"]
    monkeypatch.setattr(query_sql, "COMMON", 2)
    assert found(library, "brow") == ["Brow", "High brow"]
    assert found(library, "bro") == ["Brow", "Fox", "High brow", "Order"]
    assert found(library, "quick") == ["Fox", "Order"]


def test_filters_that_are_typed_mean_what_their_keys_mean(library: sqlite3.Connection) -> None:
    (fox,) = article_lists.ids(library, Query(text="fox "))
    statuses.mark(library, [fox], read=True, starred=True)
    assert found(library, "is:read ") == ["Fox"]
    assert found(library, "is:starred") == ["Fox"]
    assert found(library, "-is:unread") == ["Fox"]
    assert found(library, "is:unread quick ") == ["Order"]
    assert found(library, "-is:starred quick ") == ["Order"]
    assert found(library, "-is:read quick ") == ["Order"]
    assert article_lists.ids(library, Query(text="is:unread fox", keep=frozenset([fox]))) == [fox]
    assert article_lists.ids(library, Query(text="is:read", unread=True)) == []
    assert article_lists.ids(library, Query(text="-is:starred", starred=True)) == []


@pytest.mark.parametrize(
    ("typed", "mistakes"),
    [
        ("fed:apple", ["“fed:apple”: did you mean feed:?"]),
        ("Catgory:Sea harbour", ["“Catgory:Sea”: did you mean category:?"]),
        ("titel:x auther:y", ["“titel:x”: did you mean title:?", "“auther:y”: did you mean author:?"]),
        ("is:starre", ["“is:starre”: use unread, read, starred or hidden"]),
        ("since:foo", ["“since:foo”: use a date: 2024-03, today or 7d"]),
        ("title:fed feed:x is:read 12:30 http://feed.example/ foo:bar fed: “fed:” cat:", []),
        ("harbour title:", ["“title:”: needs a value"]),
        ("author= words> tag= x", [f"“{each}”: needs a value" for each in ("author=", "words>", "tag=")]),
        ("words=500", ["“words=500”: write words>500 or words<500"]),
        ("title=Harbour since=2024", ["“title=Harbour”: write title:Harbour", "“since=2024”: write since:2024"]),
        ("a=b x>y href=z 1=1", []),
    ],
)
def test_a_mistake_is_said_and_its_words_are_found_all_the_same(typed: str, mistakes: list[str]) -> None:
    wanted = understand(typed)
    assert wanted.mistakes == mistakes
    assert not wanted.nothing


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("The Quick fox.", "quick ", ["Quick"]),
        ("The Quick fox, quickly.", "quick", ["Quick", "quickly"]),
        ("The Quick fox, quickly.", "quick ", ["Quick"]),
        ("Zoë and zoe and ZOÉ", "zoe ", ["Zoë", "zoe", "ZOÉ"]),
        ("we don’t; we don't; dont", "don't ", ["don’t", "don't"]),
        ("foo-bar foo bar foobar", '"foo bar"', ["foo-bar", "foo bar"]),
        ("端末で記事を読む", "記事", ["記事"]),
        ("a b", "author:a ", []),
        ("a b", "-a ", []),
        ("a b", "", []),
        ("ﬁne", "fine ", ["ﬁne"]),
        ("İstanbul x", "x ", ["x"]),
        ("straße und STRASSE", "straße ", ["straße", "STRASSE"]),
    ],
)
def test_matches_are_where_the_words_are(text: str, query: str, marked: list[str]) -> None:
    assert [text[start:end] for start, end in search.matches(text, query)] == marked


def test_an_excerpt_is_around_the_first_match() -> None:
    text = "Nothing here. " * 30 + "Then a fox  came\nby, and the dog slept. " + "Nothing more. " * 30
    excerpt = search.excerpt_around(text, "fox dog ", 80)
    assert excerpt.text.startswith("… ")
    assert excerpt.text.endswith(" …")
    assert "Then a fox came by, and the dog slept." in excerpt.text
    assert [excerpt.text[start:end] for start, end in excerpt.marks] == ["fox", "dog"]
    assert len(excerpt.text) <= 84


def test_an_excerpt_without_a_match_is_the_beginning() -> None:
    assert search.excerpt_around("One two three four", "zebra", 9) == Excerpt("One two …")
    assert search.excerpt_around("One two", "zebra") == Excerpt("One two")
    assert search.excerpt_around("", "zebra") == Excerpt("")
    assert search.excerpt_around("One two", "") == Excerpt("One two")


def test_an_excerpt_of_text_without_spaces_is_cut_too() -> None:
    excerpt = search.excerpt_around("あ" * 500 + "記事" + "い" * 500, "記事", 40)
    assert "記事" in excerpt.text
    assert len(excerpt.text) <= 44
    assert [excerpt.text[start:end] for start, end in excerpt.marks] == ["記事"]


@given(st.text(max_size=200), st.text(max_size=10), st.integers(10, 100))
def test_an_excerpt_is_short_one_line_and_its_marks_are_in_it(text: str, query: str, width: int) -> None:
    excerpt = search.excerpt_around(text, query, width)
    assert len(excerpt.text) <= width + 4
    assert not re.search(r"[\n\t]", excerpt.text)
    for start, end in excerpt.marks:
        assert 0 <= start < end <= len(excerpt.text)


def test_a_title_that_says_all_of_it_comes_first(c: sqlite3.Connection) -> None:
    often = "The f1metrics people speak of a top speed. f1metrics, top, f1metrics, top. " * 9
    save(
        c,
        *(ready(str(number), often, title=f"Speed {number}", categories=("f1metrics top",)) for number in range(9)),
        ready("x", "A list of drivers. " * 400, title="The f1metrics top 100"),
    )
    assert titles(c, Query(text="f1metrics top", order="best"))[0] == "The f1metrics top 100"


def test_an_excerpt_counts_cells_and_has_no_ellipsis_beside_another() -> None:
    text = "标点符号，都应该正确处理。English 混排……" + "还有更多的文字。" * 40
    excerpt = search.excerpt_around(text, "English", 30)
    assert cells(excerpt.text) <= 30 + 4
    assert "…… …" not in excerpt.text
    assert "… …" not in excerpt.text


def test_a_title_says_all_only_where_each_word_is_in_it() -> None:
    assert search.says_all("The Quiet Harbour", "harbour quiet")
    assert not search.says_all("The Quiet Harbour", "harbour loud")
    assert not search.says_all("The Quiet Harbour", "author:harbour")


def test_fields_of_what_the_user_made_look_at_it(library: sqlite3.Connection) -> None:
    ids = {headline.title: headline.id for headline in article_lists.window(library, Query(), 0, 20)}
    notes = next(feed for feed in feeds.every(library) if feed.title.startswith("Notes"))
    folders.put(library, notes.id, folders.add(library, "Ham Radio").id)
    labels.add_tags(library, [ids["Fox"]], ["To Read"])
    assert found(library, "folder:radio ") == ["Elsewhere"]
    assert found(library, "-folder:ham dog ") == ["Fox"]
    assert found(library, "folder:nowhere ") == []
    assert found(library, "-folder:nowhere fox ") == ["Fox"]
    assert found(library, "tag:read ") == found(library, 'tag:"to read" ') == ["Fox"]
    assert found(library, "-tag:read quick ") == ["Order"]
    assert found(library, "tag:nowhere ") == []


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("title:fox ", ["Fox"]),
        ("title:quick ", []),
        ("-title:fox quick ", ["Order"]),
        ("words>3 quick ", ["Fox", "Order"]),
        ("words<1 quick ", []),
        ("-words>1000 quick ", ["Fox", "Order"]),
        ("-words<1000 quick ", []),
        ("since:2000 quick ", ["Fox", "Order"]),
        ("since:2999 ", []),
        ("before:2000 ", []),
        ("-before:2000 quick ", ["Fox", "Order"]),
        ("since:never ", []),
        ("words>many ", []),
        ("words>99999999999999999999 ", []),
    ],
)
def test_fields_narrow_what_is_found(library: sqlite3.Connection, text: str, there: list[str]) -> None:
    assert found(library, text) == there


NOW = datetime(2024, 5, 17, 12, tzinfo=UTC)


def test_of_several_dates_and_lengths_the_narrowest_counts() -> None:
    dates, lengths = "since:7d since:2D before:1d -since:2024-05-16T00:00Z", "words>10 words>500 words<900 -words>700"
    wanted = understand(f"{dates} {lengths}", NOW)
    assert wanted.since == NOW - timedelta(days=2)
    assert wanted.before == datetime(2024, 5, 16, tzinfo=UTC)
    assert (wanted.longer, wanted.shorter) == (500, 701)
    assert not wanted.terms


def test_every_field_is_documented_and_does_something() -> None:
    values = {"since:": "2024", "before:": "2024", "is:": "read", "has:": "picture", "words>": "5", "words<": "5"}
    page = Path("docs/query.md").read_text("utf-8")
    for name in FIELDS:
        assert f"`{name}" in page
        wanted = understand(f"{name}{values.get(name, 'x')} ")
        assert all(term.column for term in wanted.terms), name
        assert wanted != understand("")


def test_each_of_many_names_is_found_and_of_too_many_nothing(c: sqlite3.Connection) -> None:
    for number in range(60):
        feed = feeds.add(c, f"https://site-{number}.example/feed", title=f"Site {number}", site="", now=NOW)
        save(c, ready(f"guid {number}", title=f"word{number}"), feed=feed)
    for text in (
        "feed=" + "|".join(f'"Site {number}"' for number in range(50)),
        "|".join(f"word{n}" for n in range(50)),
    ):
        query_language.check_length(text)
        assert article_lists.count(c, Query(text=text)) == 50
    for text in ("|".join(f"word{number}" for number in range(501)), "word1 " * 501):
        with pytest.raises(QueryError, match="over 500 words and names"):
            query_language.check_length(text)
        assert article_lists.count(c, Query(text=text)) == 0


def test_parts_of_names_of_tags_feeds_and_folders_are_found_without_their_accents(c: sqlite3.Connection) -> None:
    feed = subscribe(c, title="Café Zürich")
    save(c, ready("1", title="One"), feed=feed)
    (id_,) = article_lists.ids(c, Query())
    labels.add_tags(c, [id_], ["Ärger Straße"])
    folders.put(c, feed.id, folders.add(c, "Übung").id)
    for text in (
        "tag:arger ",
        "tag:strasse ",
        "tag:ärger ",
        "feed:cafe ",
        "feed:ZÜRICH ",
        "folder:ubung ",
        "folder:übung ",
    ):
        assert article_lists.count(c, Query(text=text)) == 1, text
        assert article_lists.count(c, Query(text=f"-{text}")) == 0, text
    assert article_lists.count(c, Query(text='tag="arger strasse" ')) == 0
    assert article_lists.count(c, Query(text='tag="ärger straße" ')) == 1


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("trade war", "trade war*"),
        ("trade war ", "trade war"),
        ("war*", "war*"),
        ("ab* feed:arch", "ab* feed:arch"),
        ('"trade war ', '"trade war"'),
        ("is:unread", "is:unread"),
        ("author:zoe", "author:zoe*"),
        ("of", "of"),
        ("", ""),
    ],
)
def test_a_completed_query_finds_what_was_typed(typed: str, kept: str) -> None:
    assert query_language.completed(typed) == kept
    assert understand(f"{kept} ").terms == understand(typed).terms


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("title:sea OR title:bay", "title:sea|bay"),
        ("title:sea|TITLE:bay", "title:sea|bay"),
        ('title:sea | title:"a bay" OR title:fog', 'title:sea|"a bay"|fog'),
        ("feed=A OR feed=B", "feed=A|B"),
        ("-author:ann OR author:bob x", "-author:ann|bob x"),
    ],
)
def test_the_field_of_alternatives_may_be_repeated(text: str, same: str) -> None:
    assert understand(f"{text} ") == understand(f"{same} ")
    assert not understand(text).mistakes


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("NOT b", "write -word"),
        ("OR", "for alternatives, write one|other"),
        ("or", ""),
        ("sea OR bay", ""),
        ("sea AND bay", ""),
        ("date:2024", "did you mean since:?"),
        ("unread:yes", "did you mean is:unread?"),
        ("autor:ann", "did you mean author:?"),
        ("foo:bar", ""),
        ("title:sea OR author:ann", "alternatives must be in the same field"),
        ("title:sea OR title:bay", ""),
        ("\u0131s:unread", ""),
        ("T\u0130TLE:x", "did you mean title:?"),
        ("ha\u017f:5", ""),
        ("https://harbour.example", ""),
    ],
)
def test_operators_of_other_languages_get_a_hint(text: str, hint: str) -> None:
    mistakes = understand(text).mistakes
    assert hint in mistakes[0] if hint else mistakes == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sea | bay", "sea|bay"),
        ("sea |bay", "sea|bay"),
        ("sea OR bay OR cape", "sea|bay|cape"),
        ("author:ann OR zoe", "author:ann|zoe"),
        ("sea AND bay", "sea bay"),
        ("sea or bay", "sea or bay"),
        ("sea |", "sea"),
        ('feed="A" | "B"', 'feed="A"|"B"'),
    ],
)
def test_alternatives_may_have_spaces_or_a_word_between(written: str, meant: str) -> None:
    one, other = understand(f"{written} "), understand(f"{meant} ")
    assert (one.terms, one.named) == (other.terms, other.named)

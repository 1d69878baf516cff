from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuireader.text.bylines import NAMES_MAX, categories, people
from tuireader.text.printable import line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("AT&T", "AT&T"),
        ("AT&amp;T", "AT&T"),
        ("AT&amp;amp;T", "AT&T"),
        ("Tom &#8211; Jerry&nbsp;&hellip;", "Tom – Jerry …"),
        ("<b>Bold</b> move", "Bold move"),
        ("<p>One</p><p>Two</p>", "One Two"),
        ("Two<br/>lines", "Two lines"),
        ("How to use <b>", "How to use <b>"),
        ("&lt;b&gt; explained", "<b> explained"),
        ("a < b and c > d", "a < b and c > d"),
        ("vector<int> v; </int>", "vector<int> v; </int>"),
        ("  many \n\t spaces ", "many spaces"),
        ("x &copy=1", "x &copy=1"),
        ("\x1b[31mred", "[31mred"),
    ],
)
def test_lines(text: str, shown: str) -> None:
    assert line(text) == shown


def test_tags_are_literal_where_there_is_no_markup() -> None:
    assert line("<b>Bold</b>", markup=False) == "<b>Bold</b>"


def test_lines_are_not_endless() -> None:
    assert len(line("word " * 10_000)) == 1000


@given(st.text())
def test_any_text_is_one_line(text: Any) -> None:
    assert len(line(text).splitlines()) <= 1


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["jane@a.example (Jane Döe)"], ("Jane Döe",)),
        (["JANE DOE, FUTURISM 18 NOV 2019"], ("JANE DOE, FUTURISM",)),
        (["REUTERS 19. November 2019"], ("REUTERS",)),
        (["Team 4 May"], ("Team 4 May",)),
        (["zoë@münchen.museum (Zoë)"], ("Zoë",)),
        (["Jane Doe <jane@a.example>"], ("Jane Doe",)),
        (["Jane Doe (jane@a.example)"], ("Jane Doe",)),
        (["noreply@blogger.com (Jane Doe)"], ("Jane Doe",)),
        (["noreply@blogger.com"], ()),
        (["jane@a.example"], ("jane@a.example",)),
        (["jane@a.example", "Jane Doe"], ("Jane Doe",)),
        (['"Jane Doe"'], ("Jane Doe",)),
        (["By Jane Doe"], ("Jane Doe",)),
        (["Nathan Willis March"], ("Nathan Willis",)),
        (["Ida Brandt October 31, 2025"], ("Ida Brandt",)),
        (["Rob Ewa Edited by Betsy Beyer"], ("Rob Ewa",)),
        (["Ida Brandt Posts"], ("Ida Brandt",)),
        (["April June"], ("April June",)),
        (["Byron"], ("Byron",)),
        (["By"], ("By",)),
        (["Written by Jane Doe"], ("Jane Doe",)),
        (["by: Jane Doe"], ("Jane Doe",)),
        (["Words by Jane Doe and Ann Lee"], ("Jane Doe", "Ann Lee")),
        (["Read more about Jane Doe"], ("Jane Doe",)),
        (["View all posts by jane"], ("jane",)),
        (["More from Jane Doe"], ("Jane Doe",)),
        (["Author: Jane Doe"], ("Jane Doe",)),
        (["Geschrieben von Jana Döring"], ("Jana Döring",)),
        (["Von: Jana Döring"], ("Jana Döring",)),
        (["Von Trapp"], ("Von Trapp",)),
        (["Por Favor Magazine"], ("Por Favor Magazine",)),
        (["责任编辑：王小明"], ("王小明",)),
        (["著者 白川真帆"], ("白川真帆",)),
        (["文"], ("文",)),
        (["Jane Doe Education correspondent"], ("Jane Doe",)),
        (["Jane Ann Doe, Senior Technology Reporter"], ("Jane Ann Doe",)),
        (["Jane Doe | Editor"], ("Jane Doe",)),
        (["The Editor"], ("The Editor",)),
        (["Ghost Writer"], ("Ghost Writer",)),
        (["By Jane Doe and Ann Lee For Morningbugle"], ("Jane Doe", "Ann Lee")),
        (["Friends for Life"], ("Friends for Life",)),
        (["Centre for Rivers"], ("Centre for Rivers",)),
        (['["Jane Doe", "Ann Lee"]'], ("Jane Doe", "Ann Lee")),
        (['["Jane Doe", 3'], ('["Jane Doe", 3',)),
        (["Jane Doe, Ann Lee"], ("Jane Doe", "Ann Lee")),
        (["Jane Doe, Ann Lee and Ludwig van Beethoven"], ("Jane Doe", "Ann Lee", "Ludwig van Beethoven")),
        (["Jane Doe, Ann Lee, and J. R. Hartley"], ("Jane Doe", "Ann Lee", "J. R. Hartley")),
        (["Zoë Ångström-Díaz & Ann O’Lee"], ("Zoë Ångström-Díaz", "Ann O’Lee")),
        (["Иван Петров, Анна Ли"], ("Иван Петров", "Анна Ли")),
        (["Martin King, Jr."], ("Martin King, Jr.",)),
        (["Doe, Jane"], ("Doe, Jane",)),
        (["Smith and Wesson"], ("Smith and Wesson",)),
        (["Institute of Rivers and Inland Seas"], ("Institute of Rivers and Inland Seas",)),
        (["Harbour News and Weather Team"], ("Harbour News and Weather Team",)),
        (["jane, ann"], ("jane, ann",)),
        (['<a href="https://a.example">Jane</a>'], ("Jane",)),
        (["Jane", "JANE", "", " ", "Ann"], ("Jane", "Ann")),
        (["Jane (of the Jungle)"], ("Jane (of the Jungle)",)),
        (["Toby Smith"], ("Toby Smith",)),
        (["By Toby Smith"], ("Toby Smith",)),
        (["Ruby Tandoh, Bobby Fischer"], ("Ruby Tandoh", "Bobby Fischer")),
        (["Gaby Acevedo"], ("Gaby Acevedo",)),
        (["Abby by Night"], ("Abby by Night",)),
        (["Ann Bell", "MD"], ("Ann Bell, MD",)),
        (["Текст: Лида Буслаева"], ("Лида Буслаева",)),
        (["Letters To The Editor"], ("Letters To The Editor",)),
        (["Ana Caro, Lía Latorre y José María Wilson"], ("Ana Caro", "Lía Latorre", "José María Wilson")),
        (["Santiago Ramón y Cajal"], ("Santiago Ramón y Cajal",)),
        (["Lía Perdomo @liaperdomo"], ("Lía Perdomo",)),
        (["von Redaktion"], ("Redaktion",)),
        (["undefined"], ()),
    ],
)
def test_people(names: list[str], shown: Any) -> None:
    assert people(names) == shown


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["Science &amp;amp; Tech", "science & tech"], ("Science & Tech",)),
        (["China/Russia"], ("China/Russia",)),
        (["Uncategorized"], ("Uncategorized",)),
        (["Uncategorized", "News"], ("News",)),
        (["Non classé", "Sin categoría"], ("Non classé",)),
        (["  a \n b ", "A B"], ("a b",)),
        (["日本語", "", "日本語"], ("日本語",)),
        (["Straße", "STRASSE"], ("Straße",)),
    ],
)
def test_categories(names: list[str], shown: tuple[str, ...]) -> None:
    assert categories(names) == shown


def test_a_list_of_names_that_is_nested_deeply_is_one_name() -> None:
    assert len(people(['["a",' + "[" * 1000 + '"]'])) == 1


def test_names_are_not_endless() -> None:
    assert len(categories(str(i) for i in range(10_000))) == NAMES_MAX

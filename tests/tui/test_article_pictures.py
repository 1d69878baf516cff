"""What pages look like, as pictures, where the look carries weight; `--snapshot-update` takes them anew."""

from collections.abc import Callable

import pytest

from support.article_host import Host, opened

ESSAY = """\
A line of text is a journey that the eye makes without noticing, as long as nobody makes it too long. At the end of
each one it has to find the next, and if the way back is far, it finds the *same* one again.

## What the measure is for

Printers set between [forty-five and seventy-five](https://measure.example/) characters, and have done so for five
hundred years. They did not need a study to tell them; they had **readers**.

> The page should be there for the words, and not the words for the page.

- a column that stands in the middle
- air above a heading, and less below
- nothing else
"""

CODE = """\
```python
def wrap(text: str, width: int = 72) -> list[str]:
    \"\"\"Break text into lines.\"\"\"
    return [line for line in cut(text, width) if line]  # none is empty
```

| Terminal | Year | Columns |
|:---------|-----:|:-------:|
| VT52     | 1975 |   80    |
| VT100    | 1978 | 80, 132 |
"""

JAPANESE = """\
端末で日本語を読むとき、行のはじめに「、」や「。」が来ないようにするのは、組版の基本である。全角の文字は二つのマスを使い、terminalのような欧文の単語は途中で分けない。

## 縦に読むか

縦書きのできる端末は、ほとんどない。
"""

HEBREW = """\
טקסט בעברית נכתב מימין לשמאל, ובתוכו יש מילים כמו terminal ומספרים כמו 2026, שנקראים משמאל לימין.

- פריט ראשון ברשימה
- פריט שני
"""

Compare = Callable[..., bool]


def article(markdown: str, title: str, *, theme: str = "tuireader-dark", **facts: object) -> Host:
    app = Host(opened(markdown, title=title, **facts))  # type: ignore[arg-type]
    app.theme = theme
    return app


@pytest.mark.parametrize("theme", ["tuireader-dark", "tuireader-light"])
def test_an_essay(snap_compare: Compare, theme: str) -> None:
    assert snap_compare(article(ESSAY, "What the Measure Is For", theme=theme), terminal_size=(76, 30))


def test_code_and_a_table(snap_compare: Compare) -> None:
    assert snap_compare(article(CODE, "Code and a Table"), terminal_size=(66, 26))


def test_japanese(snap_compare: Compare) -> None:
    app = article(JAPANESE, "端末で読む日本語", authors=("高橋美奈",), categories=("日本語",))
    assert snap_compare(app, terminal_size=(56, 22))


def test_hebrew(snap_compare: Compare) -> None:
    app = article(HEBREW, "עברית במסוף", authors=("Yael Ben-Ami",), categories=("Typography",))
    assert snap_compare(app, terminal_size=(56, 20))


def test_finding(snap_compare: Compare) -> None:
    app = article(ESSAY, "What the Measure Is For")
    assert snap_compare(app, terminal_size=(76, 30), press=["slash", *"line"])

"""What stands at the edges of an article's text: lines that say who wrote it, when, where it is filed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tuireader.content.extraction.page import Element, text_of
from tuireader.text.byline_words import BESIDE_NAMES, OF_DATES

_LENGTH_MAX = 300
_NAME_MAX, _TITLES_MAX = 80, 3
"""Characters of a line with a name, and how many words of it may say who that is."""
_FILED = re.compile(
    r"/(?:tags?|categor(?:y|ies|ie|ia)|topics?|labels?|archives?|sections?|themen?|authors?)(?:/|[?#]|$)", re.IGNORECASE
)
_FILED_CLASSES = frozenset(
    {"post-tag", "p-category", "tag", "category", "tag-link", "category-link", "p-author", "author"}
)
_FILED_RELATIONS = frozenset({"author", "category", "tag"})
_DATA = frozenset({"pre", "code", "td", "th"})
"""Code, and cells of a table in which others say as little."""
_WORD = re.compile(r"[^\W\d_]+")
_LABELLED = re.compile(
    r"(?:written |posted |published )?(?:by|von|par|por|tags?|categor(?:y|ies)|topics?|filed under)[\s:]|.*:$",
    re.IGNORECASE,
)
"""How a text begins, or ends, that says who wrote an article or where it is filed, though what follows is elsewhere."""
_NUMBERED = re.compile(r"\d\W{0,5}[^\W\d]|[^\W\d]\W{0,5}\d|\d\D{1,5}\d")
_DATE = re.compile(r"\W*\d{1,4}([./-])\d{1,2}\1\d{1,4}\W*(?:\d{1,2}:\d\d(?::\d\d)?\W*)?|\W*\d{1,2}:\d\d\W*")
_HAN = re.compile(
    r"最近|最后|最後|更新|发布|發佈|发表|發表|投稿|公開|于|於|分类|分類|标签|標籤|カテゴリー|タグ|作者|著者|文责|责任编辑|責任編輯|编辑"
    r"|字数|字數|总计|總計|文字|阅读|閱讀|预计|估时|時間|时间|时长|分钟|分鐘|約|约|量|次|热度|来源|來源|记者|読了|目安|執筆|[年月日时時分秒前]"
)


def says_only_facts(text: str, element: Element, names: Iterable[str]) -> bool:
    """Whether all that a block says is a time, a length, and names: those given, and of what it is filed under."""
    if not text or len(text) > _LENGTH_MAX or next(element.iter("img"), None) is not None:
        return False
    if element.tag in _DATA:
        return False
    text = text.casefold()
    known = False
    for name in [*_named(element), *names]:
        if name and name.casefold() in text:
            text, known = text.replace(name.casefold(), " "), True
    if not (known or _LABELLED.match(text) or _NUMBERED.search(text)):
        return False
    if not (known or _WORD.search(text) or _DATE.fullmatch(text)):
        return False  # figures that are no date
    strange = [word for word in _WORD.findall(_HAN.sub(" ", text)) if word not in BESIDE_NAMES and word not in OF_DATES]
    return not strange or (known and len(strange) <= _TITLES_MAX and len(text) <= _NAME_MAX and text[-1] not in '.!?”"')


def _named(element: Element) -> list[str]:
    return [text_of(each) for each in element.iter("time", "a") if each.tag == "time" or _is_filed(each)]


def _is_filed(link: Element) -> bool:
    classes, relations = (link.get("class") or "").split(), (link.get("rel") or "").split()
    if not (_FILED_CLASSES.isdisjoint(classes) and _FILED_RELATIONS.isdisjoint(relations)):
        return True
    return _FILED.search(link.get("href") or "") is not None

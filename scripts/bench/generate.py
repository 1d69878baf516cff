"""Seeded feeds of WordPress-like posts: the same numbers give the same articles on every machine.

Words follow Zipf's law over a vocabulary of 40,000; lengths, and the shares of markup, scripts, authors and categories,
are those of the blogs and magazines that people subscribe to. Nothing here is meant to be read.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from html import escape, unescape
from itertools import accumulate

from tuireader.model.fetched import ParsedEntry

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
_YEARS = 10
_COMMON = (
    "the of and to in a is that for it as was with be by on not he his but at are this have from or had an they "
    "which one you were all her she there would their we him been has when who will no more if out so up said "
    "what its about than into them can only other time new some could these two may first then do any like my "
    "now over such our man me even most made after also well did many before must through years where much your "
    "way down should because long each just state those people too mr how little good world make very year "
    "still see own work men day get here between both being under three never same last another while us off "
    "might great go come since against right came take used himself few house use place during high without "
    "again home around small however found thought went say part once general upon school every does got united "
    "number left off water public fact less put think almost far enough took end eyes better something system "
    "set told nothing night "
)
_ONSETS = "b c d f g h j k l m n p r s t v w b c d f l m n p r s t st ch sh th pr tr gr pl"
_NUCLEI = "a e i o u a e i o ea ou"
_CODAS = ("", "", "", "", "n", "r", "s", "t", "l", "m", "nt", "ck", "ng")
_ENDINGS = ("", "", "", "", "", "", "ed", "ing", "er", "ly", "s", "s", "ment")
_JAPANESE = "日本語の端末で記事を読むのは楽しいことです文字組版と余白は静かな紙面を作り読者を待たせない新しい記録"
_FOREIGN = {
    "ru": (
        "в и не на что он как это по но из за для так все мы о от же бы когда только время год человек дело "
        "жизнь день рука раз работа слово место лицо друг глаз вопрос дом сторона страна мир случай голова "
        "ребёнок сила конец вид "
    ),
    "ar": (
        "في من على أن إلى هذا التي كان عن مع هذه ما بعد كل قال بين ذلك عند قد أو العام اليوم حتى الناس العالم "
        "كتاب صفحة مدينة وقت طريق بيت كلمة حياة عمل يوم سنة بلد خبر "
    ),
    "he": (
        "של את על לא הוא זה עם כי אם היא אני גם כל יש היה מה או רק אבל אחרי שנה יום בית ספר אדם עולם דבר מקום זמן מילה "
    ),
}
_TOPICS = (
    "Politics Economy Science Technology Culture Sport Opinion Health Books Film Music Travel Food History "
    "Climate Europe Asia Africa Security Law Design Programming Linux Photography Education Art "
)


@dataclass(frozen=True, slots=True)
class GeneratedFeed:
    """A feed, its entries newest first."""

    number: int
    url: str
    title: str
    site: str
    entries: tuple[ParsedEntry, ...]


def feed(
    number: int, articles: int, *, news: int = 0, seed: int = 1, base: str = "http://feeds.example"
) -> GeneratedFeed:
    """The feed with this number, of so many articles; with news, as it is later, when so many more have come."""
    rng = random.Random(f"{seed}-{number}")  # noqa: S311 - repeatable, not secret
    site = f"{base}/{number}/"
    title = f"The {_word(rng).title()} {_word(rng).title()} {number}"
    staff = [_person(rng) for _ in range(20)]
    topics = rng.sample(_categories()[:60], 4) + rng.sample(_categories()[60:], 8)
    span = timedelta(days=365 * _YEARS) / max(1, articles)
    entries = tuple(
        _entry(
            rng, i, site=site, date=NOW - span * i - timedelta(seconds=rng.randrange(3600)), staff=staff, topics=topics
        )
        for i in range(articles)
    )
    later = tuple(
        _entry(rng, articles + i, site=site, date=NOW + timedelta(hours=news - i), staff=staff, topics=topics)
        for i in range(news)
    )
    return GeneratedFeed(number, f"{site}feed/", title, site, later + entries)


def essays(lengths: Sequence[int], *, seed: int = 1, base: str = "http://essays.example") -> GeneratedFeed:
    """A feed of articles in English of so many words each, the first the newest."""
    site = f"{base}/"
    entries = tuple(
        ParsedEntry(
            guid=f"{site}?p={number}",
            title=f"Essay {'abcdefghij'[number] * 3} of {words} words",
            link=f"{site}{number}/",
            published=NOW - timedelta(days=number),
            html=essay(words, seed + number),
        )
        for number, words in enumerate(lengths)
    )
    return GeneratedFeed(1, f"{site}feed/", "Essays", site, entries)


def essay(words: int, seed: int) -> str:
    """The HTML of an article in English of so many words."""
    rng = random.Random(f"essay-{seed}")  # noqa: S311
    return _body(rng, _prose(rng, "en", words))


def vocabulary() -> list[str]:
    """The words of the articles in English, the most frequent first."""
    return list(_vocabulary()[0])


def rss(made: GeneratedFeed) -> bytes:
    """The feed as RSS 2.0, as WordPress would write it."""
    items = "".join(
        f"<item><title>{escape(entry.title)}</title><link>{entry.link}</link>"
        + "".join(f"<dc:creator><![CDATA[{author}]]></dc:creator>" for author in entry.authors)
        + f"<pubDate>{format_datetime(entry.published or NOW)}</pubDate>"
        + "".join(f"<category><![CDATA[{name}]]></category>" for name in entry.categories)
        + f'<guid isPermaLink="false">{entry.guid}</guid>'
        + f"<description><![CDATA[{plain(entry.html)[:300]} [&#8230;]]]></description>"
        + f"<content:encoded><![CDATA[{entry.html}]]></content:encoded></item>\n"
        for entry in made.entries
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{escape(made.title)}</title><link>{made.site}</link><description></description>\n{items}</channel></rss>"
    ).encode()


def plain(html: str) -> str:
    """The text of generated HTML, which is well formed."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@cache
def _vocabulary() -> tuple[list[str], list[float]]:
    rng = random.Random(7)  # noqa: S311
    words = _COMMON.split()
    onsets, nuclei = _ONSETS.split(), _NUCLEI.split()
    seen = set(words)
    while len(words) < 40_000:
        syllables = 1 + (rng.random() < min(0.9, len(words) / 3000)) + (len(words) > 8000) * (rng.random() < 0.4)
        word = "".join(rng.choice(onsets) + rng.choice(nuclei) + rng.choice(_CODAS) for _ in range(syllables))
        word += rng.choice(_ENDINGS)
        if word not in seen:
            seen.add(word)
            words.append(word)
    return words, list(accumulate(1 / (rank + 2.7) for rank in range(len(words))))


@cache
def _categories() -> list[str]:
    rng = random.Random(8)  # noqa: S311
    topics = _TOPICS.split()
    made = [f"{a}/{b}" for a, b in zip(topics, reversed(topics), strict=True)]
    return topics + made + [f"{_word(rng)} {_word(rng)}".title() for _ in range(2000)]


def _word(rng: random.Random) -> str:
    return _vocabulary()[0][rng.randrange(1000, 30_000)]


def _person(rng: random.Random) -> str:
    return f"{_word(rng)[:8].title()} {rng.choice(['', '', 'de ', 'Ó'])}{_word(rng)[:10].title()}"


def _entry(
    rng: random.Random, number: int, *, site: str, date: datetime, staff: list[str], topics: list[str]
) -> ParsedEntry:
    language = rng.choices(["en", "ja", "ru", "ar", "he"], [91, 4, 3, 1, 1])[0]
    title = " ".join(_words(rng, language, rng.randint(4, 12)))
    slug = re.sub(r"\W+", "-", title)[:60] if language == "en" else str(number)
    names = rng.choices([0, 1, 2], [8, 82, 10])[0]
    categories = [
        topics[min(len(topics) - 1, int(rng.expovariate(0.5)))] for _ in range(rng.choice([0, 1, 1, 2, 3, 4]))
    ]
    if categories and rng.random() < 0.3:
        categories.append("News")
    return ParsedEntry(
        guid=f"{site}?p={10_000 + number}",
        title=title[:1].upper() + title[1:],
        link=f"{site}{date:%Y/%m}/{slug}/",
        authors=tuple(rng.sample(staff, names)),
        categories=tuple(dict.fromkeys(categories)),
        published=date,
        html=_body(rng, _prose(rng, language, round(min(8000, rng.lognormvariate(6.35, 0.7))))),
    )


def _words(rng: random.Random, language: str, count: int) -> list[str]:
    if language == "en":
        words, weights = _vocabulary()
        return rng.choices(words, cum_weights=weights, k=count)
    if language == "ja":
        return ["".join(rng.choices(_JAPANESE, k=count * 2))]
    return rng.choices(_FOREIGN[language].split(), k=count)


def _prose(rng: random.Random, language: str, length: int) -> list[str]:
    """Words of one article: half of the rarer ones come from the few that it is about, as in real prose."""
    words = _words(rng, language, length)
    if language != "en":
        return words
    common = set(_COMMON)
    about = [word for word in words[: 40 + length // 12] if word not in common] or words
    return [
        word if word in common or rng.random() < 0.5 else about[int(rng.random() ** 2 * len(about))] for word in words
    ]


def _body(rng: random.Random, words: list[str]) -> str:
    blocks = []
    while words:
        count = rng.randint(30, 110)
        blocks.append(_block(rng, _sentences(rng, words[:count])))
        words = words[count:]
    return "\n\n".join(blocks)


def _sentences(rng: random.Random, words: list[str]) -> str:
    made = []
    while words:
        length = rng.randint(8, 26)
        some, words = words[:length], words[length:]
        text = " ".join(some)
        if len(some) > 12:
            at = rng.randrange(3, len(some) - 3)
            text = " ".join(some[:at]) + rng.choice([",", ",", "&#8217;s", ";", " &#8211;"]) + " " + " ".join(some[at:])
        made.append(text[:1].upper() + text[1:] + rng.choice([".", ".", ".", "?"]))
    return " ".join(made)


def _block(rng: random.Random, text: str) -> str:
    if rng.random() < 0.5:
        href = f"https://www.example.org/{_word(rng)}/{_word(rng)}-{_word(rng)}/"
        half = text.find(" ", len(text) // 2)
        then = text.find(" ", half + 12)
        if 0 < half < then:
            text = f'{text[:half]} <a href="{href}">{text[half + 1 : then]}</a>{text[then:]}'
    kind = rng.random()
    if kind < 0.06:
        return f'<h2 class="wp-block-heading">{_word(rng).title()} {_word(rng)}</h2>\n\n<p>{text}</p>'
    if kind < 0.11:
        items = "\n\n".join(f"<li>{item}</li>" for item in text.split(". "))
        return f'<ul class="wp-block-list">\n{items}\n</ul>'
    if kind < 0.15:
        return f'<blockquote class="wp-block-quote is-layout-flow">\n<p>{text}</p>\n</blockquote>'
    if kind < 0.20:
        number = rng.randrange(1000, 99_999)
        return (
            f'<figure class="wp-block-image size-large"><img loading="lazy" decoding="async" width="1024" height="683"'
            f' src="https://i0.wp.com/example.org/wp-content/uploads/2021/05/{_word(rng)}-{number}-1024x683.jpg?ssl=1"'
            f' alt="{_word(rng)} {_word(rng)}" class="wp-image-{number}"/>'
            f'<figcaption class="wp-element-caption">{_word(rng)} {_word(rng)}</figcaption></figure>\n\n<p>{text}</p>'
        )
    if kind < 0.4:
        text = text.replace(" the ", " <em>the</em> ", 1)
    return f"<p>{text}</p>"

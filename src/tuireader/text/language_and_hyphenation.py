"""Languages of texts: detection, word counts, hyphenation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from tuireader.text.printable import without_plain

if TYPE_CHECKING:
    import pyphen  # type: ignore[import-untyped]

_SAMPLE_MIN, _SAMPLE_LENGTH = 200, 4000
"""Minimum characters for detection, and maximum that are examined."""
_PROSE = 0.09
"""Minimum share of common words: prose has a fifth, lists have none."""
_CLEAR = 1.15
"""Minimum ratio of the best language's score to that of the second."""
_TAG = re.compile(r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8}){0,5}")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SCRIPTS = {
    "el": "\u0370-\u03ff", "kn": "\u0c80-\u0cff", "or": "\u0b00-\u0b7f", "pa": "\u0a00-\u0a7f", "te": "\u0c00-\u0c7f",
    "th": "\u0e00-\u0e7f",
}  # fmt: skip
"""Scripts used by a single language."""
_COMMON = {
    "af": "die en van het is in te wat nie 'n vir op om sy met aan dat hy ook was deur as maar word sal hulle "
          "so geen oor uit nog tot gaan",
    "be": "і на не што у з да як па ад за але яго які гэта быў для так яны калі толькі яна было або",
    "bg": "на и за да се от в е са не че с по като това ще си му бе този през може но към при",
    "ca": "de la i que el a els en les un per del amb una es al és no va als més com o són però",
    "cs": "a se v na je že s z do o i to jako za by ale k pro jsou který byl podle nebo jen při není může než "
          "tak co ve která kde však byla jsem",
    "da": "og i at det er en til af på for den som med de ikke har der et var fra om blev kan også efter hvis "
          "skal hvad havde når ud kun nogle være",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus",
    "en": "the of and to in a is that for it was on with as be by at this are from have not or his they",
    "eo": "la de kaj en estas al por ne kiu li ke kun el pri estis sed oni pli ankaŭ ili kiel tiu unu ĝi ĉi",
    "es": "de la que el en y a los se del las un por con una no para su es al lo como más pero sus fue este "
          "ha muy hasta",
    "et": "ja on ei et see ta oli ning ka aga kui mis oma või nii ma seda olid siis tema ning kuid mida",
    "eu": "eta da ez du bat ere dira zen zuen baina dute izan bere hau hori dela den edo egin baino bi",
    "fr": "de la le et les des en un du une que est pour qui dans par sur au pas plus ce il ne se son",
    "gl": "de a e que o do da en os un unha para con as se por non no na dos como máis á foi ao moi ata este",
    "hr": "je i u na se za da su od s a kao koji nije što o bi iz je će ali ili te to po ne",
    "hu": "a az és hogy nem is egy meg ez de volt csak mint már még azt el ki ha kell lehet vagy van amely",
    "id": "yang dan di ini itu dengan untuk dari dalam tidak akan pada juga ke adalah karena ada oleh mereka saya",
    "is": "og að í á er sem til það var um við ekki en með af hann fyrir þar eru hún hafa því þess frá",
    "it": "di e il la che in un a per è del una della le con non si i da sono dei come al più ma",
    "lt": "ir į kad yra tai su iš kaip ne bet o jis apie už dėl nuo jo ar taip tik buvo iki savo jau per",
    "lv": "un ir ar uz ka no par tas kas bet kā ne tika bija pie tā to lai arī pēc gan vai viņš savu",
    "mk": "на и во да се од за со што не е ги ќе кој како или ако може по при беше таа тоа овој оваа",
    "mn": "нь байна юм энэ гэж бол болон байсан хийх хүн нэг тэр ч их бай билээ гэсэн дээр улсын монгол",
    "mr": "आहे आणि या ते च व हे होते होता की नाही त्या आहेत केले मध्ये एक पण ही असे तर त्यांनी",
    "nb": "og i det er på en som til å av for at med de ikke har den et var om fra ble men også etter hvis "
          "skal hva hadde når ut bare noen være",
    "nl": "de van het een en in is dat op te zijn voor met die niet aan er om ook als dan maar bij werd was "
          "wat had zo geen over uit nog tot wordt hij",
    "nn": "og i det er på ein som til å av for at med dei ikkje har den eit var om frå han vart men også seg "
          "kva hadde når ut berre nokon vere",
    "pl": "w i na z się do nie że to jest o jak a od po za ale co są przez dla był tym czy oraz już",
    "pt": "de a que o e do da em um para com não uma os no se na por mais as dos como mas foi ao está muito até",
    "ro": "de și în a la cu o pe că nu din care este un pentru mai se să au fi dar am ca sau fost",
    "ru": "и в не на что с он как я это по но к из у за его от так все о же для или если может при",
    "sa": "च एव तु न अपि इति हि तत्र यत् तस्य सः ते वा यः तत् भवति अस्ति",
    "sk": "a v sa na je že s z do o to aj ako za by ale k pre sú ktorý bol podľa si po má jeho alebo tak čo "
          "vo ktorá kde nie však bola som",
    "sl": "je in v na se za da so z pa ki s ne bi o kot po tudi od iz bil še ali če lahko pri",
    "sq": "të e në dhe i për që me një nga është u së më ka do si nuk kjo tij janë por edhe ai",
    "sr": "је и у на се да за су од са а као који није што о би из ће али или те то по не",
    "sv": "och i att det som en på är av för med den till inte har de ett om var han men från vi kan så vad "
          "hade när ut bara efter sig",
    "uk": "і в на не що з до та у як за про від для але його так це був який або вони ще по є",
    "zu": "ukuthi futhi ngoba kanye uma noma lapho kodwa yena wathi ukuba kakhulu ke lo le wabe kuye khona",
}  # fmt: skip
"""Common words of languages with hyphenation, and of one similar to some of them."""
_SHARED = Counter(word for words in _COMMON.values() for word in set(words.split()))
_SCORES = {language: {word: 1 / _SHARED[word] for word in set(words.split())} for language, words in _COMMON.items()}
"""The weight of each word for a language: lower if several languages have it."""


def language_tag(text: str) -> str:
    """A language tag as in HTML; "" if invalid."""
    tag = text.strip().replace("_", "-")
    return tag if _TAG.fullmatch(tag) else ""


def language_of(text: str) -> str:
    """The language of a text, such as "de"; "" if unknown or too short."""
    if len(text) < _SAMPLE_MIN:
        return ""
    words = _WORD.findall(text[:_SAMPLE_LENGTH].lower())
    letters = "".join(words)
    for language, signs in _SCRIPTS.items():
        if len(re.findall(f"[{signs}]", letters)) > len(letters) / 2:
            return language
    counts = Counter(words)
    scores = {
        language: sum(score * counts[word] for word, score in of.items() if word in counts)
        for language, of in _SCORES.items()
    }
    best, second, *_ = sorted(scores, key=scores.__getitem__, reverse=True)
    is_prose = sum(counts[word] for word in _SCORES[best]) > _PROSE * len(words)
    return best if is_prose and scores[best] >= _CLEAR * scores[second] else ""


_LONG_WORD = re.compile(r"[^\W\d_]{6,60}")
"""Words worth hyphenating."""
_TOKEN = re.compile(r"\S+")
_ADDRESS = re.compile(r"://|[^\W_]\.[^\W_]|@")
"""Parts of addresses and file names."""
_BEFORE, _AFTER = 2, 3
"""Minimum letters before and after a hyphen."""
_TEXT_MAX = 100_000


def divisions(text: str, language: str, apart: Iterable[tuple[int, int]] = ()) -> tuple[int, ...]:
    """Offsets at which words can be hyphenated; none if the language is unknown.

    Words in the ranges `apart` stay whole, as do addresses, file names, and words next to digits or certain signs.
    """
    dictionary = _dictionary(language)
    if dictionary is None or len(text) > _TEXT_MAX:
        return ()
    stretches = sorted([*apart, *(token.span() for token in _TOKEN.finditer(text) if _ADDRESS.search(token[0]))])
    found: list[int] = []
    at, reach = 0, 0
    for word in _LONG_WORD.finditer(text):
        start, end = word.span()
        while at < len(stretches) and stretches[at][0] < end:
            reach = max(reach, stretches[at][1])
            at += 1
        if reach <= start and _is_of_word(text, start, end):
            found += [start + place for place in _places(word[0], language)]
    return tuple(found)


def _is_of_word(text: str, start: int, end: int) -> bool:
    return text[start - 1 : start] not in _TIES_BEFORE and text[end : end + 1] not in _TIES_AFTER


_TIES_BEFORE = frozenset("/_.@:#\\=&?%~0123456789")
_TIES_AFTER = frozenset("/_@\\=&0123456789")


@lru_cache(maxsize=20_000)
def _places(word: str, language: str) -> tuple[int, ...]:
    dictionary = _dictionary(language)
    places = [] if dictionary is None else dictionary.positions(word)
    return tuple(int(place) for place in places if _BEFORE <= place <= len(word) - _AFTER)


@lru_cache(maxsize=32)
def _dictionary(language: str) -> pyphen.Pyphen | None:
    """The hyphenation dictionary of a language; None if there is none."""
    if not language:
        return None
    import pyphen

    name = pyphen.language_fallback(language)
    return pyphen.Pyphen(lang=name) if name else None


_WIDE = re.compile(
    "[\u2e80-\u2fff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff]"
)


_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")


_UNSPACED_SCRIPTS = re.compile(_WIDE.pattern[:-1] + _UNSPACED.pattern[1:])


def count_words(text: str) -> int:
    """The number of words for the reading time.

    Without spaces between words, two characters of Chinese and Japanese, or five of Thai, Lao, Khmer and Burmese count
    as one.
    """
    return _count_scripts(text) if _has_scripts(text) else len(text.split())


def count_tidied(text: str) -> int:
    """As `count_words`, but faster, for text from `sanitize.tidied`, whose words have single separators."""
    if _has_scripts(text):
        return _count_scripts(text)
    return text.count(" ") + text.count("\n") + 1 if text else 0


def _has_scripts(text: str) -> bool:
    return not text.isascii() and _UNSPACED_SCRIPTS.search(without_plain(text)) is not None


def _count_scripts(text: str) -> int:
    text, wide = _WIDE.subn(" ", text)
    text, unspaced = _UNSPACED.subn(" ", text)
    spaced = sum(any(map(str.isalnum, word)) for word in text.split())  # what is left may be punctuation
    return spaced + (wide + 1) // 2 + (unspaced + 4) // 5

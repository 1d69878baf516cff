"""Names of people and categories."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache

from tuireader.text import bounded_json
from tuireader.text.printable import line

NAMES_MAX = 500
"""Maximum authors, or categories, of an entry."""

_ADDRESS = r"(?:mailto:)?[^\s@<>()]{1,100}@[^\s@<>()]{1,200}"
_ADDRESS_NAME = re.compile(rf"{_ADDRESS}\s*\((.*)\)")
_NAME_ADDRESS = re.compile(rf"(.*?)\s*[<(]\s*{_ADDRESS}\s*[>)]")
_ONLY_ADDRESS = re.compile(rf"<?{_ADDRESS}>?")
_NO_PERSON = (
    "Agency", "Association", "Board", "Centre", "Center", "Committee", "Company", "Corp", "Council", "Department",
    "Editors", "Foundation", "Group", "Inc", "Institute", "Ltd", "Media", "Ministry", "News", "Office", "Press",
    "Services", "Society", "Staff", "Studies", "Team", "University",
)  # fmt: skip
_BEFORE_NAME = re.compile(
    r"^(?:(?:read |view |see )?(?:more|all)(?: posts| articles| stories)? (?:about|by|from)|about the author:?|posts by"
    r"|(?:zeige )?alle beiträge von|voir tous les articles de"
    r"|(?:von|par|auteur|autor)\s+(?-i:(?=[^\W\d_a-z]\S+\s[^\W\d_a-z]|(?:der )?Redaktion\b))"
    r"|(?:(?:written|posted|published|hosted|edited|words|text|story|report) )?by\b:?|authors?:"
    r"|(?:(?:geschrieben )?von|écrit par|par|(?:escrito )?por|scritto da|autore|autora?|auteur|autor/?in|door|av|af"
    r"|автор|текст):|(?:geschrieben|veröffentlicht) von|(?:écrit|publié|rédigé) par|(?:escrito|publicado) por"
    r"|(?:scritto|pubblicato) da"
    r"|(?:责任编辑|編輯|编辑|作者|記者|记者|撰文|文|著者|筆者|執筆|投稿者)\s*[：:／/]|(?:著者|作者|筆者)(?=\s))\s*(?=\S)",
    re.IGNORECASE,
)
"""Text before a name, such as "Posted by"; only at the beginning of a byline."""
_ROLE = (
    "correspondent", "reporter", "editor", "writer", "columnist", "journalist", "contributor", "producer", "critic",
)  # fmt: skip
_OF_ROLE = (
    "political", "politics", "education", "health", "science", "technology", "tech", "business", "economics", "money",
    "environment", "climate", "sports?", "football", "foreign", "home", "affairs", "chief", "senior", "deputy", "royal",
    "legal", "crime", "security", "defen[cs]e", "arts", "culture", "world", "europe", "africa", "asia", "america",
    "north", "south", "middle", "east", "transport", "diplomatic", "news", "managing", "associate", "assistant",
    "staff", "contributing", "freelance", "guest", "special", "features?", "investigations?", "data", "food", "travel",
    "bbc", "and", "&",
)  # fmt: skip
_BEHIND_NAME = re.compile(
    rf"(?<![\s,|–—-])[\s,|–—-]++(?:(?:in|at|the|{'|'.join(_OF_ROLE)})\s+){{0,4}}(?:{'|'.join(_ROLE)})s?$", re.IGNORECASE
)
"""A role after a name."""
_FOR_WHOM = re.compile(r"\s+for\s+(?:the\s+)?\S.*$", re.IGNORECASE)
_ON_DAY = re.compile(r",?\s+(?:(?:on\s+)?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|(?:am|le|el|em|il)\s+\d).*$")
_DATE_BEHIND = re.compile(
    r"(?<![\s,|–—-])[\s,|–—-]++\d{1,2}\.? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,? \d{4}$",
    re.IGNORECASE,
)
_NETWORKS = re.compile(r"(?:(?:facebook|twitter|linkedin|whatsapp|flipboard|pinterest|reddit)+|\s@\w+)$", re.IGNORECASE)
"""Names of buttons glued to a name, or an account after it."""
_THEN = re.compile(
    r",?\s+(?:(?:Jan|Febr)uary|March|April|May|June|July|August|(?:Septem|Octo|Novem|Decem)ber)\b[\d ,]*$"
    r"|,?\s+(?:(?:edited|reviewed|updated|posted|published|checked|wrote|photos?)\b.*|posts?)$",
    re.IGNORECASE,
)
"""A month, or what else was done, after a name."""
_AND = "(?:and|&|e|en|et|och|og|und|y)"
_BETWEEN = re.compile(rf"\s*;\s*|\s*,\s*(?:{_AND}\s+)?|\s+{_AND}\s+")
# Two words at least, and each like part of a name: "King, Jr." and "Trade and Industry" are one.
_PART_OF_NAME = r"(?:[^\W\d_a-z][\w.'’-]{0,40}|d[aeiou]s?|del|della|der|den|van|von|zu|al|bin|ibn|la|le|y)"
_FULL_NAME = re.compile(rf"(?!.*\b(?:{'|'.join(_NO_PERSON)})\b){_PART_OF_NAME}(?:\s{_PART_OF_NAME}){{1,4}}")
_STAMP = re.compile(r":\s*\d{1,2}[./-]\d{1,2}[./-]\d{2,4}$")
"""A label with a date, which is no name."""
_DEGREE = re.compile(r"(?:CFP|DVM|MD|M\.D\.|MPH|Ph\.?D\.?|RDN?)")
_NOBODY = frozenset({"", "noreply@blogger.com", "null", "undefined"})

# What blog software files a post under when its author chose nothing.
_NO_CATEGORY = frozenset(
    (
        "uncategorized", "uncategorised", "unkategorisiert", "non classé", "sin categoría", "sem categoria",
        "senza categoria", "geen categorie", "niet gecategoriseerd", "okategoriserade", "ukategorisert",
        "ikke kategoriseret", "bez kategorii", "nezařazené", "без рубрики", "без категорії", "未分類",
        "未分类", "미분류", "genel",
    )
)  # fmt: skip


def person(text: str) -> str:
    """The name in a byline, without mail address, introduction and role; the address if there is no name."""
    text = line(text)
    for pattern in (_ADDRESS_NAME, _NAME_ADDRESS) if "@" in text else ():
        if (found := pattern.fullmatch(text)) and found[1].strip():
            text = found[1]
    text = _BEFORE_NAME.sub("", text.strip(" \"'“”,;"), count=1)
    text = _without_role(_DATE_BEHIND.sub("", text, count=1))
    return "" if text.lower() in _NOBODY or _STAMP.search(text) else text


def _without_role(text: str) -> str:
    """Names without roles and organisations, if whole names remain."""
    for pattern in (_NETWORKS, _BEHIND_NAME, _FOR_WHOM, _ON_DAY, _THEN):
        shorter = pattern.sub("", text, count=1).rstrip(" ,")
        is_cut_short = shorter.lower().endswith((" by", " from", " of", " to"))
        if shorter != text and not is_cut_short and all(map(_FULL_NAME.fullmatch, _BETWEEN.split(shorter))):
            text = shorter
    return text


def people(names: Iterable[str]) -> tuple[str, ...]:
    """Distinct names; mail addresses only if there is no name."""
    found = distinct(_with_degrees([name for each in names for name in _each_name(each)]))
    return tuple([name for name in found if not _ONLY_ADDRESS.fullmatch(name)] or found)


def _with_degrees(names: Sequence[str]) -> list[str]:
    """Names with the degrees that a list has taken for names of their own: "Ann Bell, MD"."""
    found: list[str] = []
    for name in names:
        if found and _DEGREE.fullmatch(name):
            found[-1] += f", {name}"
        else:
            found.append(name)
    return found


def _each_name(text: str) -> Sequence[str]:
    """All names in one text, which may be a JSON list, or full names joined by commas, semicolons or "and"."""
    if text.startswith('["') and text.endswith('"]'):  # what a template makes of a list of names
        with suppress(ValueError):
            listed = bounded_json.loads(text)
            return [person(each) for each in listed if isinstance(each, str)]
    return _each_listed(line(text))


@lru_cache(maxsize=512)
def _each_listed(text: str) -> Sequence[str]:
    """All names in one line; cached, since feeds repeat it for each article."""
    name = person(text)
    several = _BETWEEN.split(name) if _BETWEEN.search(name) else [name]
    return several if all(map(_FULL_NAME.fullmatch, several)) else [name]


def given_first(name: str) -> str:
    """Return "Given Family" for "Family, Given", as catalogues write names; any other text unchanged."""
    family, comma, given = name.partition(", ")
    turned = f"{given} {family}"
    return turned if comma and is_full_name(turned) and not is_full_name(family) else name


def is_full_name(text: str) -> bool:
    return _FULL_NAME.fullmatch(text) is not None


def categories(names: Iterable[str]) -> tuple[str, ...]:
    """Distinct categories as first spelt; "Uncategorized" only if there is no other."""
    found = distinct(map(line, names))
    return tuple([name for name in found if name.lower() not in _NO_CATEGORY] or found[:1])


def distinct(names: Iterable[str]) -> list[str]:
    """Distinct names, ignoring case, as first spelt; at most `NAMES_MAX`."""
    found: dict[str, str] = {}
    for name in names:
        if name and len(found) < NAMES_MAX:
            found.setdefault(name.casefold(), name)
    return list(found.values())


BESIDE_NAMES = frozenset(
    """
    a about actualizado added af aggiornato ago ai aktualisiert al alle am an and art article at atualizado auteur
    auteurs author authors autor autore autores autorin autorzy av bearbeitet beitrag bijgewerkt by categoria
    categorias categorie categories category categoría categorías catégorie catégories comentarios comentários comment
    commentaires commenti comments con contributor correspondent created czytania da dans das date datum de del den
    der des di die do dodano door du e edited editor el em en escrito et etiquetas feita filed first from från gelesen
    geplaatst gepubliceerd geschrieben hace há i il im in is jour kategori kategoria kategorie kategorien kategorier
    kl kommentare la label labels las last le lectura lecture leestijd leitura length les lesedauer lesezeit lettura
    ligne likes listen los lästid min mins minute minuten minutes minuti mis mise modified modifié more mots na no o
    och of og on one op opublikowano originally os palabras palavras par parole photo photos por post posted przez
    pubblicato publicado publicerad published publié publiée reacties read reader reading redacción redaktion reporter
    revised rédaction rédigé s schlagwort schlagworte schlagwörter scritto share shares since skriven staff stand
    story tag tagged tagi tags tekst temas tempo temps text texte the thema themen tiempo time to topic topics uhr um
    und under update updated uppdaterad uppdaterat van veröffentlicht views vom von vor with woorden word words writer
    written wrote wörter y zuletzt à às écrit étiquettes автор авторы в время дата источник категории категория
    комментариев мин минут минуты обновлено опубликовано просмотров рубрика слов теги текст темы фото чтение чтения 文
    著
    """.split()  # noqa: SIM905 - a list of them would be four times as long
)
"""Words next to names, categories, dates and lengths."""

OF_DATES = frozenset(
    """
    abril agosto am août apr april aprile aug august augustus avril bst cest cet dec december dezember dezembro
    dicembre diciembre dienstag dimanche domingo donnerstag décembre edt enero est feb febbraio febrero februar
    februari february fevereiro freitag fri friday févr février gennaio giugno gmt h hs jan janeiro januar januari
    january janv janvier jeudi jueves juillet juin jul julho juli julio july jun june junho juni junio jänner luglio
    lundi lunes maart maggio mai maio mar march mardi mars martes marzo março may mayo mei mercredi mittwoch miércoles
    mon monday montag märz nd nov november novembre novembro noviembre oct october octobre octubre oktober ottobre
    outubro pm rd samedi samstag sat saturday sep sept september septembre septiembre setembro settembre sonntag st
    sun sunday sábado t th thu thur thurs thursday today tue tues tuesday utc vendredi viernes wed wednesday yesterday
    z августа апреля декабря июля июня марта мая ноября октября сентября февраля января أبريل أغسطس أكتوبر ديسمبر
    سبتمبر فبراير مارس مايو نوفمبر يناير يوليو يونيو
    """.split()  # noqa: SIM905 - as above
)
"""Words in dates and times."""

"""Pictures with one address and alternative text; frames, video and audio as links."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from tuireader.content.dom.tree import Kept, Node
from tuireader.content.maths.formulas import Formula, from_tex
from tuireader.text.folding import letters
from tuireader.text.printable import printable_line, unescape
from tuireader.urls.hosts import short_host

_LAZY = ("data-src", "data-lazy-src", "data-original")
_SETS = ("data-srcset", "data-lazy-srcset", "srcset")
_PLACEHOLDER = re.compile(
    r"^\s*\{|(?:^|/)(?:blank|spacer|transparent|placeholder|pixel|1x1|grey|lazy)[\w-]{0,20}\.(?:gif|png|svg)\b",
    re.IGNORECASE,
)
_EMOJI = re.compile(
    r"//s\.w\.org/images/core/emoji/|/wp-includes/images/smilies/|//abs\.twimg\.com/emoji/", re.IGNORECASE
)
_FORMULA = re.compile(r"latex\.php|/math/render/|chart\?cht=tx", re.IGNORECASE)
FORMULA_IMAGES = frozenset({"latex", "mwe-math-fallback-image-display", "mwe-math-fallback-image-inline", "tex"})
SIGN = "sign"
"""The class of pictures within a line of text."""
_NAME_MIN = 8
_NOTHING = Node("p")
_SIGN_MAX = 2
_SMALL = 48
"""Maximum pixels of a picture within a line."""
_OPEN_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_NO_ALTERNATIVE = re.compile(
    r"[\w%+.,()-]{1,120}\.(?:jpe?g|png|gif|webp|svg|avif|bmp|tiff?)"
    r"|(?:img|dsc[nf]?|p|pxl|image|picture|photo|pic|figure|fig|untitled|screen[ _-]?shot|scan|download)?"
    r"[ _-]*\d[\d ._:x@-]*(?:at[ _.-]*[\d .:_-]+)?(?:[ _-]*(?:am|pm|copy|scaled|edited|\d{1,4}x\d{1,4}))?"
    r"|(?:image|picture|photo|screenshot|graphic|illustration|placeholder|featured image|alt(?: text)?|untitled)",
    re.IGNORECASE,
)
"""Alternative texts that are only file names."""
_SET_MAX = 4000
_DESCRIPTOR = re.compile(r"([\d.]{1,9}[wx])(?:,(.*))?")
"""The size of a variant in a srcset, with the next address if no space separates them."""
_ALTERNATIVE_MAX = 120
"""Maximum characters of an alternative text that may be a file name."""

_YOUTUBE = re.compile(r"https?://(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]{6,20})(?:[?&#].*)?")
_VIMEO = re.compile(r"https?://player\.vimeo\.com/video/(\d+)(?:[?#].*)?")
_VIDEO = re.compile(
    r"(?:^|\.)(?:youtube|youtube-nocookie|vimeo|dailymotion|twitch|ted|wistia|videopress|loom|streamable|rumble|bilibili|nicovideo"
    r"|odysee|media\.ccc|archive)\.(?:com|tv|net|de|jp|org)$|peertube|(?:^|\.)tube\."
)
_AUDIO = re.compile(
    r"(?:^|\.)(?:soundcloud|spotify|bandcamp|podcasts\.apple|anchor|mixcloud|buzzsprout|libsyn|simplecast|transistor|podbean"
    r"|megaphone|spreaker|audioboom|castbox)\.(?:com|fm|am)$"
)
_ID = re.compile(r"youtube\.com/watch\?v=([\w-]{6,20})$|vimeo\.com/(\d+)$")
_NO_TITLE = re.compile(
    r"(?:youtube|vimeo|video|audio|media|embedded?|spotify|soundcloud)?[\s-]*(?:video|player|embed|content|iframe|player:.*)?",
    re.IGNORECASE,
)
UNNAMED = re.compile(r"(?:Video|Audio|Embedded): [\w.-]{3,80}\.[a-z]{2,10}(?: [\w-]{6,20})?")
"""The text of a media link without a title."""
_NAMES = {"video": "Video", "audio": "Audio"}


def source_of(image: Node) -> str:
    """The address of a picture, also of a lazily loaded one."""
    for name in _LAZY:
        if image[name] and not _PLACEHOLDER.search(image[name]):
            return image[name]
    if image["src"] and not _PLACEHOLDER.search(image["src"]):
        return image["src"]
    for name in _SETS:
        if entries := _entries(image[name][:_SET_MAX]):
            return max(entries, key=_size)[0]
    return ""


def _entries(said: str) -> list[tuple[str, str]]:
    """The variants in a srcset: address and size."""
    found: list[tuple[str, str]] = []
    address = ""
    for word in said.split():
        descriptor = _DESCRIPTOR.fullmatch(word) if address else None
        if descriptor is not None:
            found.append((address, descriptor[1]))
            address = descriptor[2] or ""
        else:
            if address:
                found.append((address, ""))
            address = word.strip(",")
    return [*found, (address, "")] if address else found


def _size(entry: tuple[str, str]) -> float:
    """The size of a variant: "640w" or "2x"."""
    try:
        return float(entry[1][:-1])
    except ValueError:
        return 0.0


def as_text(image: Node) -> Node | str | None:
    """The character or formula that a picture stands for; None if it is a real picture."""
    alt = printable_line(image["alt"])
    names = set(image["class"].split())
    if alt and (names & {"emoji", "wp-smiley", "emojione"} or _EMOJI.search(image["src"])):
        return alt
    if alt and (names & FORMULA_IMAGES or _FORMULA.search(image["src"])):
        return formula_node(from_tex(alt, block="mwe-math-fallback-image-display" in names))
    return None


def formula_node(formula: Formula) -> Node | str:
    """A formula as text, as a paragraph if it is a block."""
    if formula.is_source:
        code = Node("code", {"class": "language-latex"} if formula.is_block else {}, [formula.text])
        return Node("pre", {}, [code]) if formula.is_block else code
    if not formula.is_block:
        return formula.text.replace("\n", "; ")
    first, *rest = formula.text.split("\n")
    lines = [part for line in rest for part in (Node("br"), line)]
    return Node("p", {"data-formula": formula.source}, [first, *lines])


def is_picture(node: Node) -> bool:
    """Whether a node is a picture, possibly within a link."""
    if node.tag == "a":
        seen = [each for each in node.children if not isinstance(each, str) or each.strip()]
        return len(seen) == 1 and isinstance(seen[0], Node) and is_picture(seen[0])
    return node.tag == "img"


def with_captions(blocks: Kept) -> Kept:
    """Combine a picture and a following caption into a figure."""
    found: Kept = []
    for block in blocks:
        before = found[-1] if found else ""
        if isinstance(block, Node) and block.tag == "p" and isinstance(before, Node) and before.tag == "p":
            name = _only_picture(before)["alt"]
            if len(name) >= _NAME_MIN and letters(name) == letters(block.words()) and not block.has("img"):
                found[-1] = Node("figure", {}, [*before.children, Node("figcaption", {}, block.children)])
                continue
        found.append(block)
    return found


def _only_picture(paragraph: Node) -> Node:
    """The only content of a paragraph if it is a picture; else an empty element."""
    if len(paragraph.children) == 1 and isinstance(only := paragraph.children[0], Node) and is_picture(only):
        return _image_of(only)
    return _NOTHING


def _image_of(picture: Node) -> Node:
    return next((each for each in picture.elements() if each.tag == "img"), picture)


def is_sign(node: Node) -> bool:
    image = _image_of(node)
    return image["class"] == SIGN or len(image["alt"]) <= _SIGN_MAX


def is_small(image: Node) -> bool:
    """Whether a picture's size is that of a line or two."""
    if image["class"] == SIGN:
        return True
    sizes = [int(image[name]) for name in ("width", "height") if image[name].isdecimal() and len(image[name]) < 5]
    return bool(sizes) and max(sizes) <= _SMALL


def alternative(image: Node) -> str:
    """A picture's alternative text without tags; "" if it is only a file name."""
    alt = printable_line(_OPEN_TAG.sub(" ", unescape(image["alt"])))
    return "" if len(alt) <= _ALTERNATIVE_MAX and _NO_ALTERNATIVE.fullmatch(alt) else alt


def linked(media: Node, address: str) -> Node:
    """A link to media at `address`, with its title or the site's name."""
    if found := _YOUTUBE.fullmatch(address):
        address = f"https://www.youtube.com/watch?v={found[1]}"
    elif found := _VIMEO.fullmatch(address):
        address = f"https://vimeo.com/{found[1]}"
    host = (short_host(address) or address).removeprefix("player.").removeprefix("open.")
    title = printable_line(media["title"] or media["aria-label"])
    if media.tag in _NAMES:
        kind, name = _NAMES[media.tag], urlsplit(address).path.rpartition("/")[2] or host
    else:
        kind, name = ("Video" if _VIDEO.search(host) else "Audio" if _AUDIO.search(host) else "Embedded"), host
        if named := _ID.search(address):
            name = f"{host} {named[1] or named[2]}"
    return Node("a", {"href": address}, [f"{kind}: {name if _NO_TITLE.fullmatch(title) else title}"])


def address_of(media: Node) -> str:
    """The address of embedded media; empty if none."""
    for each in (media, *media.elements()):
        if each is media or each.tag in {"source", "embed"}:
            for name in ("src", "data-src", "data"):
                if each[name]:
                    return each[name]
    return ""

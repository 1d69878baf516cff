"""Page parts that are not the article: forms, comments, share bars.

They are recognised by element and position, not by their words, which an article may contain too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tuireader.content.dom.tree import Node

PARTS = frozenset(
    {
        "comments-area", "comment-respond", "comment-form", "comment-list", "commentlist", "comment-reply-title",
        "comments-title", "comment-notes", "comment-subscription-form", "akismet_comment_form_privacy_notice",
        "akismet-privacy-notice", "sharedaddy", "sd-sharing-enabled", "sd-block", "sd-like", "jp-relatedposts",
        "jp-post-flair", "robots-nocontent", "a2a_kit", "addtoany_share_save_container", "addtoany_content",
        "addthis_toolbox", "addthis_inline_share_toolbox", "heateor_sss_sharing_container", "ssba", "ssba-wrap",
        "ssbp-wrap", "essb_links", "social-share", "social-sharing", "share-buttons", "sharing-buttons",
        "share-links", "post-share", "entry-share", "post-sharing", "td-post-sharing", "td_social_sharing_buttons",
        "feedflare", "mc4wp-form", "subscription-widget-wrap", "subscription-widget",
        "subscription-widget-wrap-editor", "wp-block-jetpack-subscriptions", "wpcnt", "wp-polls", "yarpp",
        "yarpp-related", "crp_related", "related-posts", "relatedposts", "post-navigation", "posts-navigation",
        "nav-links", "nextprev", "printfriendly", "pf-button", "pvc_clear", "mw-editsection", "noprint", "navbox",
        "gutter", "lineno", "linenos", "line-numbers-rows", "linenumber", "lnt", "wp-block-comments",
        "wp-block-post-comments", "wp-block-post-comments-form", "wp-block-post-navigation-link",
        "viewcode-link", "viewcode-back", "input_prompt", "output_prompt",
    }
)  # fmt: skip
"""Classes by which blog software marks page parts other than the article."""

# Names that articles use too: these are parts of a page only with a form or a comment in them.
_MAYBE_PARTS = frozenset({"respond", "comments", "comment", "disqus_thread", "fb-comments", "commentform"})
_OF_COMMENTS = frozenset({"comment", "comment-body", "comment-author", "comment-meta", "comment-content"})
_DIVISIONS = frozenset({"div", "section", "aside", "ol", "ul"})
_CONTROLS = frozenset({"textarea", "input", "select", "button"})
_UNSEEN = frozenset(
    {
        "a11y-hidden", "assistive-text", "screen-reader", "screen-reader-only", "screen-reader-text", "screenreader",
        "sr-only", "u-visually-hidden", "visually-hidden", "visuallyhidden",
        # of formulas, which are there as text besides
        "katex-html", "MathJax", "MathJax_Preview", "MathJax_SVG", "mjx-chtml", "mjx-math",
    }
)  # fmt: skip
UNSEEN_STYLE = re.compile(
    r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all)", re.IGNORECASE
)
_PROMPT = re.compile(r"(?:In |Out)?\s*\[[\d*\s]{0,6}\]:?")
"""The number of a notebook cell."""
_FORM_WORDS_MAX = 60

_SHARE = re.compile(
    r"//(?:[\w-]{1,20}\.)*(?:"
    r"facebook\.com/(?:sharer|share|dialog/(?:share|feed))|(?:twitter|x)\.com/(?:intent/|share|home\?status)"
    r"|linkedin\.com/(?:sharearticle|sharing|cws/share)|pinterest\.[a-z.]{2,6}/pin/create|reddit\.com/(?:submit|static/button)"
    r"|whatsapp\.com/send|wa\.me/\?|t\.me/share|telegram\.me/share|tumblr\.com/(?:share|widgets/share)"
    r"|news\.ycombinator\.com/submitlink|getpocket\.com/(?:save|edit)|bsky\.app/intent|threads\.net/intent"
    r"|digg\.com/submit|del(?:\.icio\.us|icious\.com)/(?:post|save)|stumbleupon\.com/submit|vk\.com/share"
    r"|xing\.com/(?:app/user|spi/shares)|instapaper\.com/(?:edit|hello2)|flipboard\.com/bookmarklet|buffer\.com/add"
    r"|addtoany\.com/|addthis\.com/|share\.flipboard\.com|feeds\.feedburner\.com/~ff?/|feeds\.wordpress\.com/1\.0/)"
    r"|^mailto:\?|[?&]share=(?:facebook|twitter|x|linkedin|email|reddit|whatsapp|tumblr|pinterest|telegram|pocket|mastodon|bluesky)",
    re.IGNORECASE,
)
_SHARE_LABEL = re.compile(
    r"(?:share(?: this)?(?: post| article| page| story)?(?: on| via| with)?|teilen|partager|compartir|condividi|tweet"
    r"|like this|[\s|•·:,/–—-]|and|or|on)*",
    re.IGNORECASE,
)
_TRACKER = re.compile(
    r"//(?:pixel|stats|b)\.wp\.com/|//stats\.wordpress\.com/|//feeds\.wordpress\.com/1\.0/|//feeds\.feedburner\.com/~|feedsportal\.com/"
    r"|//(?:[\w-]{1,30}\.)*(?:doubleclick\.net|scorecardresearch\.com|google-analytics\.com|quantserve\.com|statcounter\.com)/"
    r"|//(?:www\.)?facebook\.com/plugins/(?!post|video)|//platform\.twitter\.com/widgets/(?!tweet)"
    r"|//blogger\.googleusercontent\.com/tracker/|//medium\.com/_/stat|/piwik\.php|/matomo\.php|pheedcontent\.com",
    re.IGNORECASE,
)
_TINY = re.compile(r"\s*[012](?:\.\d+)?(?:px)?\s*")
_TINY_STYLE = re.compile(r"(?:^|[;\s])(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|$|!)", re.IGNORECASE)


def is_part_of_page(node: Node) -> bool:
    """Whether an element is a page part around an article: form, comments, share bar, hidden."""
    if node.tag == "form":
        return _is_form(node)
    if not node.attributes:
        return False
    if _is_unseen(node):
        return True
    classes = set(node["class"].lower().split())
    if classes & PARTS or ("prompt" in classes and _PROMPT.fullmatch(node.words())):
        return True
    # Generators of documents name sections after the words of their headings, so a name alone says little.
    names = (classes | {node["id"].lower()}) & _MAYBE_PARTS
    return bool(names) and node.tag in _DIVISIONS and any(map(_is_of_comments, node.elements()))


def is_unseen(tag: str, classes: Iterable[str]) -> bool:
    """Whether an element is hidden, or visible only to screen readers."""
    return not _UNSEEN.isdisjoint(classes) and tag != "mjx-container"  # what MathJax 3 shows is marked within it


def is_tracker(image: Node) -> bool:
    tiny = bool(_TINY.fullmatch(image["width"]) and _TINY.fullmatch(image["height"] or image["width"]))
    return tiny or bool(_TINY_STYLE.search(image["style"])) or bool(_TRACKER.search(image["src"]))


def is_share_link(link: Node) -> bool:
    """Whether a link shares the article."""
    return _SHARE.search(link["href"]) is not None


def is_share_bar(node: Node) -> bool:
    """Whether a block consists of share links only."""
    if node.tag not in {"div", "p", "ul", "ol", "section", "aside", "li", "center"}:
        return False
    links = [each for each in node.elements() if each.tag == "a"]
    if not links or not all(map(is_share_link, links)):
        return False
    outside = without_links(node)
    return len(outside) < 60 and _SHARE_LABEL.fullmatch(outside) is not None


def is_share_heading(node: Node) -> bool:
    """Whether a block is the heading of a share bar."""
    words = node.words()
    return 0 < len(words) < 40 and _SHARE_LABEL.fullmatch(words) is not None and any(char.isalpha() for char in words)


def without_links(node: Node) -> str:
    bare = Node("div", {}, [_bare(child) for child in node.children])
    return bare.words()


def _bare(child: Node | str) -> Node | str:
    if isinstance(child, str):
        return child
    return Node(child.tag, {}, [] if child.tag == "a" else [_bare(each) for each in child.children])


def _is_unseen(node: Node) -> bool:
    if "hidden" in node.attributes or (node["style"] and UNSEEN_STYLE.search(node["style"])):
        return True
    return bool(node["class"]) and is_unseen(node.tag, node["class"].split())


def _is_of_comments(node: Node) -> bool:
    return node.tag in _CONTROLS or not _OF_COMMENTS.isdisjoint(node["class"].split())


def _is_form(form: Node) -> bool:
    """Whether a form is a real form: old sites put whole pages into one."""
    labels = sum(
        len(each.words().split()) for each in form.elements() if each.tag in {"label", "button", "select", "legend"}
    )
    return len(form.words().split()) - labels <= _FORM_WORDS_MAX

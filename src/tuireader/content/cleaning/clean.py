"""clean: from the HTML of a feed or a page to the HTML of an article."""

from __future__ import annotations

from tuireader.content.cleaning.endings import trim_beginning, trim_end
from tuireader.content.cleaning.normalise import tidy
from tuireader.content.dom.repair import shortened
from tuireader.content.dom.sanitize import tree_of
from tuireader.content.dom.tree import Node, parse, serialise


def clean(html: str, base_url: str = "", *, has_tex: bool = False) -> str:
    """Return the HTML of an article without what is dangerous, what is not of the article, and what no page shows.

    Links are absolute, seen from `base_url`. Frames, films and sound are links. What is longer than `SIZE_MAX`
    characters is cut off, and the text says so. With `has_tex`, what stands between dollars is a formula.
    """
    return serialise(clean_tree(html, base_url, has_tex=has_tex).children)


def clean_tree(html: str, base_url: str = "", *, has_tex: bool = False) -> Node:
    """Return the same as a tree."""
    html, notice = shortened(html)
    root = tree_of(html)
    tidy(root, base_url, has_tex=has_tex)
    trim_beginning(root)
    trim_end(root, base_url)
    root.children += parse(notice).children
    return root

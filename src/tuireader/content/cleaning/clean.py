"""clean: from the HTML of a feed or a page to the HTML of an article."""

from __future__ import annotations

from tuireader.content.cleaning.endings import trim_end
from tuireader.content.cleaning.normalise import tidy
from tuireader.content.dom.repair import shortened
from tuireader.content.dom.sanitize import tree_of
from tuireader.content.dom.tree import Node, serialise


def clean(html: str, base_url: str = "") -> str:
    """Return the HTML of an article without what is dangerous, what is not of the article, and what no page shows.

    Links are absolute, seen from `base_url`. Frames, films and sound are links. What is longer than `SIZE_MAX`
    characters is cut off, and the text says so.
    """
    html, notice = shortened(html)
    return clean_tree(tree_of(html), base_url) + notice


def clean_tree(root: Node, base_url: str) -> str:
    """Return what `clean` makes of a tree; the tree itself is used up."""
    tidy(root, base_url)
    trim_end(root)
    return serialise(root.children)

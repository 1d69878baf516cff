"""From clean HTML to Markdown. The only door to html2text."""

from __future__ import annotations

from html2text import HTML2Text


def to_markdown(clean_html: str) -> str:
    """Markdown of HTML that `clean` has been over."""
    converter = HTML2Text(bodywidth=0)
    converter.unicode_snob = True
    converter.escape_snob = True
    converter.emphasis_mark = "*"
    converter.backquote_code_style = True
    converter.skip_internal_links = False
    return str(converter.handle(clean_html))

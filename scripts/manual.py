"""Write the tables of the manual that come from the program: docs/keys.md and docs/settings.md."""

from pathlib import Path

from tuireader.config import documented
from tuireader.tui import keys, themes

DOCS = Path(__file__).parents[1] / "docs"

KEYS = """\
# Keys

Commands without a key are in the command palette (`:`), found by keyword. Any command can get other keys, by its
name in `[keymap]` of the [settings](settings.md). The last line of the screen shows the most useful keys; each can be
clicked. Keys can be combined (`ctrl+x`, `alt+x`) or typed in a row (`top = "g g"`, `archive = "comma a"`). Several keys
of a command are separated by commas.
"""

MOUSE = """\
## Mouse

Click a row to choose or open it; the wheel scrolls the pane under the pointer; the hints in the last line are buttons.
Drag over text in an article to select it: `y` or `ctrl+c` copies it. Without a selection, `ctrl+c` quits. Right-click
an article for its tags, a feed for its folder, a saved search to edit it.
"""

SETTINGS = """\
# Settings

The configuration file is `config.toml`; `tuireader path` shows where. `tuireader config --init` creates it, `--check`
lists mistakes, `--schema` prints a JSON Schema for editors. Every setting is optional. For the settings of one feed,
press `e` and then `,` in the reader, or use `tuireader feed NAME --set …`.
"""


THEMES = """\

## Themes

Themes are selected in the command palette (“Theme:”), which previews them:
{shipped}. The last two use the terminal’s own
16 colours; the others are exact in true colour and in 256 colours.

Your own themes are files in the folder `themes` beside the configuration file: `themes/harbour.toml` is the theme
`harbour`. A changed file takes effect at once.

```toml
background = "#10202c"
foreground = "#dfe8ee"
accent = "#58c4b8"         # unread articles, links, titles and keys
star = "#e0b25c"           # optional
error = "#f0736a"          # optional
```

The dimmer tones are computed from these, and every tone is adjusted until it is readable.
"""


def keys_page() -> str:
    """All commands by section, with keys and names."""
    lines = [KEYS]
    for section, rows in keys.help_sections({}):
        lines += [f"## {section}", "", "| Key | Command | Name in `[keymap]` |", "|---|---|---|"]
        lines += [f"| {_keys(row.keys)} | {row.description} | `{row.id}` |" for row in rows]
        lines.append("")
    return "\n".join([*lines, MOUSE])


def _keys(written: str) -> str:
    return " ".join(f"`{key}`".replace("|", "\\|") for key in written.split())


def settings_page() -> str:
    """The configuration file with all defaults, and the themes."""
    shipped = ", ".join(f"`{name}`" for name in themes.SHIPPED)
    return f"{SETTINGS}\n```toml\n{documented()}```\n{THEMES.format(shipped=shipped)}"


if __name__ == "__main__":
    (DOCS / "keys.md").write_text(keys_page(), "utf-8")
    (DOCS / "settings.md").write_text(settings_page(), "utf-8")

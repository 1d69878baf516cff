"""An app in the house's theme, for widgets that are shown without the others."""

from __future__ import annotations

from textual.app import App

from tuireader.tui import themes


class ThemedApp(App[None]):
    """Has the themes and the tones that widgets are drawn in."""

    def __init__(self) -> None:
        super().__init__()
        for theme in themes.SHIPPED.values():
            self.register_theme(theme)
        self.theme = themes.DARK.name

    def get_css_variables(self) -> dict[str, str]:
        self.theme_variables = {**super().get_css_variables(), **themes.tones(self.current_theme)}
        return self.theme_variables

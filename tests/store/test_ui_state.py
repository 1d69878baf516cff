import sqlite3

from tuireader.store import ui_state


def test_what_was_saved_is_loaded_and_replaced(c: sqlite3.Connection) -> None:
    assert ui_state.load(c) == {}
    ui_state.save(c, "theme", "nord")
    ui_state.save(c, "measure", "66")
    ui_state.save(c, "theme", "gruvbox")
    assert ui_state.load(c) == {"theme": "gruvbox", "measure": "66"}

import sqlite3

from tuireader.store import settings


def test_what_was_saved_is_loaded_and_replaced(c: sqlite3.Connection) -> None:
    assert settings.load(c) == {}
    settings.save(c, "theme", "nord")
    settings.save(c, "measure", "66")
    settings.save(c, "theme", "gruvbox")
    assert settings.load(c) == {"theme": "gruvbox", "measure": "66"}

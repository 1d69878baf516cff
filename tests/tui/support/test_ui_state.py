from tuireader.tui.support.workers import UiState


def test_settings_have_the_type_of_their_default() -> None:
    kept: dict[str, str] = {}
    memory = UiState({"measure": "64", "dense": "yes", "wrong": "many"}, kept.__setitem__)
    assert memory.get("measure", 72) == 64
    assert memory.get("dense", False) is True
    assert memory.get("wrong", 3) == 3
    assert memory.get("theme", "dark") == "dark"
    memory.put("measure", 64)
    assert kept == {}
    memory.put("measure", 60)
    memory.put("dense", False)
    assert kept == {"measure": "60", "dense": "no"}
    assert memory.get("dense", True) is False

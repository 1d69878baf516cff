import pickle

import pytest

from tuireader import model
from tuireader.model import Feed


def test_a_feed_is_called_by_its_title_or_else_by_its_address() -> None:
    assert Feed(1, "https://me:s3cret@example.org/feed", "Night Trains", "").name == "Night Trains"
    assert Feed(1, "https://me:s3cret@example.org/feed", "", "").name == "https://example.org/feed"


def test_every_noun_is_imported_from_one_place_and_can_go_to_another_process() -> None:
    for name in model.__all__:
        assert getattr(model, name) is not None
    assert pickle.loads(pickle.dumps(model.Validators("a"))) == model.Validators("a")
    with pytest.raises(AttributeError, match="Nothing"):
        _ = model.Nothing  # type: ignore[attr-defined]

import pickle

from tuireader.model.article import Status
from tuireader.model.feed import Feed, Validators
from tuireader.model.fetched import Page, ParsedEntry, Plan
from tuireader.model.query import Query


def test_a_feed_is_called_by_its_title_or_else_by_its_address() -> None:
    assert Feed(1, "https://me:s3cret@example.org/feed", "Night Trains", "").name == "Night Trains"
    assert Feed(1, "https://me:s3cret@example.org/feed", "", "").name == "https://example.org/feed"


def test_nouns_can_go_to_another_process() -> None:
    feed = Feed(1, "https://example.org/feed", "T", "", validators=Validators("a"))
    for noun in (feed, Query(authors=("A",)), Status(read=True), ParsedEntry("g", "t"), Plan()):
        assert pickle.loads(pickle.dumps(noun)) == noun
    assert Page.__module__ == "tuireader.model.fetched"

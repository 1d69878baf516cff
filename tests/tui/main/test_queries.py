from __future__ import annotations

from tuireader.model.query import Query
from tuireader.tui.main.query_controller import in_next_order, with_text


def test_a_search_is_by_best_match_until_it_ends() -> None:
    found = with_text(Query(unread=True), "trains")
    assert found == Query(unread=True, text="trains", order="best")
    assert with_text(found, " ") == Query(unread=True, text=" ", order="newest")


def test_an_order_that_was_chosen_stays_while_a_search_is_typed() -> None:
    found = with_text(Query(text="t", order="oldest"), "tr")
    assert found.order == "oldest"
    assert with_text(found, "").order == "oldest"


def test_orders_follow_each_other_and_best_match_only_where_something_is_sought() -> None:
    query, seen = Query(), []
    for _ in range(4):
        query = in_next_order(query)
        seen.append(query.order)
    assert seen == ["oldest", "shortest", "longest", "newest"]
    assert in_next_order(Query(text="x", order="longest")).order == "best"

"""The map of a shared folder: marks of several machines become the same everywhere."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from tuireader.sync.shared_folder_map import FolderMap, joined, stamp

STAMPS = st.builds(
    lambda at, value, is_unasked: stamp(at, value=value, is_unasked=is_unasked),
    st.integers(1, 5), st.booleans(), st.booleans(),
)  # fmt: skip


@given(STAMPS, STAMPS)
def test_of_two_marks_the_same_one_holds_everywhere(one: int, other: int) -> None:
    assert joined(one, other) == joined(other, one)
    assert joined(one, one) == one
    assert joined(joined(one, other), other) == joined(one, joined(one, other)) == joined(one, other)


@given(st.lists(STAMPS, min_size=3, max_size=4, unique=True))
def test_machines_that_hear_of_each_other_agree(stamps: list[int]) -> None:
    for order in permutations(stamps):
        machines = [FolderMap() for _ in order]
        for machine, each in zip(machines, order, strict=True):
            machine.mark("feed", "read", 1, each)
        for _ in order:
            for machine in machines:
                for other in machines:
                    machine.merge(other)
        assert len({machine.stamp_of("feed", "read", 1) for machine in machines}) == 1


def test_no_rule_takes_back_what_the_user_did() -> None:
    by_hand, by_rule = stamp(1, value=True), stamp(2, value=True, is_unasked=True)
    taken_back = stamp(3, value=False, is_unasked=True)
    assert joined(by_hand, by_rule) == stamp(2, value=True)
    assert joined(joined(by_hand, by_rule), taken_back) == stamp(2, value=True)
    assert joined(by_hand, taken_back) == by_hand
    assert joined(by_rule, taken_back) == taken_back
    assert joined(taken_back, stamp(4, value=True)) == stamp(4, value=True)

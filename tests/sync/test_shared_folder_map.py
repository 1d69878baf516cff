"""The map of a shared folder: marks of several machines become the same everywhere."""

from __future__ import annotations

import json
import zlib
from array import array
from collections.abc import Iterable
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from tuireader.sync.shared_folder_map import FolderMap, stamp, unpacked

STAMPS = st.builds(
    lambda at, value, is_unasked: stamp(at, value=value, is_unasked=is_unasked),
    st.integers(1, 5), st.booleans(), st.booleans(),
)  # fmt: skip


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


def in_force(*stamps: int) -> int:
    """The mark that holds on a machine that has heard of these, in any order and repeatedly."""
    found = set()
    for order in permutations(stamps):
        known = FolderMap()
        for each in (*order, *order):
            known.mark("feed", "read", 1, each)
        found.add(known.stamp_of("feed", "read", 1))
    (only,) = found
    return only


def test_no_rule_takes_back_what_the_user_did() -> None:
    by_hand, by_rule = stamp(1, value=True), stamp(2, value=True, is_unasked=True)
    taken_back = stamp(3, value=False, is_unasked=True)
    assert in_force(by_hand, by_rule) == stamp(2, value=True)
    assert in_force(by_hand, taken_back) == in_force(by_hand, by_rule, taken_back) == by_hand
    assert in_force(by_rule, taken_back) == taken_back
    assert in_force(taken_back, stamp(4, value=True)) == stamp(4, value=True)


def test_a_rule_that_came_and_went_leaves_what_the_user_did() -> None:
    star, unstar = stamp(1, value=True), stamp(2, value=False)
    by_rule, taken_back = stamp(3, value=True, is_unasked=True), stamp(4, value=False, is_unasked=True)
    assert in_force(star, unstar, by_rule) == by_rule
    assert not in_force(star, unstar, by_rule, taken_back) & 1
    assert in_force(star, by_rule, taken_back) & 1


SIZE = 1 << 14


def probes(numbers: Iterable[int]) -> int:
    """How often a table of that size is looked into until these keys have a place, as dictionaries do it."""
    taken: set[int] = set()
    count = 0
    for number in numbers:
        left = number & (2**64 - 1)
        at = left % SIZE
        while at in taken:
            left >>= 5
            at = (5 * at + left + 1) % SIZE
            count += 1
        taken.add(at)
    return count


def colliding(count: int) -> list[int]:
    """Numbers that a dictionary takes in by the square of their number."""
    places = [1]
    while len(places) < count // 2:
        places.append((5 * places[-1] + 1) % SIZE)
    taken, number, found = set(places), SIZE, [*places]
    while len(found) < count:
        left = at = number
        while at % SIZE in taken and left:
            left >>= 5
            at = 5 * at + left + 1
        found += [] if left else [number]
        number += 1
    return found


def test_guids_that_collide_in_a_file_do_not_collide_in_memory() -> None:
    guids = colliding(8000)
    assert probes(guids[:4200]) > 100_000
    head = json.dumps(
        {"tuireader": 5, "state": "", "feeds": [["https://a.example/feed", None, len(guids), 0, 0, 0, 0]]}
    )
    stamps = array("q", [stamp(1, value=True)]) * len(guids)
    content = zlib.compress(head.encode() + b"\n" + array("q", guids).tobytes() + stamps.tobytes())
    known, _ = unpacked(content, 1_000_000, 1)
    assert known.stamp_of("https://a.example/feed", "read", guids[-1])
    marks = known.marks["https://a.example/feed", "read"]
    assert len(marks) == len(guids)
    assert probes(marks) < 40 * len(guids)

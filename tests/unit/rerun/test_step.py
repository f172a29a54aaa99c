"""Which steps of a base branch a merge stands for, and which merges are still open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformctl.rerun.step import MAX_STEPS, Step, open_merges, steps_since


def line(commits: str) -> tuple[Step, ...]:
    """Return the line of steps with these names, newest first; the last has nothing before it."""
    return tuple(Step(before or None, commit) for commit, before in zip(commits, [*commits[1:], ""], strict=True))


@pytest.mark.parametrize(
    ("known", "steps"),
    [
        ("", "e"),
        ("d", "e"),
        ("c", "de"),
        ("a", "bcde"),
        ("ca", "de"),
        ("e", "e"),
        ("x", "e"),
    ],
)
def test_a_merge_stands_for_all_since_the_last_known_one(known: str, steps: str) -> None:
    """Oldest first; where none is known it stands for itself alone, and that it is known itself changes nothing."""
    assert "".join(step.commit for step in steps_since(line("edcba"), frozenset(known))) == steps


def test_each_step_knows_what_was_before() -> None:
    """A step is compared with the one before it, which the very first commit lacks."""
    assert steps_since(line("cba"), frozenset("a")) == (Step("a", "b"), Step("b", "c"))
    assert steps_since(line("a"), frozenset()) == (Step(None, "a"),)


def test_a_long_absence_is_taken_together() -> None:
    """Of very many lost steps the oldest become one, which begins where the last known merge is."""
    commits = [f"{number:03}" for number in range(300, -1, -1)]
    steps = [Step(before, commit) for commit, before in zip(commits, [*commits[1:], None], strict=True)]
    found = steps_since(steps, frozenset({"000"}))
    assert len(found) == MAX_STEPS
    assert (found[0], found[1], found[-1]) == (Step("000", "101"), Step("101", "102"), Step("299", "300"))


@pytest.mark.parametrize(
    ("known", "settled", "found"),
    [
        ("", "", "e"),
        ("a", "a", "e"),
        ("e", "e", ""),
        ("ea", "ea", "d"),
        ("da", "a", "de"),
        ("cb", "b", "ce"),
        ("edcb", "ecb", "d"),
        ("c", "", "ce"),
    ],
)
def test_open_merges(known: str, settled: str, found: str) -> None:
    """A merge that is not settled is open; an unknown one goes with the newer one that stands for it."""
    assert "".join(open_merges("edcba", frozenset(known), frozenset(settled))) == found


@given(st.sets(st.integers(0, 9)), st.sets(st.integers(0, 9)))
def test_no_merge_is_forgotten_and_none_is_taken_twice(known: set[int], settled: set[int]) -> None:
    """What open merges stand for is, each once, all that is not settled since the oldest known merge."""
    settled &= known
    commits = [str(number) for number in range(9, -1, -1)]
    names = frozenset(map(str, known))
    found = open_merges(commits, names, frozenset(map(str, settled)))
    all_steps = line("9876543210")
    taken = [
        step.commit for commit in found for step in steps_since(all_steps[commits.index(commit) :], names - {commit})
    ]
    expected = [str(number) for number in range(min(known, default=9), 10) if number not in settled]
    assert taken == expected

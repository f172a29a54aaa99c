"""docs/comparison.md is what the recordings and the rules give."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.comparison import case
from tests.comparison.__main__ import PAGE
from tests.comparison.case import Case, cases
from tests.comparison.page import mark, page
from tests.comparison.says import Says
from tests.lab.identities import IDENTITIES

from .one import case as made
from .one import record


@pytest.fixture(scope="module")
def recorded() -> tuple[Case, ...]:
    """All recorded states of identity."""
    return cases()


def test_the_page_is_up_to_date(recorded: tuple[Case, ...]) -> None:
    """`python -m tests.comparison` would write the same page."""
    assert PAGE.read_text() == page(recorded), "run `python -m tests.comparison`"


def test_every_state_is_compared(recorded: tuple[Case, ...]) -> None:
    """No state of identity is left out, and every fact about a state is about one that there is."""
    assert {each.state for each in recorded} == set(IDENTITIES)
    assert set(IDENTITIES) >= case.MADE_ON_THE_HOST | case.NESTED | case.PART_PINNED
    assert case.TELLING in case.views()


def test_marks() -> None:
    """An answer is right or wrong by what is so; none is neither."""
    in_sync = made(record())
    drift = replace(in_sync, truth="drift")
    marks = [[mark(each, says) for says in Says] for each in (in_sync, drift)]
    none = ["says nothing", "not asked", "not asked"]
    assert marks == [["right", "false red", *none], ["false green", "right", *none]]

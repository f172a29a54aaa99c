"""The page that ends an argument: the whole of it, for every kind of verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from platformctl.reason import Reason
from platformctl.render.advice import ADVICE
from tests.unit.test_messages import rows

from .explanations import GOLDEN, PAGES, page

CODES = {
    "in-sync": 0, "same-config": 0, "tag-resolved": 0,
    "drift": 1, "missing": 1, "other-config": 1, "replicas": 1, "settings": 1, "stopped": 1,
    "no-lock": 3, "tag": 3, "undescribed": 3, "unknown": 3, "unreachable": 3,
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_the_golden_one(name: str, tmp_path: Path) -> None:
    """Each page is byte for byte what was read and approved, and the exit code is the verdict."""
    text, code = page(name, tmp_path)
    assert text == (GOLDEN / f"explain-{name}.txt").read_text()
    assert code == CODES[name]


def test_no_golden_page_is_left_over() -> None:
    """Every file is the page of a case."""
    assert {path.name for path in GOLDEN.glob("explain-*")} == {f"explain-{name}.txt" for name in PAGES}


def test_the_advice_is_that_of_the_documents() -> None:
    """What the page says to do is what docs/messages.md says, for every reason."""
    assert {str(reason): ADVICE[reason] for reason in Reason} == {code: cells[2] for code, cells in rows("Reasons")}


def test_nothing_in_a_page_moves_the_cursor() -> None:
    """Control and direction marks, whoever wrote them, are spelled."""
    for path in GOLDEN.glob("explain-*.txt"):
        assert all(line.isprintable() for line in path.read_text().splitlines()), path

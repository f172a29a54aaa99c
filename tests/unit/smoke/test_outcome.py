"""Four outcomes that are never taken for each other, and a closed list of reasons that the documents name."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Final

import pytest

from platformctl.reason import Reason
from platformctl.smoke.outcome import SEVERITY, Outcome, ProbeReason, worst

DOCS: Final = Path(__file__).parents[3] / "docs"
_ROW: Final = re.compile(r"^\| `([a-z-]+)` \| (.+) \|$", re.MULTILINE)


def rows(file: str, title: str) -> list[tuple[str, list[str]]]:
    """Return the tables of a section: each code with its other cells."""
    section = (DOCS / file).read_text().split(f"\n## {title}\n")[1].split("\n## ")[0]
    return [(code, cells.split(" | ")) for code, cells in _ROW.findall(section)]


def test_the_messages_name_every_reason() -> None:
    """Every reason of a probe stands there once, with its outcome, its sentence, and what to do."""
    found = rows("messages.md", "Probes")
    assert [(code, *cells[:2]) for code, cells in found] == [(str(r), str(r.outcome), r.sentence) for r in ProbeReason]
    assert all(len(cells) == 3 and cells[2].endswith(".") for _, cells in found)


def test_the_page_says_what_each_outcome_is() -> None:
    """The page of smokes has the four outcomes with every reason of each."""
    found = rows("smoke.md", "Four outcomes")
    reasons = {code: set(re.findall(r"`([a-z-]+)`", cells[-1])) for code, cells in found}
    assert reasons == {str(one): {str(r) for r in ProbeReason if r.outcome is one} for one in Outcome}


def test_codes_are_words_with_dashes() -> None:
    """Codes are for people and for programs, a full sentence beside each, and none is a plan's code too."""
    for reason in ProbeReason:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", reason)
        assert reason.sentence[0].isupper()
        assert reason.sentence.endswith(".")
    assert {str(reason) for reason in ProbeReason} & {str(reason) for reason in Reason} == set()


@pytest.mark.parametrize("outcomes", [*itertools.product(Outcome, repeat=2)])
def test_the_worst_outcome_is_the_sum(outcomes: tuple[Outcome, ...]) -> None:
    """Fail outranks error, error inconclusive, and inconclusive pass, in whatever order they come."""
    assert worst(outcomes) is max(outcomes, key=("pass", "inconclusive", "error", "fail").index)
    assert set(SEVERITY) == set(Outcome)


def test_the_sum_of_nothing_is_no_pass() -> None:
    """Where nothing was asked, nothing is proven."""
    assert worst(()) is Outcome.INCONCLUSIVE

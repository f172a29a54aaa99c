"""The page about reruns names what receipts say, as the code has it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from platformctl.rerun.receipt import Decision

PAGE: Final = Path(__file__).parents[3] / "docs/rerun.md"


def test_every_decision_is_explained() -> None:
    """Each code stands in the table once, and no other does."""
    rows = re.findall(r"^\| (`.+?) \| .+ \|$", PAGE.read_text(), re.MULTILINE)
    codes = [code for row in rows for code in re.findall(r"`([a-z-]+)`", row)]
    assert sorted(codes) == sorted(Decision)


def test_only_what_runs_something_triggers() -> None:
    """Of all decisions two lead to a run: of the merge, and of a smoke."""
    assert [decision for decision in Decision if decision.triggers] == [Decision.QUEUED, Decision.TRIGGERED]

"""Faults in short: `make faults` meets every point, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.flow_kills import TURNS, turns_killed
from tests.faults.world import world

from .server import Server

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_killed_runs_leave_one_smoke_for_each_green_module(server: Server, tmp_path: Path) -> None:
    """Whoever follows a merge is killed where it turns, and after a look at the branches all is as if nothing was."""
    with world(tmp_path / "world", like=server.database) as made:
        fault = turns_killed(made)
    assert fault.breaches == ()
    assert (fault.points, fault.smokes) == (len(TURNS) + 1, 2 * (len(TURNS) + 1))

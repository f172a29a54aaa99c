"""The measurements still run: what they measure is not looked at, since a test has no time of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import table
from bench.load_catalog import measure, write_catalog
from bench.observation import observe
from bench.target import verdicts
from bench.ways import FLOOR, OURS

pytestmark = pytest.mark.lab

SEEN = (FLOOR, *OURS)


@pytest.mark.usefixtures("lab")
def test_every_way_of_ours_is_measured_beside_the_floor() -> None:
    """One host with one container, one run: each way did its work, and has its row, its verdicts and its figures."""
    result = observe([(1, 1)], SEEN, runs=1)
    (cell,) = result.cells
    assert (cell.failures, sorted(cell.runs)) == ({}, sorted(way.name for way in SEEN))
    for run in (runs[0] for runs in cell.runs.values()):
        assert min(run.wall_s, run.client_s, run.hosts_s) > 0
    rows = list(table.cell(result, cell, SEEN))
    assert rows[0].startswith("1 hosts x 1 containers, 1 runs")
    assert [row[2:38].rstrip() for row in rows[2:]] == [way.name for way in SEEN]
    assert {verdict.outcome for verdict in verdicts(result)} <= {"met", "NOT MET", "not measured", "told"}


def test_a_catalog_is_measured(tmp_path: Path) -> None:
    """The catalog that the measurement writes is a valid one, and is read as a whole."""
    write_catalog(tmp_path, 12)
    assert measure(tmp_path, 12) > 0

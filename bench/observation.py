"""Measuring: every way in every cell, one round after the other."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import settings
from bench.fleet import Fleet, fleet
from bench.inventory import Inventory
from bench.measured import CellResult, Result
from bench.processor import calibration_s
from bench.run import Run, WayFailed, run
from bench.way import Cell, Way


def observe(
    cells: Sequence[Cell], ways: Sequence[Way], runs: int, done: Callable[[Result], None] = lambda _: None
) -> Result:
    """Measure. `done` hears of the result so far after each cell.

    Containers are only ever added, so the cells with fewer of them come first.
    """
    cells = sorted(cells, key=lambda cell: (cell[1], cell[0]))
    with fleet(max(hosts for hosts, _ in cells)) as hosts:
        inventory = hosts.grow(cells[0][1])
        folder = hosts.folder / "settings"
        settings.lay(folder, inventory, library=any(way.peer == "ansible" for way in ways))
        _warm(ways, inventory.of(1), hosts, folder)
        result = Result(_measure((0, cells[0][1]), ways, runs, hosts, folder), ())
        for cell in cells:
            chosen = [way for way in ways if way.runs(cell)]
            result = Result(result.startup, (*result.cells, _measure(cell, chosen, runs, hosts, folder)))
            done(result)
    return result


def _warm(ways: Sequence[Way], inventory: Inventory, hosts: Fleet, folder: Path) -> None:
    """Run every way once: files are read into memory and Python's are compiled. What fails here fails later too."""
    for way in ways:
        try:
            run(way, inventory, hosts, folder)
        except WayFailed as failure:
            print(failure, file=sys.stderr)


def _measure(cell: Cell, ways: Sequence[Way], rounds: int, hosts: Fleet, folder: Path) -> CellResult:
    """Run all ways in turn, round after round; each begins with the next way, so that none is always first."""
    inventory = hosts.grow(cell[1]).of(cell[0])
    runs: dict[str, list[Run]] = {way.name: [] for way in ways}
    failures: dict[str, str] = {}
    before = calibration_s()
    for number in range(rounds):
        print(f"{cell[0]} x {cell[1]}: round {number + 1} of {rounds}", file=sys.stderr)
        first = number % len(ways)
        for way in (*ways[first:], *ways[:first]):
            if way.name in failures:
                continue
            try:
                runs[way.name].append(run(way, inventory, hosts, folder))
            except WayFailed as failure:
                failures[way.name] = str(failure)
    whole = {name: each for name, each in runs.items() if name not in failures}
    return CellResult(cell, whole, failures, (before, calibration_s()))

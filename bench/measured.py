"""What was measured, as values: runs by way in a cell, and what they mean together."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bench.run import Run
from bench.way import Cell, Way

TOLERATED: Final = 0.1
"""The part of the machine that others may have, and the part that a fixed piece of work may take longer."""


@dataclass(frozen=True, slots=True)
class CellResult:
    """The runs of a cell, as many for each way, in the order in which they were interleaved.

    Attributes:
        failures: ways that did not do their work, and what they said.
        calibration_s: how long a fixed piece of work took before and after.
    """

    cell: Cell
    runs: Mapping[str, Sequence[Run]]
    failures: Mapping[str, str] = field(default_factory=dict)
    calibration_s: tuple[float, float] = (0.0, 0.0)

    def median(self, way: Way, quantity: Callable[[Run], float]) -> float | None:
        """Return the median of a quantity over the runs of a way; None where there are none."""
        runs = self.runs.get(way.name)
        return statistics.median(map(quantity, runs)) if runs else None

    def least(self, way: Way, quantity: Callable[[Run], float]) -> float | None:
        """Return the least of a quantity over the runs of a way: where a difference is taken, disturbances add up."""
        runs = self.runs.get(way.name)
        return min(map(quantity, runs)) if runs else None

    def ratio(self, way: Way, base: Way, quantity: Callable[[Run], float]) -> float | None:
        """Return how many times as much a way takes, as the median over the rounds: what drifts, drifts in both."""
        runs, others = self.runs.get(way.name), self.runs.get(base.name)
        if not runs or not others:
            return None
        pairs = zip(runs, others, strict=True)
        return statistics.median(quantity(one) / (quantity(other) or float("inf")) for one, other in pairs)

    @property
    def others(self) -> float:
        """The part of the machine that others had, as the median over all runs."""
        return statistics.median([run.share for runs in self.runs.values() for run in runs] or [0.0])


@dataclass(frozen=True, slots=True)
class Result:
    """All cells, and the clients' runs without any host: what they take to start."""

    startup: CellResult
    cells: tuple[CellResult, ...]

    def cell(self, cell: Cell) -> CellResult | None:
        """Return the runs of a cell that was measured."""
        return next((result for result in self.cells if result.cell == cell), None)

    def beyond_startup(self, way: Way, cell: Cell, quantity: Callable[[Run], float]) -> float | None:
        """Return what a way takes for each host of a cell, its start not counted."""
        result = self.cell(cell)
        taken = result.least(way, quantity) if result else None
        start = self.startup.least(way, quantity)
        return None if taken is None or start is None else (taken - start) / cell[0]

    def disturbance(self, result: CellResult) -> str:
        """Say what disturbed a cell; nothing where it was not disturbed."""
        best = min(second for each in self.cells for second in each.calibration_s)
        slower = max(result.calibration_s) / (best or 1.0) - 1
        reasons = []
        if result.others > TOLERATED:
            reasons.append(f"others had {result.others:.0%} of the machine")
        if slower > TOLERATED:
            reasons.append(f"a fixed piece of work took up to {slower:.0%} longer")
        return ", ".join(reasons)


def wall(run: Run) -> float:
    """Take the wall time."""
    return run.wall_s


def client(run: Run) -> float:
    """Take the client's CPU time."""
    return run.client_s


def work(run: Run) -> float:
    """Take the CPU time of client, hosts and engine together: on one saturated machine, the wall time undisturbed."""
    return run.client_s + run.hosts_s + run.engine_s

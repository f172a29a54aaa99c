"""The tables: a cell with its ratios to both floors, what a start costs, and the targets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.measured import CellResult, Result, client, wall, work
from bench.target import Verdict
from bench.way import Way
from bench.ways import BAREST, FLOOR

_HEAD = ("min s", "median", "max", "x five", "x two", "client ms/host", "all CPU s", "x five")
_WIDTH = 36


def startup(result: Result, ways: Sequence[Way]) -> Iterator[str]:
    """Show what the clients take with no host to look at: a fresh process, its imports, its end."""
    yield f"Without any host: what a start takes{_note(result, result.startup)}"
    yield f"  {'':{_WIDTH}}{'min s':>10}{'median':>10}{'max':>10}{'CPU ms':>10}"
    for way in ways:
        if runs := result.startup.runs.get(way.name):
            walls = [run.wall_s for run in runs]
            cpu = result.startup.median(way, client) or 0.0
            shown = (min(walls), result.startup.median(way, wall) or 0.0, max(walls))
            yield f"  {way.name:{_WIDTH}}" + "".join(f"{each:>10.3f}" for each in shown) + f"{cpu * 1000:>10.0f}"


def cell(result: Result, shown: CellResult, ways: Sequence[Way]) -> Iterator[str]:
    """Show a cell. The client's CPU is for each host, beyond what a start takes."""
    hosts, containers = shown.cell
    runs = max((len(each) for each in shown.runs.values()), default=0)
    yield f"{hosts} hosts x {containers} containers, {runs} runs{_note(result, shown)}"
    yield f"  {'':{_WIDTH}}" + "".join(f"{head:>{max(10, len(head) + 2)}}" for head in _HEAD)
    for way in ways:
        yield f"  {way.name:{_WIDTH}}" + _row(result, shown, way)


def _row(result: Result, shown: CellResult, way: Way) -> str:
    if way.name in shown.failures:
        return "  failed: " + shown.failures[way.name].split(": ", 1)[1].splitlines()[0][:60]
    runs = shown.runs.get(way.name)
    if not runs:
        return f"  not run: {_estimate(result, shown, way)}"
    walls = [run.wall_s for run in runs]
    values = (
        (min(walls), "10.3f"),
        (shown.median(way, wall), "10.3f"),
        (max(walls), "10.3f"),
        (shown.ratio(way, FLOOR, wall), "10.2f"),
        (shown.ratio(way, BAREST, wall), "12.2f"),
        (_milliseconds(result.beyond_startup(way, shown.cell, client)), "16.1f"),
        (shown.median(way, work), "11.2f"),
        (shown.ratio(way, FLOOR, work), "10.2f"),
    )
    return "".join(f"{'-' if value is None else format(value, form):>{form.split('.')[0]}}" for value, form in values)


def _estimate(result: Result, shown: CellResult, way: Way) -> str:
    """Guess from the largest cell so far, at most as many seconds for each host."""
    measured = [each for each in result.cells if way.name in each.runs]
    if not measured:
        return "not measured in a smaller cell either"
    largest = max(measured, key=lambda each: each.cell)
    seconds = (largest.median(way, wall) or 0.0) / largest.cell[0] * shown.cell[0]
    return f"would take about {seconds:.0f} s a run"


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000


def _note(result: Result, shown: CellResult) -> str:
    disturbance = result.disturbance(shown)
    return f"; DISTURBED: {disturbance}" if disturbance else ""


def targets(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Show every target with what was measured."""
    yield "Targets, by wall time; [in brackets] the same by the CPU time of client, hosts and engine"
    for verdict in verdicts:
        yield f"  {verdict.outcome:>12}  {verdict.target.text}: {verdict.shown}"

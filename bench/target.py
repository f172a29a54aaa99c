"""What our observation is to reach, held against what was measured."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bench.measured import Result, client, wall, work
from bench.run import Run
from bench.way import Cell, Way
from bench.ways import ANSIBLE, ANSIBLE_MODULES, API, BAREST, CLI, DOCKER_SDK, FLOOR, OURS, PYINFRA

_FLOORS = {FLOOR: "the floor of five questions", BAREST: "the floor of two inspects"}


@dataclass(frozen=True, slots=True)
class Target:
    """A limit for a value of some cells.

    Attributes:
        least: the value has to reach the limit; else it may not go beyond.
        cpu: the same by the CPU time of all, client, hosts and engine, which others disturb least. It decides nothing.
    """

    text: str
    cells: tuple[Cell, ...]
    value: Callable[[Result, Cell], float | None]
    limit: float
    least: bool = False
    cpu: Callable[[Result, Cell], float | None] = lambda _, __: None

    def meets(self, value: float) -> bool:
        """Tell whether a value is within the limit."""
        return value >= self.limit if self.least else value <= self.limit


@dataclass(frozen=True, slots=True)
class Verdict:
    """A target and its values in the cells that were measured."""

    target: Target
    values: tuple[tuple[Cell, float], ...]
    cpu: tuple[tuple[Cell, float], ...]
    disturbed: bool

    @property
    def outcome(self) -> str:
        """Met in every cell, or not, or nothing to tell from; a value without a limit is only told."""
        if not self.values:
            return "not measured"
        if math.isinf(self.target.limit):
            return "told"
        return "met" if all(self.target.meets(value) for _, value in self.values) else "NOT MET"

    @property
    def shown(self) -> str:
        """The values by cell."""
        cpu = dict(self.cpu)
        values = (f"{value:.2f}{_beside(cpu.get(cell))} at {cell[0]} x {cell[1]}" for cell, value in self.values)
        return f"{', '.join(values) or '-'}{' (disturbed)' if self.disturbed else ''}"


def _beside(value: float | None) -> str:
    return "" if value is None else f" [{value:.2f}]"


def verdicts(result: Result) -> tuple[Verdict, ...]:
    """Hold every target against the result."""
    return tuple(_verdict(result, target) for target in _targets())


def _verdict(result: Result, target: Target) -> Verdict:
    values, cpu = (_values(result, target.cells, value) for value in (target.value, target.cpu))
    cells = [each for each in result.cells if each.cell in dict(values)]
    return Verdict(target, values, cpu, any(result.disturbance(each) for each in cells))


def _values(
    result: Result, cells: Iterable[Cell], value: Callable[[Result, Cell], float | None]
) -> tuple[tuple[Cell, float], ...]:
    found = [(cell, value(result, cell)) for cell in cells]
    return tuple((cell, each) for cell, each in found if each is not None)


def _targets() -> Iterator[Target]:
    large = tuple((hosts, containers) for hosts in (32, 64) for containers in (1, 10, 50))
    middle = tuple((8, containers) for containers in (1, 10, 50))
    for floor, name in _FLOORS.items():
        yield _at_most(CLI, floor, f"≤ 1.05 x {name} from 32 hosts up", large, 1.05)
        yield _at_most(CLI, floor, f"≤ 1.3 x {name} at 8 hosts", middle, 1.3)
        for way in API:
            yield _at_most(way, floor, f"≤ 0.5 x {name} from 32 hosts up", large, 0.5)
    yield _faster(CLI, PYINFRA, 1.0, (*middle, *large))
    for way in API:
        yield _faster(way, PYINFRA, 2.5, large)
    for way in OURS:
        yield _faster(way, ANSIBLE, 7.0, ((32, 10),))
        yield _faster(way, ANSIBLE_MODULES, 25.0, ((8, 10),))
        yield _faster(way, DOCKER_SDK, 3.0, ((8, 10),))
        yield from _costs(way)


def _costs(way: Way) -> Iterator[Target]:
    ten = ((8, 10), (32, 10), (64, 10))
    yield Target(f"{way.name}: client CPU ≤ 8 ms a host beyond the start", ten, _client_ms(way), 8.0)
    fifty = ((1, 50), (8, 50), (32, 50), (64, 50))
    yield Target(f"{way.name}: ≤ 2 ms of wall time for one more module on a host", fifty, _module_ms(way), 2.0)
    one = tuple((1, containers) for containers in (1, 10, 50))
    yield _at_most(way, FLOOR, "one host alone, x the floor of five questions", one, math.inf)


def _at_most(way: Way, floor: Way, text: str, cells: tuple[Cell, ...], limit: float) -> Target:
    return Target(f"{way.name}: {text}", cells, _ratio(way, floor, wall), limit, cpu=_ratio(way, floor, work))


def _faster(way: Way, peer: Way, times: float, cells: Iterable[Cell]) -> Target:
    text = f"{way.name}: ≥ {times:g} x faster than {peer.name}"
    return Target(text, tuple(cells), _ratio(peer, way, wall), times, least=True, cpu=_ratio(peer, way, work))


def _ratio(way: Way, base: Way, quantity: Callable[[Run], float]) -> Callable[[Result, Cell], float | None]:
    def value(result: Result, cell: Cell) -> float | None:
        shown = result.cell(cell)
        return shown.ratio(way, base, quantity) if shown else None

    return value


def _client_ms(way: Way) -> Callable[[Result, Cell], float | None]:
    def value(result: Result, cell: Cell) -> float | None:
        seconds = result.beyond_startup(way, cell, client)
        return None if seconds is None else seconds * 1000

    return value


def _module_ms(way: Way) -> Callable[[Result, Cell], float | None]:
    """Hold the cells of fifty containers against those of ten."""

    def value(result: Result, cell: Cell) -> float | None:
        more, fewer = (result.cell((cell[0], containers)) for containers in (50, 10))
        seconds = [each.least(way, wall) if each else None for each in (more, fewer)]
        if seconds[0] is None or seconds[1] is None:
            return None
        return (seconds[0] - seconds[1]) / 40 / cell[0] * 1000

    return value

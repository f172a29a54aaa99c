"""What our observation is to reach, held against what was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bench.measured import Result, client, wall
from bench.way import Cell, Way
from bench.ways import ANSIBLE, ANSIBLE_MODULES, API, BAREST, CLI, DOCKER_SDK, FLOOR, OURS, PYINFRA

_FLOORS = {FLOOR: "the floor of five questions", BAREST: "the floor of two inspects"}


@dataclass(frozen=True, slots=True)
class Target:
    """A limit for a value of some cells. With `least` the value has to reach it, else it may not go beyond."""

    text: str
    cells: tuple[Cell, ...]
    value: Callable[[Result, Cell], float | None]
    limit: float
    least: bool = False

    def meets(self, value: float) -> bool:
        """Tell whether a value is within the limit."""
        return value >= self.limit if self.least else value <= self.limit


@dataclass(frozen=True, slots=True)
class Verdict:
    """A target and its values in the cells that were measured."""

    target: Target
    values: tuple[tuple[Cell, float], ...]
    disturbed: bool

    @property
    def outcome(self) -> str:
        """Met in every cell, or not, or nothing to tell from."""
        if not self.values:
            return "not measured"
        return "met" if all(self.target.meets(value) for _, value in self.values) else "NOT MET"

    @property
    def shown(self) -> str:
        """The values by cell."""
        values = ", ".join(f"{value:.2f} at {cell[0]} x {cell[1]}" for cell, value in self.values)
        return f"{values or '-'}{' (disturbed)' if self.disturbed else ''}"


def verdicts(result: Result) -> tuple[Verdict, ...]:
    """Hold every target against the result."""
    return tuple(_verdict(result, target) for target in _targets())


def _verdict(result: Result, target: Target) -> Verdict:
    found = [(cell, target.value(result, cell)) for cell in target.cells]
    values = tuple((cell, value) for cell, value in found if value is not None)
    cells = [each for each in result.cells if each.cell in dict(values)]
    return Verdict(target, values, any(result.disturbance(each) for each in cells))


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
    yield _faster(CLI, ANSIBLE, 7.0, ((32, 10),))
    yield _faster(CLI, ANSIBLE_MODULES, 25.0, ((8, 10),))
    yield _faster(CLI, DOCKER_SDK, 3.0, ((8, 10),))
    for way in OURS:
        yield from _costs(way)


def _costs(way: Way) -> Iterator[Target]:
    ten = ((8, 10), (32, 10), (64, 10))
    yield Target(f"{way.name}: client CPU ≤ 8 ms a host beyond the start", ten, _client_ms(way), 8.0)
    fifty = ((1, 50), (8, 50), (32, 50), (64, 50))
    yield Target(f"{way.name}: ≤ 2 ms of wall time for one more module on a host", fifty, _module_ms(way), 2.0)
    one = tuple((1, containers) for containers in (1, 10, 50))
    yield Target(f"{way.name}: one host alone, x the floor of five questions", one, _ratio(way, FLOOR), float("inf"))


def _at_most(way: Way, floor: Way, text: str, cells: tuple[Cell, ...], limit: float) -> Target:
    return Target(f"{way.name}: {text}", cells, _ratio(way, floor), limit)


def _faster(way: Way, peer: Way, times: float, cells: Iterable[Cell]) -> Target:
    def value(result: Result, cell: Cell) -> float | None:
        shown = result.cell(cell)
        return shown.ratio(peer, way, wall) if shown else None

    return Target(f"{way.name}: ≥ {times:g} x faster than {peer.name}", tuple(cells), value, times, least=True)


def _ratio(way: Way, base: Way) -> Callable[[Result, Cell], float | None]:
    def value(result: Result, cell: Cell) -> float | None:
        shown = result.cell(cell)
        return shown.ratio(way, base, wall) if shown else None

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
        seconds = [each.median(way, wall) if each else None for each in (more, fewer)]
        if seconds[0] is None or seconds[1] is None:
            return None
        return (seconds[0] - seconds[1]) / 40 / cell[0] * 1000

    return value

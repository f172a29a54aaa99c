"""Kills of the process of a flow run: of the one that follows a merge, and of a smoke."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from .branches import Merged
from .point import Point, batches, requests, spread, steps
from .verdict import Fault, judged
from .world import World

BATCH: Final = 20


@dataclass(frozen=True, slots=True)
class Met:
    """What an undisturbed run does: its own steps, and its requests."""

    steps: tuple[Point, ...]
    requests: tuple[Point, ...]


def watch(world: World, name: str, run: str) -> Met:
    """Execute a run that nobody kills, and note what it does."""
    file = world.folder / f"steps-{name}"
    world.proxy.arm()
    code = world.engines.execute(run, FAULT_STEPS=str(file))
    if code:
        raise RuntimeError(f"{name} ended with {code}: {world.engines.log.read_text()[-4000:]}")
    return Met(tuple(steps(file.read_text().splitlines())), tuple(requests(world.proxy.requests)))


def execute_killed(world: World, run: str, point: Point) -> int:
    """Execute a run until a point, and return how its process ended."""
    if point.moment is None:
        world.proxy.arm()
        return world.engines.execute(run, FAULT_KILL=str(point.number))
    world.proxy.arm((point.number, point.moment), world.engines.kill)
    return world.engines.execute(run)


TURNS: Final = ("os.rename plans/", "os.write reruns/receipts.jsonl", "settled.json", "create_flow_run")
"""Where a merge turns from one state to the next, as labels tell: planned, decided, done, and the smoke created."""


def turns_killed(world: World) -> Fault:
    """Kill the run that follows a merge where it turns from one state to the next: the short form of the suite."""
    met = watched(world, "flow")
    every = (*met.steps, *met.requests)
    found = [next(point for point in every if turn in point.label) for turn in TURNS]
    created = next(point for point in met.requests if TURNS[-1] in point.label and point.moment == "after")
    return _killed(world, "kill -9 of the flow run, where it turns", "ft", [*found, created])


def steps_killed(world: World, most: int) -> Fault:
    """Kill the run that follows a merge at each of its own steps."""
    return _killed(world, "kill -9 of the flow run, at a step", "fs", spread(watched(world, "flow-a").steps, most))


def requests_killed(world: World, most: int) -> Fault:
    """Kill the run that follows a merge at each of its requests."""
    points = spread(watched(world, "flow-b").requests, most)
    return _killed(world, "kill -9 of the flow run, at a request", "fr", points)


def watched(world: World, branch: str) -> Met:
    """Watch the second merge that a store sees: the first makes folders that are there from then on."""
    first, second = f"{branch}1", f"{branch}2"
    world.follow([first, second])
    merges = world.merge([first, second])
    world.execute(world.queue(merges[0]))
    return watch(world, branch, world.queue(merges[1]))


def _killed(world: World, name: str, prefix: str, points: Sequence[Point]) -> Fault:
    faults = [
        each_killed(world, name, f"{prefix}{number}", part, _kill_run)
        for number, part in enumerate(batches(points, BATCH))
    ]
    return together(name, faults)


def _kill_run(world: World, merged: Merged, point: Point) -> bool:
    return execute_killed(world, world.queue(merged), point) == -9


def each_killed(
    world: World, name: str, prefix: str, points: Sequence[Point], kill: Callable[[World, Merged, Point], bool]
) -> Fault:
    """Let a merge meet each point, then look at the branches: at once, and when the leases of the dead are over.

    A point that was not met counts as a breach: it was not shown what happens there.
    """
    names = [f"{prefix}x{number}" for number, _ in enumerate(points)]
    world.follow(names)
    merges = world.merge(names)
    unmet = [
        f"{merged.branch}: {point} was not met"
        for merged, point in zip(merges, points, strict=True)
        if not kill(world, merged, point)
    ]
    world.reconcile()
    world.let_leases_end()
    world.reconcile()
    fault = judged(world, name, merges, points)
    return Fault(name, fault.points, fault.smokes, (*unmet, *fault.breaches), labels=fault.labels)


def together(name: str, faults: Sequence[Fault]) -> Fault:
    """Put the parts of a fault together."""
    return Fault(
        name,
        sum(each.points for each in faults),
        sum(each.smokes for each in faults),
        tuple(dict.fromkeys(breach for each in faults for breach in each.breaches)),
        labels=tuple(label for each in faults for label in each.labels),
    )


def smoke_killed(world: World, most: int) -> Fault:
    """Kill smokes at each step and request, and execute each again.

    None asks a service twice, and each leaves a result, or one receipt that it died.
    """
    met = watched_smoke(world, "smoke")
    points = spread([*met.steps, *met.requests], most)
    names = [f"smoke{number}" for number, _ in enumerate(points)]
    world.follow(names)
    merges = world.merge(names)
    world.reconcile()
    found: list[str] = []
    for merged, point in zip(merges, points, strict=True):
        run = world.smoke_runs(merged)[0]
        if execute_killed(world, run, point) != -9:
            found.append(f"{merged.branch}: {point} was not met")
        world.schedule_again(run)
        world.proxy.arm()
        world.engines.execute(run)
    for _ in range(2):
        world.reconcile()
    name = "kill -9 of a smoke, then run again, and two looks"
    fault = judged(world, name, merges, points)
    return Fault(name, fault.points, fault.smokes, (*found, *fault.breaches), labels=fault.labels)


def watched_smoke(world: World, branch: str) -> Met:
    """Watch the second smoke of a store: the first makes folders that are there from then on."""
    world.follow([branch])
    (merged,) = world.merge([branch])
    world.reconcile()
    first, second = world.smoke_runs(merged)
    world.execute(first)
    return watch(world, branch, second)

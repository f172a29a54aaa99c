"""Kills of the receiver, and of the server that it speaks with, while it takes a delivery."""

from __future__ import annotations

from collections.abc import Sequence

from .branches import Merged
from .flow_kills import each_killed
from .point import Point, requests, spread, steps
from .receivers import deliver, receiver
from .verdict import Fault
from .world import World


def receiver_killed(world: World, most: int) -> Fault:
    """Kill the receiver at each of its steps and requests. Every second delivery is sent again by hand."""
    points = spread([*_watched(world, "receiver-a")], most)
    repeated: list[bool] = []

    def kill(world: World, merged: Merged, point: Point) -> bool:
        repeated.append(not repeated or not repeated[-1])
        return _kill(world, merged, point, again=repeated[-1])

    return each_killed(world, "kill -9 of the receiver, at a step or a request", "rc", points, kill)


def server_of_receiver_killed(world: World, most: int) -> Fault:
    """Kill the server at each request of the receiver; the delivery is not sent again."""
    points: Sequence[Point] = spread([each for each in _watched(world, "receiver-b") if each.moment], most)
    return each_killed(world, "kill -9 of the server, at a request of the receiver", "rs", points, _kill_server)


def _watched(world: World, branch: str) -> tuple[Point, ...]:
    """Return what a receiver does for its first delivery."""
    world.follow([branch])
    (merged,) = world.merge([branch])
    file = world.folder / f"steps-{branch}"
    world.proxy.arm()
    with receiver(world, world.proxy.port, {"FAULT_STEPS": str(file)}) as running:
        status = deliver(running, merged)
    if status != 202:
        raise RuntimeError(f"the receiver answers {status}: {(world.folder / 'receiver.log').read_text()[-2000:]}")
    met = requests(world.proxy.requests)
    for run in world.merge_runs(merged):
        world.execute(run)
    return (*steps(file.read_text().splitlines()), *met)


def _kill(world: World, merged: Merged, point: Point, *, again: bool) -> bool:
    world.proxy.arm()
    environment = {} if point.moment else {"FAULT_KILL": str(point.number)}
    with receiver(world, world.proxy.port, environment) as running:
        if point.moment:
            world.proxy.arm((point.number, point.moment), running.kill)
        deliver(running, merged)
        died = not running.lives or running.process.wait(10) is not None
    if again:
        world.proxy.arm()
        with receiver(world, world.proxy.port) as running:
            deliver(running, merged, "pull-request")
    for run in world.merge_runs(merged):
        world.execute(run)
    return died


def _kill_server(world: World, merged: Merged, point: Point) -> bool:
    killed = []

    def kill() -> None:
        killed.append(True)
        world.server.kill()
        world.server.launch()

    world.proxy.arm()
    with receiver(world, world.proxy.port) as running:
        assert point.moment
        world.proxy.arm((point.number, point.moment), kill)
        deliver(running, merged)
    world.server.wait()
    world.proxy.arm()
    for run in world.merge_runs(merged):
        world.execute(run)
    return bool(killed)

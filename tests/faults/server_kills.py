"""Kills of the Prefect server while a run that follows a merge speaks with it."""

from __future__ import annotations

from .branches import Merged
from .flow_kills import each_killed, watched
from .point import Point, spread
from .verdict import Fault
from .world import World


def server_killed(world: World, most: int) -> Fault:
    """Kill the server at each request of a flow run, and start it again at once."""
    points = spread(watched(world, "server").requests, most)
    return each_killed(world, "kill -9 of the server, at a request of the flow run", "sv", points, _kill_server)


def _kill_server(world: World, merged: Merged, point: Point) -> bool:
    run = world.queue(merged)
    assert point.moment
    killed = []

    def kill() -> None:
        killed.append(True)
        world.server.kill()
        world.server.launch()

    world.proxy.arm((point.number, point.moment), kill)
    world.engines.execute(run)
    world.server.wait()
    return bool(killed)

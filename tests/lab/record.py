"""Writes what real engines show of every state: ``python -m tests.lab.record [--engine KIND]… [--out DIR] [STATE]…``.

A recording is a catalog of its own: ``hosts.yaml``, ``modules/`` with pins and locks, a snapshot per host
(beside ``hosts.yaml`` when there is one host, else ``snapshots/<host>/``) and ``expected.json``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .engine import Engine
from .engines import KINDS, Kind
from .fleet import FLEET, State, meerkat, umami, unmanaged
from .identities import IDENTITIES, UNSHOWN
from .image import Document
from .registry import Registry, registry
from .service import Service
from .sight import Sight
from .states import STATES
from .view import View, cli_view
from .workspace import workspace

OUT = Path(__file__).parents[1] / "recordings"
# Fixed, so that the names in recordings are the same whenever and wherever they are made.
REGISTRY = "127.0.0.5:5000"
HOST = "rs2000"
SCENARIOS: Mapping[str, Mapping[str, tuple[State, ...]]] = {
    **{name: {HOST: states} for name, states in STATES.items()},
    **{name: {HOST: (state,)} for name, state in IDENTITIES.items()},
    "example": {HOST: (meerkat, umami, unmanaged)},
    "fleet": FLEET,
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A scenario, made: its engines run, and what a catalog declares for them is known.

    Attributes:
        engines: by host.
        services: by host.
        views: what is recorded of the engines, each look by host.
    """

    name: str
    kind: Kind
    engines: Mapping[str, Engine]
    services: Mapping[str, tuple[Service, ...]]
    views: tuple[Mapping[str, View], ...]


def scenarios(kind: str) -> tuple[str, ...]:
    """Return what is recorded of a kind of engine: identities everywhere, everything of this machine's own."""
    names = SCENARIOS if kind == "docker-bookworm" else IDENTITIES
    return tuple(name for name in names if name not in UNSHOWN[kind])


@contextmanager
def make(place: Path, running: Registry, kind: Kind, scenario: str) -> Iterator[Scene]:
    """Make a scenario on fresh engines, one per host."""
    with ExitStack() as stack:
        wanted = SCENARIOS[scenario]
        engines = {host: stack.enter_context(kind.start(place, host, (running.address,))) for host in wanted}
        made = {host: [state(engines[host], running) for state in states] for host, states in wanted.items()}
        services = {host: tuple(service for service in each if service) for host, each in made.items()}
        looks = [kind.views(engine) for engine in engines.values()]
        views = tuple(dict(zip(engines, each, strict=True)) for each in zip(*looks, strict=True))
        yield Scene(scenario, kind, engines, services, views)


def record(scene: Scene, out: Path) -> tuple[Path, ...]:
    """Write what every view of a scene shows, and return the folders."""
    taken_at = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return tuple(_record(scene, views, out, taken_at) for views in scene.views)


def snapshot(engine: Engine, taken_at: str) -> Mapping[str, Any]:
    """Return what inspecting all containers, and their images by ID, shows: documents by file name."""
    return _shown(cli_view(engine, engine.name, Sight.CLASSIC), engine.host, taken_at)


def without_values(container: Document) -> Document:
    """Return a container whose environment has names only: ``SECRET=hunter2`` becomes ``SECRET=``."""
    config = container["Config"]
    names = [f"{variable.split('=', 1)[0]}=" for variable in config["Env"] or ()]
    kept: Document = {**config, "Env": names}
    if "CreateCommand" in config:
        # Podman repeats the command line that made the container, with the values that were given on it.
        kept["CreateCommand"] = [_without_value(argument) for argument in config["CreateCommand"] or ()]
    return {**container, "Config": kept}


def main() -> None:
    """Start the lab, record, and throw the lab away."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.record", description="Record what engines show.")
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the recordings (default: %(default)s)")
    parser.add_argument(
        "--engine",
        action="append",
        choices=KINDS,
        help="engine to record, this machine's unless named; others get a root of their own first",
    )
    parser.add_argument("states", nargs="*", metavar="STATE", help=f"default: all of {', '.join(SCENARIOS)}")
    options = parser.parse_args()
    unknown = sorted(set(options.states) - set(SCENARIOS))
    if unknown:
        parser.error(f"no such state: {', '.join(unknown)}")
    for kind in options.engine or ["docker-bookworm"]:
        for scenario in [name for name in scenarios(kind) if name in (options.states or SCENARIOS)]:
            # A registry of its own for each: what one engine pushed must not be there for another.
            with (
                workspace() as place,
                registry(place, REGISTRY) as running,
                make(place, running, KINDS[kind], scenario) as scene,
            ):
                for folder in record(scene, options.out):
                    print(folder, flush=True)


def _record(scene: Scene, views: Mapping[str, View], out: Path, taken_at: str) -> Path:
    first = next(iter(views.values()))
    folder = out / first.name / scene.name
    shutil.rmtree(folder, ignore_errors=True)
    places = {host: folder if len(views) == 1 else folder / "snapshots" / host for host in views}
    for host, view in views.items():
        for service in scene.services[host]:
            _write_module(folder / "modules" / service.name, service, host)
        for file, document in _shown(view, host, taken_at).items():
            _write(places[host] / file, document)
    inventory = {host: {"transport": "snapshot", "path": place.relative_to(folder)} for host, place in places.items()}
    write_inventory(folder / "hosts.yaml", inventory)
    services = [service for each in scene.services.values() for service in each]
    _write(folder / "expected.json", {service.name: service.expected(first.sight) for service in services})
    return folder


def write_inventory(path: Path, hosts: Mapping[str, Mapping[str, object]]) -> None:
    """Write an inventory."""
    entries = {host: {key: str(value) for key, value in entry.items()} for host, entry in hosts.items()}
    _write(path, {"schema": "platformctl/inventory/v1", "hosts": entries})


def _shown(view: View, host: str, taken_at: str) -> Mapping[str, Any]:
    containers = sorted(view.inspect("container", view.listing()), key=lambda each: str(each["Name"]))
    images = sorted({str(each["Image"]) for each in containers})
    return {
        "host.json": {
            "schema": "platformctl/snapshot/v1",
            "host": host,
            "takenAt": taken_at,
            "engine": view.engine,
        },
        "containers.json": [without_values(each) for each in containers],
        "images.json": view.inspect("image", images),
    }


def _write_module(folder: Path, service: Service, host: str) -> None:
    _write(folder / "module.yaml", service.module(host))
    if service.pinned:
        _write(folder / "image.lock.json", service.lock())


def _without_value(argument: str) -> str:
    option, _, variable = argument.partition("=")
    return f"{option}={variable.split('=')[0]}=" if option == "--env" else argument


def _write(path: Path, document: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".yaml":
        path.write_text(yaml.safe_dump(document, sort_keys=False, width=1000))
    else:
        path.write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()

"""Writes what real engines show of every state: ``python -m tests.lab.record [--out DIR] [STATE]…``.

A recording is a catalog of its own: ``hosts.yaml``, ``modules/`` with pins and locks, a snapshot per host
(beside ``hosts.yaml`` when there is one host, else ``snapshots/<host>/``) and ``expected.json``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shutil
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import yaml

from .engine import Engine, docker
from .fleet import FLEET, State, meerkat, umami, unmanaged
from .image import Document
from .registry import Registry, registry
from .service import Service
from .states import STATES
from .workspace import workspace

OUT = Path(__file__).parents[1] / "recordings"
# Fixed, so that the names in recordings are the same whenever and wherever they are made.
REGISTRY = "127.0.0.5:5000"
HOST = "rs2000"
SCENARIOS: Mapping[str, Mapping[str, tuple[State, ...]]] = {
    **{name: {HOST: states} for name, states in STATES.items()},
    "example": {HOST: (meerkat, umami, unmanaged)},
    "fleet": FLEET,
}


def record(running: Registry, out: Path, scenario: str) -> Path:
    """Make a scenario on fresh engines, one per host; write its recording and return the folder."""
    with ExitStack() as stack:
        place = stack.enter_context(workspace())
        engines = {host: stack.enter_context(docker(place, host)) for host in SCENARIOS[scenario]}
        folder = out / next(iter(engines.values())).name / scenario
        shutil.rmtree(folder, ignore_errors=True)
        places = {host: folder if len(engines) == 1 else folder / "snapshots" / host for host in engines}
        expected = {}
        for host, states in SCENARIOS[scenario].items():
            for service in _make(engines[host], running, states):
                _write_module(folder / "modules" / service.name, service, host)
                expected[service.name] = service.expected()
        for host, engine in engines.items():
            for file, document in snapshot(engine, _now()).items():
                _write(places[host] / file, document)
    _write(folder / "hosts.yaml", _inventory({host: place.relative_to(folder) for host, place in places.items()}))
    _write(folder / "expected.json", expected)
    return folder


def snapshot(engine: Engine, taken_at: str) -> Mapping[str, Any]:
    """Return what inspecting all containers, and their images by ID, shows: documents by file name."""
    ids = engine.run("ps", "--all", "--quiet", "--no-trunc").split()
    containers = sorted(_inspect(engine, "container", ids), key=lambda each: str(each["Name"]))
    return {
        "host.json": _host(engine, taken_at),
        "containers.json": [without_values(each) for each in containers],
        "images.json": _inspect(engine, "image", sorted({each["Image"] for each in containers})),
    }


def without_values(container: Document) -> Document:
    """Return a container whose environment has names only: ``SECRET=hunter2`` becomes ``SECRET=``."""
    config = container["Config"]
    names = [f"{variable.split('=', 1)[0]}=" for variable in config["Env"] or ()]
    return container | {"Config": config | {"Env": names}}


def main() -> None:
    """Start the lab, record, and throw the lab away."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.record", description="Record what engines show.")
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the recordings (default: %(default)s)")
    parser.add_argument("states", nargs="*", metavar="STATE", help=f"default: all of {', '.join(SCENARIOS)}")
    options = parser.parse_args()
    unknown = sorted(set(options.states) - set(SCENARIOS))
    if unknown:
        parser.error(f"no such state: {', '.join(unknown)}")
    with workspace() as folder, registry(folder, REGISTRY) as running:
        for scenario in options.states or SCENARIOS:
            print(record(running, options.out, scenario))


def _make(engine: Engine, running: Registry, states: Iterable[State]) -> list[Service]:
    made = [state(engine, running) for state in states]
    return [service for service in made if service]


def _write_module(folder: Path, service: Service, host: str) -> None:
    _write(folder / "module.yaml", service.module(host))
    _write(folder / "image.lock.json", service.lock())


def _host(engine: Engine, taken_at: str) -> Document:
    version = engine.version
    return {
        "schema": "platformctl/snapshot/v1",
        "host": engine.host,
        "takenAt": taken_at,
        "engine": {
            "name": engine.name.split("-")[0],
            "version": version["Version"],
            "apiVersion": version["ApiVersion"],
            "imageStore": engine.image_store,
        },
    }


def _inventory(places: Mapping[str, Path]) -> Document:
    hosts = {host: {"transport": "snapshot", "path": place.as_posix()} for host, place in places.items()}
    return {"schema": "platformctl/inventory/v1", "hosts": hosts}


def _inspect(engine: Engine, kind: str, ids: Iterable[str]) -> list[Document]:
    # The client fails when one of many is gone, and still prints the others.
    wanted = list(ids)
    found: list[Document] = json.loads(engine.cli(kind, "inspect", *wanted).stdout) if wanted else []
    return found


def _now() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _write(path: Path, document: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".yaml":
        path.write_text(yaml.safe_dump(document, sort_keys=False, width=1000))
    else:
        path.write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()

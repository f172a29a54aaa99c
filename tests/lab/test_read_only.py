"""The proof that looking changes nothing: an engine that is watched while it is looked at in every way."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from platformctl.cli import main

from . import tied
from .engine import Docker, docker
from .entry import ssh_entry, tls_entry, unix_entry
from .fleet import hostile, meerkat, nameless, stopped, umami, unmanaged, workers
from .process import Process
from .registry import Registry
from .sshd import ssh_hosts
from .states import recordless

pytestmark = pytest.mark.lab

STATES = (meerkat, umami, nameless, stopped, hostile, unmanaged, workers, recordless)
HOSTS = ("over-ssh", "over-agent", "over-socket", "over-unix", "over-tls")


@dataclass(frozen=True, slots=True)
class Watched:
    """An engine, a catalog that declares some of what runs on it, and the record of its events."""

    engine: Docker
    catalog: Path
    recorder: Process


@pytest.fixture(scope="module")
def watched(lab: Path, registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """An engine in many states that is one host for each transport; every event of it is written down."""
    folder = tmp_path_factory.mktemp("watched")
    with ExitStack() as stack:
        engine = stack.enter_context(docker(lab, "rs2000", tls=True))
        hosts = stack.enter_context(ssh_hosts(lab, {"rs2000": engine, "agent": engine}, files=tied.FILES))
        tied.tie(hosts["agent"])
        services = [service for state in STATES if (service := state(engine, registry))]
        entries = (
            ssh_entry(hosts, hosts["rs2000"]),
            ssh_entry(hosts, hosts["agent"], ask="agent"),
            ssh_entry(hosts, hosts["rs2000"], ask="socket", socket="/run/docker.sock"),
            unix_entry(engine),
            tls_entry(engine),
        )
        named = {
            name: entry.model_dump(mode="json", exclude_none=True) for name, entry in zip(HOSTS, entries, strict=True)
        }
        write(folder / "hosts.yaml", {"schema": "platformctl/inventory/v1", "hosts": named})
        for host in HOSTS:
            for service in services:
                name = f"{service.name}-{host}"
                target = {} if service.select else {"container": service.name}
                write(folder / "modules" / name / "module.yaml", service.module(host) | target | {"name": name})
        log = folder / "events"
        command = ["/usr/bin/docker", f"--host={engine.url}", "events", "--since=0s", "--format={{json .}}"]
        recorder = Process(command, log)
        try:
            # The record has begun when it shows an event that is made for it.
            recorder.wait_until(lambda: bool(engine.run("tag", image_of(engine), "seen:now")) or bool(log.read_text()))
            engine.run("rmi", "seen:now")
            recorder.wait_until(lambda: '"untag"' in log.read_text())
            yield Watched(engine, folder, recorder)
        finally:
            recorder.stop()


def write(path: Path, document: object) -> None:
    """Write a document as YAML."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(document))


def image_of(engine: Docker) -> str:
    """Return the image of a running container."""
    return engine.run("inspect", "--format={{.Image}}", "np-meerkat-frontend")


COUNTERS = (
    "Containers",
    "ContainersRunning",
    "ContainersPaused",
    "ContainersStopped",
    "Images",
    "Driver",
    "Plugins",
    "Swarm",
)


NAMES = "{{.ID}} {{.Repository}} {{.Tag}} {{.Digest}}"


def state(engine: Docker) -> dict[str, Any]:
    """Return everything that an engine shows of itself, except what passes by itself."""
    info = json.loads(engine.run("info", "--format={{json .}}"))
    containers = engine.run("ps", "--all", "--quiet", "--no-trunc").split()
    images = sorted(set(engine.run("images", "--all", "--quiet", "--no-trunc").split()))
    return {
        "containers": json.loads(engine.run("inspect", *containers)),
        "images": json.loads(engine.run("image", "inspect", *images)),
        "names": sorted(engine.run("images", "--all", f"--format={NAMES}").splitlines()),
        "networks": json.loads(engine.run("network", "inspect", *engine.run("network", "ls", "--quiet").split())),
        "volumes": engine.run("volume", "ls"),
        "counters": {name: info[name] for name in COUNTERS},
    }


def events(watched: Watched) -> list[str]:
    """Return what has happened since the beginning, after two events that are made now to mark the end."""
    marks = recorded(watched).count("image untag")
    watched.engine.run("tag", image_of(watched.engine), "seen:end")
    watched.engine.run("rmi", "seen:end")
    watched.recorder.wait_until(lambda: recorded(watched).count("image untag") > marks)
    return recorded(watched)


def recorded(watched: Watched) -> list[str]:
    """Return what has been written down so far, whole lines only."""
    lines = watched.recorder.log.read_text().split("\n")[:-1]
    return [f"{event['Type']} {event['Action']}" for event in map(json.loads, lines)]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize(
    "command",
    [
        ["observe", "--inventory", "hosts.yaml", "--out", "out"],
        ["plan", "--catalog", ".", "--store", "store", "--no-confirm"],
        ["plan", "--catalog", ".", "--store", "store", "--confirm-after", "0"],
        ["import", "--catalog", ".", "--container", "agent", "--store", "store"],
    ],
    ids=["observe", "plan", "plan-confirmed", "import"],
)
def test_no_command_changes_the_engine(
    watched: Watched, command: list[str], host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine's whole state is the same before and after, and no event is seen in between."""
    monkeypatch.chdir(shutil.copytree(watched.catalog, tmp_path / "catalog"))
    seen_before, before = events(watched), state(watched.engine)
    code = main([*command, "--host", host])
    assert code == {"observe": 0, "plan": 1, "import": 0}[command[0]]
    assert state(watched.engine) == before
    assert events(watched) == [*seen_before, "image tag", "image untag"]


def test_a_smoke_does_not_either(watched: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Probes through the host, and the looks at both ends of their window, leave no trace in the engine."""
    monkeypatch.chdir(shutil.copytree(watched.catalog, tmp_path / "catalog"))
    name = "np-meerkat-frontend-over-ssh"
    module = Path("modules", name, "module.yaml")
    probes = [
        {"tcp": {"address": "127.0.0.1", "port": 1}, "from": "host", "tries": 2},
        {"container": {"stable_for": 1}},
    ]
    write(module, yaml.safe_load(module.read_text()) | {"smoke": {"probes": probes}})
    seen_before, before = events(watched), state(watched.engine)
    assert main(["smoke", "--catalog", ".", "--store", "store", "--module", name]) == 1
    assert state(watched.engine) == before
    assert events(watched) == [*seen_before, "image tag", "image untag"]


def test_a_change_would_be_seen(watched: Watched) -> None:
    """What the proof relies on: a container that is only created shows in the events and in the state."""
    seen_before, before = events(watched), state(watched.engine)
    watched.engine.run("create", "--network=none", "--name=changed", image_of(watched.engine))
    assert state(watched.engine) != before
    watched.engine.run("rm", "changed")
    assert events(watched) == [
        *seen_before,
        "container create",
        "container destroy",
        "image tag",
        "image untag",
    ]

"""Podman, asked by its own command over SSH: what it prints is not what docker prints, and means the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from platformctl.adapters.docker_api import DockerTransport
from platformctl.adapters.ssh import SshTransport
from platformctl.adapters.ssh_commands import _only_gone
from platformctl.catalog.inventory import DockerHost, SshHost
from platformctl.identity.candidate import ImageStore
from platformctl.observation.engine import Engine
from platformctl.observation.host import Reached
from platformctl.observation.snapshot import observation
from platformctl.reason import Reason

from .engines import KINDS
from .fleet import meerkat
from .podman import Podman
from .podman_host import podman_host
from .registry import Registry
from .root import cache
from .service import Service

pytestmark = pytest.mark.lab

CONFIG = "/etc/containers/storage.conf"
VERSIONS = {"bookworm": "4.3.1", "trixie": "5.4.2"}


@dataclass(frozen=True, slots=True)
class Machine:
    """A Podman that runs a service, and the way there."""

    podman: Podman
    entry: SshHost
    service: Service
    version: str


@pytest.fixture(scope="module", params=VERSIONS)
def machine(lab: Path, registry: Registry, request: pytest.FixtureRequest) -> Iterator[Machine]:
    """Podman of a Debian release, where its root was made."""
    suite: str = request.param
    if not (cache() / suite).exists():
        pytest.skip(f"there is no root of Debian {suite}: python -m tests.lab.root {suite} makes it")
    with KINDS[f"podman-{suite}"].start(lab, "boxes", (registry.address,)) as podman:
        assert isinstance(podman, Podman)
        service = meerkat(podman, registry)
        with podman_host(lab, podman) as entry:
            yield Machine(podman, entry, service, VERSIONS[suite])


def test_a_host_with_podman_is_looked_at(machine: Machine) -> None:
    """The engine is named, and the container and its image carry every digest that the command shows."""
    snapshot = SshTransport("boxes", machine.entry).look()
    assert snapshot.failure is None
    host = observation(snapshot)
    assert isinstance(host, Reached)
    assert host.engine == Engine("podman", machine.version, machine.version, ImageStore.UNKNOWN)
    (container,) = host.containers
    assert (container.name, container.state, host.undescribed) == (machine.service.name, "running", ())
    digests = {candidate.digest for candidate in host.running_image(container).candidates}
    assert {machine.service.image.partition("@")[2]} <= digests
    shown = json.loads(machine.podman.run("container", "inspect", container.id))[0]
    assert snapshot.attempt.commands == (
        ("podman", "version", "--format", "{{json .}}"),
        ("podman", "info", "--format", "{{json .}}"),
        ("podman", "container", "ls", "--all", "--no-trunc", "--format", "{{.ID}} {{.Names}}"),
        ("podman", "container", "inspect", "--", container.id),
        ("podman", "image", "inspect", "--", shown["Image"]),
    )


def test_podmans_socket_is_looked_at(machine: Machine) -> None:
    """Its API is Docker's, and shows the same container and the config digest of its image."""
    snapshot = DockerTransport("boxes", DockerHost(transport="docker", url=machine.podman.url)).look()
    host = observation(snapshot)
    assert isinstance(host, Reached)
    assert host.engine == Engine("podman", machine.version, "1.41", ImageStore.UNKNOWN)
    assert [(container.name, container.state) for container in host.containers] == [(machine.service.name, "running")]
    assert len(host.images) == 1


def test_what_went_away_is_no_failure(machine: Machine) -> None:
    """An inspect of things that partly are gone prints the rest: what podman says of the others is understood."""
    present = json.loads(machine.podman.run("container", "inspect", machine.service.name))[0]
    gone = [f"{number:064x}" for number in range(3)]
    for kind, identifier in (("container", present["Id"]), ("image", present["Image"])):
        answer = machine.podman.cli(kind, "inspect", "--", identifier, *gone)
        assert [one["Id"] for one in json.loads(answer.stdout)] == [identifier]
        assert (answer.returncode, _only_gone(answer.stderr)) == (125, True)


def test_an_error_of_podman_is_one(machine: Machine) -> None:
    """Exit status 125 with other words is a command that failed."""
    machine.podman.process.run("/bin/mv", CONFIG, f"{CONFIG}.away")
    machine.podman.process.run("/bin/mkdir", CONFIG)
    try:
        failure = SshTransport("boxes", machine.entry).look().failure
    finally:
        machine.podman.process.run("/bin/rmdir", CONFIG)
        machine.podman.process.run("/bin/mv", f"{CONFIG}.away", CONFIG)
    assert failure
    assert (failure.reason, CONFIG in failure.message) == (Reason.COMMAND_FAILED, True)

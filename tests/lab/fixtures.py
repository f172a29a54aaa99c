"""The lab as pytest fixtures, each started once and on demand.

An engine of its own takes a third of a second (``with docker(lab, "name") as engine``): a test that leaves
traces takes one instead of sharing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from .engine import Docker, docker
from .fleet import FLEET
from .registry import Registry
from .registry import registry as start_registry
from .requirements import missing
from .service import Service
from .sshd import SshHosts
from .sshd import ssh_hosts as start_ssh_hosts
from .workspace import workspace


@dataclass(frozen=True, slots=True)
class Fleet:
    """The example fleet, running.

    Attributes:
        engines: one per host.
        services: what a catalog declares for each host.
        ssh: the hosts as a client reaches them, by the same names.
    """

    engines: Mapping[str, Docker]
    services: Mapping[str, tuple[Service, ...]]
    ssh: SshHosts


@pytest.fixture(scope="session")
def lab() -> Iterator[Path]:
    """The folder of this run; where the lab cannot be, tests skip, or fail if PLATFORMCTL_LAB=required."""
    lacking = missing()
    if lacking and os.environ.get("PLATFORMCTL_LAB") == "required":
        pytest.fail(lacking, pytrace=False)
    if lacking:
        pytest.skip(lacking)
    with workspace() as folder:
        yield folder


@pytest.fixture(scope="session")
def engine(lab: Path) -> Iterator[Docker]:
    """A Docker Engine that tests share."""
    with docker(lab, "rs2000") as running:
        yield running


@pytest.fixture(scope="session")
def tls_engine(lab: Path) -> Iterator[Docker]:
    """A Docker Engine that also listens on TLS."""
    with docker(lab, "tls", tls=True) as running:
        yield running


@pytest.fixture(scope="session")
def registry(lab: Path) -> Iterator[Registry]:
    """A registry that tests share, each with repositories of its own."""
    with start_registry(lab) as running:
        yield running


@pytest.fixture(scope="session")
def ssh_hosts(lab: Path, engine: Docker) -> Iterator[SshHosts]:
    """Two SSH hosts in front of the shared engine."""
    with start_ssh_hosts(lab, {"rs2000": engine, "rs1000": engine}) as running:
        yield running


@pytest.fixture(scope="session")
def fleet(lab: Path, registry: Registry) -> Iterator[Fleet]:
    """The example fleet: two hosts, each with an engine of its own behind an sshd of its own."""
    with ExitStack() as stack:
        engines = {host: stack.enter_context(docker(lab, host)) for host in FLEET}
        made = {host: [state(engines[host], registry) for state in states] for host, states in FLEET.items()}
        services = {host: tuple(service for service in each if service) for host, each in made.items()}
        yield Fleet(engines, services, stack.enter_context(start_ssh_hosts(lab, engines)))

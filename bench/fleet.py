"""The hosts that are measured against: real sshds of the lab, all in front of one real engine."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.inventory import Inventory, Place
from bench.processor import tree_s
from platformctl.observe.authorized_key import AGENT_PATH
from platformctl.observe.question import Purpose, Question, argv
from tests.lab import tied
from tests.lab.container import compose, create
from tests.lab.engine import Docker, docker
from tests.lab.fleet import push
from tests.lab.registry import Registry, registry
from tests.lab.sshd import USER, SshHost, SshHosts, ssh_hosts
from tests.lab.workspace import workspace

IMAGES: Final = 10
"""Distinct images at most: ten containers have one each, fifty share them."""
_SETTLE_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Fleet:
    """The running hosts, and the one engine behind all of them."""

    folder: Path
    engine: Docker
    registry: Registry
    hosts: SshHosts

    def grow(self, containers: int) -> Inventory:
        """Create what lacks to so many containers, and return what clients are told of all hosts."""
        there = len(self.engine.run("ps", "--all", "--quiet").split())
        for number in range(there, containers):
            pushed = push(self.registry, f"apps/service-{number % IMAGES}", "1")
            create(self.engine, pushed.tagged, f"service-{number}", *compose(f"service-{number}"))
        ids = tuple(sorted(self.engine.run("ps", "--all", "--quiet", "--no-trunc").split()))
        images = tuple(sorted(set(self.engine.run("inspect", "--format={{.Image}}", *ids).split())))
        inspects = (Question(Purpose.INSPECT_CONTAINERS, ids), Question(Purpose.INSPECT_IMAGES, images))
        heads = (Question(Purpose.VERSION), Question(Purpose.INFO), Question(Purpose.LIST_CONTAINERS))
        return Inventory(
            places=tuple(Place(host.name, host.address, host.port) for host in self.hosts),
            user=USER,
            known_hosts=str(self.hosts.known_hosts),
            identity_file=str(self.hosts.identity_file),
            agent_file=str(self.hosts.stranger_file),
            container_ids=ids,
            image_ids=images,
            line=_line((*heads, *inspects)),
            barest=_line(inspects),
        )

    def taken_s(self) -> dict[str, float]:
        """Return the CPU seconds that the hosts (sshd and what it runs) and the engine have taken."""
        pids = [host.process.pid for host in self.hosts]
        return tree_s({"hosts": pids, "engine": [self.engine.process.pid]})

    def settle(self) -> None:
        """Wait until the sshds have ended what served the last client."""
        deadline = time.monotonic() + _SETTLE_S
        while any(_serves(host.process.children()) for host in self.hosts) and time.monotonic() < deadline:
            time.sleep(0.02)


def _line(questions: tuple[Question, ...]) -> str:
    return "; ".join(shlex.join(argv(question)) for question in questions)


def _serves(sandbox: tuple[int, ...]) -> bool:
    """Tell whether an sshd, the first process of a sandbox, has children."""
    try:
        return any(Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii") for pid in sandbox)
    except FileNotFoundError:
        return False


@contextmanager
def fleet(hosts: int) -> Iterator[Fleet]:
    """Start an engine without containers, and so many hosts in front of it."""
    with ExitStack() as stack:
        folder = stack.enter_context(workspace())
        engine = stack.enter_context(docker(folder, "engine"))
        images = stack.enter_context(registry(folder))
        names = [f"h{number:02}" for number in range(1, hosts + 1)]
        running = stack.enter_context(ssh_hosts(folder, dict.fromkeys(names, engine), files=tied.FILES))
        for host in running:
            _authorize_agent(host, running.stranger_file)
        yield Fleet(folder, engine, images, running)


def _authorize_agent(host: SshHost, key: Path) -> None:
    """Let a second key ask the host agent, beside the first, which may do more."""
    public = key.with_suffix(".pub").read_text(encoding="ascii")
    with (host.folder / "authorized_keys").open("a", encoding="ascii") as keys:
        keys.write(f'command="{AGENT_PATH}",restrict {public}')

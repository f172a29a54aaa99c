"""Podman: its command line, and the socket on which it speaks Docker's API."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .engine import NOTHING
from .errors import LabError
from .sandbox import Sandbox, SandboxedProcess
from .workspace import subfolder

CLI = "/usr/bin/podman"
# crun refuses a machine that has both versions of cgroups: inside there is the second only, and none is made in it.
SERVE = 'mount -t cgroup2 none /sys/fs/cgroup; exec "$@"'
STORAGE = """\
[storage]
driver = "overlay"
runroot = "/run/containers/storage"
graphroot = "/var/lib/docker/containers"
"""
CONTAINERS = """\
[containers]
cgroups = "disabled"
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "crun"
"""
REGISTRY = """\
[[registry]]
location = "{address}"
insecure = true
"""


@dataclass(frozen=True, slots=True)
class Podman:
    """A Podman of a Debian release, its storage in memory, its containers without a network and without cgroups."""

    process: SandboxedProcess
    socket: Path
    host: str

    @property
    def name(self) -> str:
        """Make and release: ``podman-4.3`` on Debian 12."""
        return f"podman-{'.'.join(self.version['Version'].split('.')[:2])}"

    @property
    def image_store(self) -> str:
        """Podman has a store of its own kind."""
        return "unknown"

    @property
    def url(self) -> str:
        """The socket as ``DOCKER_HOST`` wants it."""
        return f"unix://{self.socket}"

    @property
    def version(self) -> dict[str, Any]:
        """What it says of itself, the API's version named as Docker names it."""
        shown = json.loads(self.run("version", "--format", "json"))["Client"]
        return {**shown, "ApiVersion": shown["APIVersion"]}

    def cli(self, *argv: str, environment: Mapping[str, str] = NOTHING) -> subprocess.CompletedProcess[str]:
        """Run podman and return what it answered, failed or not."""
        return self.process.run(CLI, *argv, **environment)

    def run(self, *argv: str) -> str:
        """Run podman and return what it printed, stripped.

        Raises:
            LabError: it failed; the message is what it said.
        """
        answer = self.cli(*argv)
        if answer.returncode != 0:
            raise LabError(f"podman {' '.join(argv)}: {answer.stderr.strip()}")
        return answer.stdout.strip()


@contextmanager
def podman(workspace: Path, host: str, *, lower: Path, registries: Sequence[str]) -> Iterator[Podman]:
    """Start Podman's service.

    Args:
        workspace: the run's folder.
        host: the name of its machine.
        lower: the root of the release whose Podman it is (`root.py`).
        registries: addresses that are spoken to in plain HTTP, loopback ones too.
    """
    files = {
        "/etc/containers/storage.conf": STORAGE,
        "/etc/containers/containers.conf": CONTAINERS,
        "/etc/containers/policy.json": '{"default": [{"type": "insecureAcceptAnything"}]}',
        "/etc/containers/registries.conf": "unqualified-search-registries = []\n"
        + "".join(REGISTRY.format(address=address) for address in registries),
    }
    sandbox = Sandbox(workspace, subfolder(workspace, host), host, files=files, lower=lower)
    socket = sandbox.folder / "podman.sock"
    serve = ["/bin/sh", "-c", SERVE, "lab", CLI, "system", "service", "--time=0", f"unix://{socket}"]
    process = sandbox.start(serve)
    try:
        process.wait_until(socket.exists)
        yield Podman(process, socket, host)
    finally:
        process.stop()

"""A container engine: real, on a socket of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from . import cgroup
from .address import free_port
from .certificates import Certificates
from .errors import LabError
from .process import run
from .sandbox import Sandbox, SandboxedProcess
from .workspace import subfolder

DEBIAN_CLI = Path("/usr/bin/docker")
HERE = Path("/")
NOTHING: Mapping[str, str] = MappingProxyType({})
_CONTAINERD_STORE = {"/etc/docker/daemon.json": '{"features": {"containerd-snapshotter": true}}'}


class Engine(Protocol):
    """What every engine of the lab offers, whatever its make and its image store."""

    @property
    def name(self) -> str:
        """Make, release and image store, as recordings are named: ``docker-20.10-classic``."""

    @property
    def host(self) -> str:
        """The name that the engine's machine gives itself."""

    @property
    def socket(self) -> Path:
        """The API's unix socket, on this machine."""

    @property
    def image_store(self) -> str:
        """``classic``, ``containerd``, or ``unknown`` where there is no such choice."""

    @property
    def version(self) -> dict[str, Any]:
        """The server's part of ``docker version``."""

    def cli(self, *argv: str, environment: Mapping[str, str] = ...) -> subprocess.CompletedProcess[str]:
        """Run the engine's own command-line client and return what it answered, failed or not."""

    def run(self, *argv: str) -> str:
        """Run the client and return what it printed, stripped; raise LabError when it failed."""


@dataclass(frozen=True, slots=True)
class Docker:
    """A Docker Engine of a Debian release, its image store in memory, its containers without a network.

    Attributes:
        lower: the root of its release.
    """

    process: SandboxedProcess
    socket: Path
    host: str
    tcp: str | None = None
    certificates: Certificates | None = None
    lower: Path = HERE

    @property
    def name(self) -> str:
        """Make, release and image store: ``docker-20.10-classic`` on Debian 12."""
        return f"docker-{'.'.join(self.version['Version'].split('.')[:2])}-{self.image_store}"

    @property
    def image_store(self) -> str:
        """``containerd`` where images are kept by a snapshotter, else ``classic``."""
        status = self.run("info", "--format={{json .DriverStatus}}")
        return "containerd" if "io.containerd.snapshotter" in status else "classic"

    @property
    def url(self) -> str:
        """The socket as ``DOCKER_HOST`` wants it."""
        return f"unix://{self.socket}"

    @property
    def version(self) -> dict[str, Any]:
        """The server's part of ``docker version``."""
        answer: dict[str, Any] = json.loads(self.run("version", "--format", "{{json .Server}}"))
        return answer

    def cli(
        self, *argv: str, client: Path = DEBIAN_CLI, environment: Mapping[str, str] = NOTHING
    ) -> subprocess.CompletedProcess[str]:
        """Run a client, the engine's own by default, and return what it answered, failed or not."""
        place = {"DOCKER_HOST": self.url, "DOCKER_CONFIG": str(self.socket.parent / "client")}
        if self.lower == HERE:
            return run([str(client), *argv], **place, **environment)
        # A client of another release finds its libraries in its own root only.
        return self.process.run(str(client), *argv, **place, **environment)

    def run(self, *argv: str) -> str:
        """Run the client and return what it printed, stripped.

        Raises:
            LabError: it failed; the message is what it said.
        """
        answer = self.cli(*argv)
        if answer.returncode != 0:
            raise LabError(f"docker {' '.join(argv)}: {answer.stderr.strip()}")
        return answer.stdout.strip()


@contextmanager
def docker(
    workspace: Path, host: str = "engine", *, tls: bool = False, lower: Path = HERE, containerd: bool = False
) -> Iterator[Docker]:
    """Start a Docker Engine.

    Args:
        workspace: the run's folder.
        host: the name of its machine.
        tls: whether it also listens on a port and asks for a client certificate.
        lower: the root of the release whose engine it is (`root.py`); this machine's by default.
        containerd: whether it keeps images by containerd (Docker 23 and later).
    """
    files = _CONTAINERD_STORE if containerd else {}
    sandbox = Sandbox(workspace, subfolder(workspace, host), host, files=files, lower=lower)
    socket = sandbox.folder / "docker.sock"
    certificates = Certificates.make(sandbox.folder / "tls", "127.0.0.1") if tls else None
    tcp = f"tcp://127.0.0.1:{free_port('127.0.0.1')}" if tls else None
    cgroups = f"{workspace.name}/{sandbox.folder.name}"
    process = sandbox.start([*_daemon(socket, cgroups), *_listen_tls(tcp, certificates)])
    engine = Docker(process, socket, host, tcp, certificates, lower)
    try:
        process.wait_until(lambda: socket.exists() and engine.cli("version").returncode == 0)
        yield engine
    finally:
        cgroup.thaw(cgroups)
        process.stop()
        cgroup.remove(cgroups)


def newer_cli() -> Path | None:
    """Return a Docker client ahead of the engine's own on the PATH, where there is one."""
    found = shutil.which("docker")
    return Path(found) if found and Path(found) != DEBIAN_CLI else None


def _daemon(socket: Path, cgroups: str) -> list[str]:
    return [
        "/usr/sbin/dockerd",
        f"--host=unix://{socket}",
        f"--cgroup-parent=/{cgroups}",
        "--exec-opt=native.cgroupdriver=cgroupfs",
        "--bridge=none",
        "--iptables=false",
        "--ip6tables=false",
    ]


def _listen_tls(tcp: str | None, certificates: Certificates | None) -> list[str]:
    if tcp is None or certificates is None:
        return []
    return [
        f"--host={tcp}",
        "--tlsverify",
        f"--tlscacert={certificates.authority}",
        f"--tlscert={certificates.server.certificate}",
        f"--tlskey={certificates.server.key}",
    ]

"""Finding out what a host lets us do besides asking, without doing anything."""

from __future__ import annotations

from typing import Final

from platformctl.adapters.docker_api import DockerTransport
from platformctl.adapters.limits import USUAL, Limits
from platformctl.adapters.ssh_connection import connected
from platformctl.adapters.ssh_link import Link
from platformctl.adapters.ssh_socket import forwards
from platformctl.adapters.streamlocal import opens
from platformctl.catalog.catalog import NamedHost
from platformctl.catalog.inventory import DockerHost, SnapshotHost, SshHost
from platformctl.errors import LookFailed
from platformctl.observe.protection import TRIAL, KeyProtection, SocketProtection
from platformctl.reason import Reason

_ENGINE_SOCKETS: Final = ("/var/run/docker.sock", "/run/podman/podman.sock")


def examine(host: NamedHost, limits: Limits = USUAL) -> KeyProtection | SocketProtection | None:
    """Try what should be refused; None for a recording, which there is nothing to protect about.

    Raises:
        LookFailed: it cannot be tried.
    """
    match host.entry:
        case SshHost():
            with connected(host.entry, limits) as ssh:
                return _examine_key(Link(ssh, limits))
        case DockerHost():
            return SocketProtection(DockerTransport(host.name, host.entry, limits).is_filtered())
        case SnapshotHost():
            return None


def _examine_key(link: Link) -> KeyProtection:
    return KeyProtection(
        runs_commands=_runs_commands(link),
        forwards=forwards(link.ssh, link.limits),
        reaches_engine=any(opens(link.ssh, path) for path in _ENGINE_SOCKETS),
    )


def _runs_commands(link: Link) -> bool:
    """A shell repeats the word. A forced command refuses it, or does something of its own."""
    try:
        with link.time_limit():
            done = link.run(TRIAL, "trial")
    except LookFailed as error:
        if error.failure.reason is Reason.COMMAND_REFUSED:
            return False
        raise
    return done.output.decode("utf-8", "replace").split() == [TRIAL[1]]

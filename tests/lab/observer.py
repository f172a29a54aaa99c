"""Looking at a hostile SSH server, with the right keys unless a test says otherwise."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import paramiko

from platformctl.adapters.connections import Connections
from platformctl.adapters.limits import Limits
from platformctl.adapters.ssh import SshTransport
from platformctl.catalog.inventory import SshHost
from platformctl.observation.snapshot import Snapshot

from .entry import known_as
from .hostile_server import Answer, Script
from .ssh_faults import PATIENT
from .tcp_server import Server

HOST_KEY = paramiko.ECDSAKey.generate()


@dataclasses.dataclass(frozen=True, slots=True)
class Observer:
    """Has a folder for its known_hosts and its private key."""

    folder: Path

    def transport(
        self,
        server: Server,
        limits: Limits = PATIENT,
        known: str | None = None,
        connections: Connections | None = None,
        **ask: Any,  # noqa: ANN401  keys of the host's entry
    ) -> SshTransport:
        """Return the way to a server; `known` is the content of known_hosts, the right line unless given."""
        identity, known_hosts = self.folder / "identity", self.folder / "known_hosts"
        paramiko.ECDSAKey.generate().write_private_key_file(str(identity))
        known_hosts.write_text(known_as(server.address, server.port, HOST_KEY) if known is None else known)
        entry = SshHost(
            transport="ssh",
            address=server.address,
            port=server.port,
            user="platform-observer",
            known_hosts=str(known_hosts),
            identity_file=str(identity),
            **ask,
        )
        return SshTransport("h1", entry, limits, connections)

    def look(self, server: Server, limits: Limits = PATIENT, known: str | None = None) -> Snapshot:
        """Look once."""
        return self.transport(server, limits, known).look()


def script(answers: Mapping[str, Answer] | None = None, steps: Mapping[str, Any] | None = None) -> Script:
    """Return what a server does that shows one key."""
    return dataclasses.replace(Script(keys=(HOST_KEY,), answers=answers or {}), **(steps or {}))

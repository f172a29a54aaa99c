"""Looking at a host over SSH, by whichever client it has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

from platformctl.adapters.connections import Connections
from platformctl.adapters.forwarded_socket import SocketSession
from platformctl.adapters.host_agent import AgentSession
from platformctl.adapters.limits import USUAL, Limits
from platformctl.adapters.ssh_commands import CommandSession
from platformctl.adapters.ssh_connection import connected
from platformctl.adapters.ssh_link import Link
from platformctl.catalog.inventory import SshHost
from platformctl.observation.snapshot import Snapshot
from platformctl.observe.look import look
from platformctl.observe.question import Client
from platformctl.observe.transport import Session
from platformctl.reason import Reason


class SshTransport:
    """A host behind an SSH server. Only a host key that is known beforehand is accepted.

    Args:
        name: the host's name in the inventory.
        host: its entry there.
        limits: what it may take of our time and memory.
        connections: those of the run; without, each look opens one of its own and closes it.
    """

    def __init__(
        self, name: str, host: SshHost, limits: Limits = USUAL, connections: Connections | None = None
    ) -> None:
        self._name = name
        self._host = host
        self._limits = limits
        self._connections = Connections(kept=0) if connections is None else connections

    def look(self, *, again: bool = False) -> Snapshot:  # noqa: ARG002  a live host is asked the same each time
        """Look at the host once over one connection.

        A host may close a connection that waits for the second look: then a new one is opened, and that is no failure.
        """
        reused = self._connections.holds(self._name)
        snapshot = look(self._name, self._session)
        if not (reused and snapshot.failure and snapshot.failure.reason is Reason.CONNECTION_LOST):
            return snapshot
        fresh = look(self._name, self._session)
        commands = (*snapshot.attempt.commands, *fresh.attempt.commands)
        return replace(fresh, attempt=replace(fresh.attempt, commands=commands))

    @contextmanager
    def link(self) -> Iterator[Link]:
        """Give the connection of the run, or a new one.

        Raises:
            LookFailed: there is none to be had.
        """
        with self._connections.lent(self._name, self._connect) as link:
            yield link

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with self.link() as link:
            match Client(self._host.ask):
                case Client.AGENT:
                    yield AgentSession(link)
                case Client.SOCKET:
                    with closing(SocketSession(link, self._host.socket or "")) as session:
                        yield session
                case client:
                    yield CommandSession(link, client)

    @contextmanager
    def _connect(self) -> Iterator[Link]:
        with connected(self._host, self._limits, self._connections.logging_in) as ssh:
            yield Link(ssh, self._limits)

"""The keys that an ssh-agent holds. It answers in time or counts as none."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import paramiko
from paramiko.agent import AgentKey, AgentSSH


@contextmanager
def agent_keys(path: Path | None, seconds: float) -> Iterator[tuple[AgentKey, ...]]:
    """Give the keys of the agent behind a socket, which sign while this lasts."""
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as connection:
        connection.settimeout(seconds)
        yield _keys(connection, path) if path else ()


def _keys(connection: socket.socket, path: Path) -> tuple[AgentKey, ...]:
    """Paramiko's own agent waits for ever, and knows no socket but that of the environment."""
    agent = AgentSSH()
    try:
        connection.connect(str(path))
        getattr(agent, "_connect")(connection)  # noqa: B009  untyped
    except (OSError, EOFError, struct.error, TypeError, ValueError, paramiko.SSHException):
        return ()
    return tuple(key for key in agent.get_keys() if key.get_name())

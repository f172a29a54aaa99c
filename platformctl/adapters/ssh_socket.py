"""What carries a connection: TCP, or a channel through a jump host."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Final

import paramiko

from platformctl.adapters.limits import Limits
from platformctl.adapters.network import connection_failure
from platformctl.adapters.ssh_hop import Hop
from platformctl.errors import Failure, LookFailed
from platformctl.reason import Reason

BROKEN: Final = (paramiko.SSHException, OSError, EOFError)
"""What paramiko raises when a connection does not do what it should."""

_KEEPALIVE: Final = {"TCP_KEEPIDLE": 15, "TCP_KEEPALIVE": 15, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}
"""Seconds of silence, of which macOS names the first in its own way, and how many questions may stay unanswered."""

_DISCARD: Final = 9
"""The port of a service that answers nothing, which hardly a host has."""

_CANNOT_CONNECT: Final = 2
_REFUSALS: Final[Mapping[int, tuple[Reason, str]]] = {
    1: (Reason.UNREACHABLE, "it forwards no connections for this account"),
    _CANNOT_CONNECT: (Reason.UNREACHABLE, "it cannot connect"),
}
"""The codes of RFC 4254 for a channel that is not opened."""


def tcp(hop: Hop, limits: Limits) -> socket.socket:
    """Connect.

    Raises:
        LookFailed: nobody answers there.
    """
    try:
        connection = socket.create_connection((hop.address, hop.port), timeout=limits.connect_s)
    except OSError as error:
        raise LookFailed(connection_failure(hop.place, error)) from None
    except UnicodeError:
        raise LookFailed(Failure(Reason.NAME_UNRESOLVED, f"{hop.place}: this is no host name")) from None
    _tune(connection)
    return connection


def _tune(connection: socket.socket) -> None:
    """Send at once, since a small message would wait 40 ms for an acknowledgement, and notice a peer that is gone."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE.items():
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def forwards(ssh: paramiko.Transport, limits: Limits) -> bool:
    """Tell whether a host connects us to itself; nothing is sent. One that may not refuses before it tries."""
    try:
        ssh.open_channel("direct-tcpip", ("127.0.0.1", _DISCARD), ("127.0.0.1", 0), timeout=limits.connect_s).close()
    except paramiko.ChannelException as error:
        return error.code == _CANNOT_CONNECT
    except BROKEN:
        raise LookFailed(Failure(Reason.CONNECTION_LOST, "trial: no answer to a forwarded connection")) from None
    return True


def channel(way: paramiko.Transport, jump: Hop, hop: Hop, limits: Limits) -> paramiko.Channel:
    """Connect from a jump host.

    Raises:
        LookFailed: the jump host cannot, or may not.
    """
    place = f"{hop.place} from {jump.place}"
    try:
        return way.open_channel("direct-tcpip", (hop.address, hop.port), ("127.0.0.1", 0), timeout=limits.connect_s)
    except paramiko.ChannelException as error:
        reason, what = _REFUSALS.get(error.code, (Reason.UNREACHABLE, "it opens no connection"))
        raise LookFailed(Failure(reason, f"{place}: {what}")) from None
    except BROKEN:
        if way.is_active():
            raise LookFailed(Failure(Reason.TIMED_OUT, f"{place}: no answer in time")) from None
        raise LookFailed(Failure(Reason.CONNECTION_LOST, f"{place}: the connection was closed")) from None

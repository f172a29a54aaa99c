"""An SSH connection: to a host whose key is known beforehand, with a key of ours, and never stuck for long."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext
from threading import Timer
from types import TracebackType
from typing import Final, Self, TypeAlias

import paramiko

from platformctl.adapters.host_key import HostKeys, host_keys
from platformctl.adapters.limits import Limits
from platformctl.adapters.network import connection_failure
from platformctl.adapters.ssh_agent import agent_keys
from platformctl.adapters.ssh_gate import GATES
from platformctl.adapters.ssh_hop import Hop
from platformctl.adapters.ssh_login import log_in
from platformctl.adapters.ssh_offer import offers_of
from platformctl.adapters.ssh_route import route_to
from platformctl.adapters.ssh_socket import BROKEN, channel, tcp
from platformctl.catalog.inventory import SshHost
from platformctl.errors import Failure, LookFailed
from platformctl.reason import Reason
from platformctl.render.printable import one_line

__all__ = ["BROKEN", "Deadline", "connected"]

_CHEAP_CIPHERS: Final = ("aes128-gcm@openssh.com", "aes128-ctr")
"""Asked for before all others, which stay for old hosts. Of key exchanges paramiko asks for the cheap ones first."""

# Every failure of the connection becomes a value; paramiko's threads would print it as a traceback besides.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)


class Deadline:
    """Closes a connection at the end of its time: some calls of paramiko wait for an answer without any limit."""

    def __init__(self, transport: paramiko.Transport, seconds: float) -> None:
        self.seconds = seconds
        self.expired = False
        self._transport = transport
        self._timer = Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._timer.join()

    def _expire(self) -> None:
        self.expired = True
        self._transport.close()


Carrier: TypeAlias = socket.socket | paramiko.Channel
Watch: TypeAlias = Callable[[Carrier], AbstractContextManager[object]]


@contextmanager
def connected(host: SshHost, limits: Limits, watch: Watch = nullcontext) -> Iterator[paramiko.Transport]:
    """Give an authenticated connection, perhaps through jump hosts, and close it and theirs.

    While a login is under way, `watch` holds what carries it: who shuts that ends the login.

    Raises:
        LookFailed: there is none to be had.
    """
    *jumps, last = route_to(host)
    with ExitStack() as stack:
        way: _Way | None = None
        for jump in jumps:
            with GATES.to(jump.place).passed():
                way = _Way(_opened_jump(stack, jump, way, limits, watch), jump)
        yield _opened(stack, last, way, limits, watch)


class _Way:
    """A connection that carries the next one."""

    def __init__(self, ssh: paramiko.Transport, hop: Hop) -> None:
        self.ssh = ssh
        self.hop = hop


def _opened_jump(stack: ExitStack, jump: Hop, way: _Way | None, limits: Limits, watch: Watch) -> paramiko.Transport:
    try:
        return _opened(stack, jump, way, limits, watch)
    except LookFailed as error:
        failure = error.failure
        raise LookFailed(Failure(failure.reason, f"jump host {jump.place}: {failure.message}")) from None


def _opened(stack: ExitStack, hop: Hop, way: _Way | None, limits: Limits, watch: Watch) -> paramiko.Transport:
    """Open one connection, which lasts as long as the stack."""
    known = host_keys(hop.known)
    with agent_keys(hop.identity.agent, limits.login_s) as held:
        keys = offers_of(hop.identity, held)
        carrier = channel(way.ssh, way.hop, hop, limits) if way else tcp(hop, limits)
        stack.enter_context(closing(carrier))
        ssh = stack.enter_context(_transport(carrier, limits))
        with watch(carrier), Deadline(ssh, limits.login_s) as deadline:
            try:
                _begin(ssh, known)
                log_in(ssh, hop, keys)
            except BROKEN as error:
                raise LookFailed(_login_failure(hop, deadline, error)) from None
    return ssh


@contextmanager
def _transport(carrier: Carrier, limits: Limits) -> Iterator[paramiko.Transport]:
    """Give paramiko's thread over a socket, with limits of its own that never come before ours, and end it."""
    ssh = paramiko.Transport(carrier)
    ssh.banner_timeout = ssh.handshake_timeout = ssh.auth_timeout = 2 * limits.login_s
    try:
        yield ssh
    finally:
        ssh.close()
        if ssh.is_alive():
            ssh.join(limits.login_s)
        # Ends the timer of a handshake that never ended, which would keep the process from ending.
        ssh.packetizer.complete_handshake()


def _begin(ssh: paramiko.Transport, known: HostKeys) -> None:
    """Agree on keys, and see that the host is the one that is meant."""
    options = ssh.get_security_options()
    options.key_types = known.preferred(options.key_types)
    options.ciphers = (*_CHEAP_CIPHERS, *(name for name in options.ciphers if name not in _CHEAP_CIPHERS))
    ssh.start_client()
    known.check(ssh.get_remote_server_key())


def _login_failure(hop: Hop, deadline: Deadline, error: Exception) -> Failure:
    if deadline.expired:
        return Failure(Reason.TIMED_OUT, f"{hop.place}: no login within {deadline.seconds:g} s")
    if isinstance(error, OSError):
        return connection_failure(hop.place, error)
    return Failure(Reason.CONNECTION_LOST, f"{hop.place}: {one_line(error) or 'the server closed the connection'}")

"""A connection for a probe from a host: a channel of its SSH server, which carries bytes and runs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

import paramiko
from paramiko.common import MSG_CHANNEL_OPEN_FAILURE, OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED

from platformctl.adapters.probing_stream import Clock, Stream
from platformctl.adapters.ssh_connection import BROKEN
from platformctl.adapters.ssh_link import Link
from platformctl.catalog.target import Target
from platformctl.render.printable import one_line
from platformctl.smoke.finding import Finding, ProbeEnded
from platformctl.smoke.outcome import ProbeReason

_REFUSED: Final = "connection refused"
"""How every system's strerror calls ECONNREFUSED, which OpenSSH passes on. Other words prove no refusal."""


@contextmanager
def dial_from_host(link: Link, target: Target, seconds: float) -> Iterator[Stream]:
    """Connect from the host at the other end of an SSH connection.

    Raises:
        ProbeEnded: no connection came about.
    """
    channel = _opened(link, target, seconds)
    try:
        yield _ChannelStream(channel, Clock(seconds))
    finally:
        with suppress(*BROKEN):
            channel.close()


class _ChannelStream(Stream):
    """Where the SSH connection breaks, a channel ends as if the target had closed it: that proves nothing."""

    def __init__(self, channel: paramiko.Channel, clock: Clock) -> None:
        super().__init__(channel, clock)
        self._ssh = channel.get_transport()

    def recv(self, size: int) -> bytes:
        received = super().recv(size)
        if not (received or self._ssh.is_active()):
            raise ProbeEnded(_LOST)
        return received

    def sendall(self, data: bytes) -> None:
        try:
            super().sendall(data)
        except TimeoutError:
            raise
        except OSError:
            if self._ssh.is_active():
                raise
            raise ProbeEnded(_LOST) from None


_LOST: Final = Finding(ProbeReason.WAY_LOST, "the SSH connection to the host was closed")


def _opened(link: Link, target: Target, seconds: float) -> paramiko.Channel:
    said: list[str] = []
    try:
        with _hearing(link.ssh, said.append):
            place = (target.address, target.port)
            return link.ssh.open_channel("direct-tcpip", place, ("127.0.0.1", 0), timeout=seconds)
    except paramiko.ChannelException as error:
        raise ProbeEnded(_refusal(target, error.code, said)) from None
    except BROKEN:
        if not link.alive:
            raise ProbeEnded(_LOST) from None
        message = f"{target} from the host: no connection within {seconds:g} s"
        raise ProbeEnded(Finding(ProbeReason.CONNECT_TIMED_OUT, message)) from None


def _refusal(target: Target, code: int, said: list[str]) -> Finding:
    why = one_line(said[-1]) if said else ""
    place = f"{target} from the host"
    if code == OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED:
        return Finding(ProbeReason.FORWARD_REFUSED, f"{place}: its SSH server does not permit it")
    if why.lower() == _REFUSED:
        return Finding(ProbeReason.PORT_CLOSED, f"{place}: connection refused")
    return Finding(ProbeReason.FORWARD_FAILED, f"{place}: {why or 'its SSH server does not say why'}")


@contextmanager
def _hearing(ssh: paramiko.Transport, hear: Callable[[str], None]) -> Iterator[None]:
    """Hear why a channel is not opened: paramiko keeps the code, and drops the words that tell who refused."""
    table: dict[int, Callable[[paramiko.Message], None]] = ssh._handler_table  # type: ignore[attr-defined]  # noqa: SLF001
    usual = table[MSG_CHANNEL_OPEN_FAILURE]

    def handle(message: paramiko.Message) -> None:
        copy = paramiko.Message(message.asbytes())
        copy.get_int()
        copy.get_int()
        hear(copy.get_string().decode("utf-8", "replace"))
        usual(message)

    table[MSG_CHANNEL_OPEN_FAILURE] = handle
    try:
        yield
    finally:
        table[MSG_CHANNEL_OPEN_FAILURE] = usual

"""A connection for a probe: never read or written beyond the time that the probe has."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Final, TypeAlias

from platformctl.adapters.deadline import within
from platformctl.catalog.target import Target
from platformctl.render.printable import one_line
from platformctl.smoke.finding import Finding, ProbeEnded
from platformctl.smoke.outcome import ProbeReason

if TYPE_CHECKING:
    from platformctl.adapters.ssh_connection import Carrier

_NO_SUCH_FAMILY: Final = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})
"""This machine has no IPv6, or no IPv4: such an address of a name says nothing about the target."""


class Clock:
    """The time that one try of a probe has left, once its connection stands."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left.

        Raises:
            TimeoutError: none are.
        """
        left = self._end - monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class Stream:
    """A socket, or a channel through a host, whose every call ends with the time of the probe."""

    def __init__(self, carrier: Carrier, clock: Clock) -> None:
        self._carrier = carrier
        self._clock = clock

    def recv(self, size: int) -> bytes:
        """Return what comes next, nothing at the end.

        Raises:
            OSError: the connection broke, or the time is over (TimeoutError).
        """
        self._carrier.settimeout(self._clock.left())
        return self._carrier.recv(size)

    def sendall(self, data: bytes) -> None:
        """Send everything.

        Raises:
            OSError: as above.
        """
        self._carrier.settimeout(self._clock.left())
        self._carrier.sendall(data)


Dial: TypeAlias = Callable[[Target, float], AbstractContextManager["Stream"]]
"""Connects to a target within so many seconds, and gives a stream that has as many for the whole answer."""


@contextmanager
def dial_from_here(target: Target, seconds: float) -> Iterator[Stream]:
    """Connect from this machine.

    Raises:
        ProbeEnded: no connection came about.
    """
    try:
        connection = within(2 * seconds, lambda: _connected(target, seconds))
    except socket.gaierror as error:
        raise ProbeEnded(Finding(ProbeReason.NAME_UNKNOWN, f"{target}: {error.strerror}")) from None
    except UnicodeError:
        raise ProbeEnded(Finding(ProbeReason.NAME_UNKNOWN, f"{target}: this is no host name")) from None
    except OSError as error:
        raise ProbeEnded(_unconnected(target, seconds, error)) from None
    except ExceptionGroup as several:
        raise ProbeEnded(_unconnected(target, seconds, _telling(several))) from None
    with connection:
        yield Stream(connection, Clock(seconds))


def _connected(target: Target, seconds: float) -> socket.socket:
    return socket.create_connection((target.address, target.port), timeout=seconds, all_errors=True)


def _telling(several: ExceptionGroup[Exception]) -> OSError:
    """Choose of what several addresses of a name answered: that all refuse is proven by all of them only."""
    errors = [error for error in several.exceptions if isinstance(error, OSError)]
    real = [error for error in errors if error.errno not in _NO_SUCH_FAMILY] or errors
    return next((error for error in real if not isinstance(error, ConnectionRefusedError)), real[0])


def _unconnected(target: Target, seconds: float, error: OSError) -> Finding:
    match error:
        case ConnectionRefusedError():
            return Finding(ProbeReason.PORT_CLOSED, f"{target}: connection refused")
        case TimeoutError():
            return Finding(ProbeReason.CONNECT_TIMED_OUT, f"{target}: no connection within {seconds:g} s")
        case _:
            return Finding(ProbeReason.NO_ROUTE, f"{target}: {error.strerror or one_line(error)}")

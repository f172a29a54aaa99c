"""What an operating system's network error means for a host."""

from __future__ import annotations

import socket

from platformctl.errors import Failure
from platformctl.reason import Reason


def connection_failure(place: str, error: OSError) -> Failure:
    """Classify an error of `connect` or of a socket; `place` is the address for people."""
    match error:
        case socket.gaierror():
            return Failure(Reason.NAME_UNRESOLVED, f"{place}: {error.strerror}")
        case TimeoutError():
            return Failure(Reason.TIMED_OUT, f"{place}: no answer in time")
        case ConnectionRefusedError():
            return Failure(Reason.CONNECTION_REFUSED, f"{place}: connection refused")
        case ConnectionResetError() | ConnectionAbortedError() | BrokenPipeError():
            return Failure(Reason.CONNECTION_LOST, f"{place}: the connection was reset")
        case _:
            return Failure(Reason.UNREACHABLE, f"{place}: {error.strerror or error}")

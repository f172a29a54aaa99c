"""Errors of the operating system, and what they mean for a host."""

from __future__ import annotations

import errno
import os
import socket

import pytest

from platformctl.adapters.network import connection_failure
from platformctl.errors import Failure
from platformctl.reason import Reason


def of(number: int) -> OSError:
    """Return the error that the operating system raises for a number."""
    return OSError(number, os.strerror(number))


@pytest.mark.parametrize(
    ("error", "reason", "message"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Not known"), Reason.NAME_UNRESOLVED, "Not known"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), Reason.NAME_UNRESOLVED, "Temporary failure"),
        (TimeoutError("timed out"), Reason.TIMED_OUT, "no answer in time"),
        (of(errno.ETIMEDOUT), Reason.TIMED_OUT, "no answer in time"),
        (of(errno.ECONNREFUSED), Reason.CONNECTION_REFUSED, "connection refused"),
        (of(errno.ECONNRESET), Reason.CONNECTION_LOST, "the connection was reset"),
        (of(errno.ECONNABORTED), Reason.CONNECTION_LOST, "the connection was reset"),
        (of(errno.EPIPE), Reason.CONNECTION_LOST, "the connection was reset"),
        (of(errno.ENETUNREACH), Reason.UNREACHABLE, "Network is unreachable"),
        (of(errno.EHOSTUNREACH), Reason.UNREACHABLE, "No route to host"),
        (of(errno.EPERM), Reason.UNREACHABLE, "Operation not permitted"),
        (OSError("AF_UNIX path too long"), Reason.UNREACHABLE, "AF_UNIX path too long"),
    ],
)
def test_each_error_has_a_reason(error: OSError, reason: Reason, message: str) -> None:
    """A firewall of our own that forbids a packet makes a host unreachable; it says nothing about the account."""
    assert connection_failure("h1:22", error) == Failure(reason, f"h1:22: {message}")
    assert reason.retryable

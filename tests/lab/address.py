"""Addresses of the lab: only loopback, ports that are free now, and plain HTTP to them."""

from __future__ import annotations

import socket
import urllib.request
import urllib.response
from collections.abc import Mapping

# Without the empty handler a proxy from the environment would be asked for a loopback address.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port(host: str) -> int:
    """Return a port of a loopback address that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    return port


def answers(host: str, port: int) -> bool:
    """Tell whether something accepts connections there."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def ask(
    address: str,
    path: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> urllib.response.addinfourl:
    """Send a request in plain HTTP and return the answer, which the caller reads and closes."""
    request = urllib.request.Request(
        f"http://{address}/{path.lstrip('/')}", data=body, headers=dict(headers or {}), method=method
    )
    answer: urllib.response.addinfourl = _opener.open(request, timeout=30)
    return answer

"""A proxy in front of an engine's socket that lets through what rules allow, on a socket of its own."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from threading import Thread
from typing import TypeAlias
from urllib.parse import unquote

Rule: TypeAlias = "Callable[[str, str], bool]"


@dataclass(slots=True)
class FilterProxy:
    """A running proxy: where it listens, and what it let through and stopped, method and target."""

    socket: Path
    passed: list[tuple[str, str]] = field(default_factory=list)
    stopped: list[tuple[str, str]] = field(default_factory=list)


def generic_rule(text: str) -> Rule:
    """Read lines of method, tab and pattern; a pattern is about the whole target."""
    rules = [line.split("\t") for line in text.splitlines()]
    return lambda method, target: any(method == one and re.search(pattern, target) for one, pattern in rules)


def socket_proxy_rule(text: str) -> Rule:
    """Read the option as wollomatic/socket-proxy does: anchors are added, and only the decoded path is looked at."""
    name, _, pattern = text.strip().partition("=")
    anchored = re.compile(f"^{pattern}$")
    return lambda method, target: f"-allow{method}" == name and bool(anchored.search(unquote(target.partition("?")[0])))


@contextmanager
def filter_proxy(engine: Path, folder: Path, allowed: Rule) -> Iterator[FilterProxy]:
    """Listen, and hand on what is allowed."""
    proxy = FilterProxy(folder / "proxy.sock")

    class Handler(BaseHTTPRequestHandler):
        def parse_request(self) -> bool:
            """Decide for every method alike; the target is the one that was sent, before anything tidies it up."""
            if super().parse_request():
                target = self.requestline.split()[1]
                passes = allowed(self.command, target)
                (proxy.passed if passes else proxy.stopped).append((self.command, target))
                self.wfile.write(_answer(engine, target) if passes else _forbidden())
                self.close_connection = True
            return False

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingUnixStreamServer(str(proxy.socket), Handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()


def talk(place: Path, request: bytes) -> bytes:
    """Send a request as it is and return all that comes."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(place))
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def _answer(engine: Path, target: str) -> bytes:
    return talk(engine, f"GET {target} HTTP/1.0\r\nHost: engine\r\n\r\n".encode())


def _forbidden() -> bytes:
    return f"HTTP/1.0 {HTTPStatus.FORBIDDEN.value} Forbidden\r\nContent-Length: 0\r\n\r\n".encode()

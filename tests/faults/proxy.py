"""A proxy in front of a Prefect server that counts the requests of one client, and does something at the n-th.

What it does is to kill somebody, either before the request is forwarded or when the answer is there and not passed on.
"""

from __future__ import annotations

import http.client
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Final, Literal, TypeAlias

_IDENTITY: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_HOP: Final = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})
_PATIENCE_S: Final = 120

Moment: TypeAlias = Literal["before", "after"]


@dataclass(slots=True)
class Proxy:
    """A running proxy.

    Attributes:
        port: where clients find it.
        requests: what was asked since it was armed, as `METHOD path`, with IDs left out.
    """

    port: int
    upstream: int
    requests: list[str] = field(default_factory=list)
    _at: tuple[int, Moment] | None = None
    _action: Callable[[], None] = lambda: None
    _lock: Lock = field(default_factory=Lock)

    def arm(self, at: tuple[int, Moment] | None = None, action: Callable[[], None] = lambda: None) -> None:
        """Count from now on, and act at a request, counted from 1."""
        with self._lock:
            self.requests = []
            self._at, self._action = at, action

    def meet(self, asked: str) -> int:
        """Count a request."""
        with self._lock:
            self.requests.append(_IDENTITY.sub("ID", asked))
            return len(self.requests)

    def act(self, number: int, moment: Moment) -> bool:
        """Do what is to be done at this moment; tell whether it was."""
        if self._at != (number, moment):
            return False
        self._action()
        return True


@contextmanager
def proxying(upstream: int) -> Iterator[Proxy]:
    """Forward to a port of this machine from a free one."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.proxy = Proxy(server.server_address[1], upstream)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.proxy
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    proxy: Proxy

    def handle_error(self, request: object, client_address: object) -> None:
        """Both ends are killed here all the time."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _forward(self) -> None:
        if self.headers.get("Upgrade"):
            self._pipe()
            return
        proxy = self.server.proxy
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        number = proxy.meet(f"{self.command} {self.path.partition('?')[0]}")
        self.close_connection = proxy.act(number, "before") or self._answer(body, number)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _forward  # noqa: N815  http.server's names

    def _answer(self, body: bytes, number: int) -> bool:
        """Forward a request and pass the answer on; tell whether the connection is of no more use."""
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.proxy.upstream, timeout=_PATIENCE_S)
        try:
            upstream.request(self.command, self.path, body, {k: v for k, v in self.headers.items() if k != "Host"})
            answer = upstream.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            return True
        finally:
            upstream.close()
        if self.server.proxy.act(number, "after"):
            return True
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        return False

    def _pipe(self) -> None:
        """Pass a websocket through: events take it, and no run depends on them."""
        self.close_connection = True
        try:
            upstream = socket.create_connection(("127.0.0.1", self.server.proxy.upstream))
        except OSError:
            return
        with upstream:
            head = f"{self.requestline}\r\n{self.headers}".replace("\r\n", "\n").replace("\n", "\r\n")
            upstream.sendall(head.encode())
            back = Thread(target=_copy, args=(upstream, self.connection), daemon=True)
            back.start()
            _copy(self.connection, upstream)
            back.join()

    def log_message(self, *_: object) -> None:
        """Keep the table clean."""


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while part := source.recv(65536):
            target.sendall(part)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)

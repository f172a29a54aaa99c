"""TCP servers that misbehave, on loopback: what no real sshd and no real engine can be brought to do."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread

import paramiko

from .errors import LabError


@dataclass(slots=True)
class Server:
    """A listening server.

    Attributes:
        connections: how many were accepted.
        ended: set when the test is over; whoever keeps a client waiting waits for it.
        workers: threads that answer beside those of the connections; all end with the server.
    """

    address: str
    port: int
    connections: int = 0
    ended: Event = field(default_factory=Event)
    connected: Event = field(default_factory=Event)
    workers: list[Thread] = field(default_factory=list)

    def wait_until_connected(self) -> None:
        """Return when there has been a connection.

        Raises:
            LabError: there was none in time.
        """
        if not self.connected.wait(timeout=30):
            raise LabError("nobody connected")


@contextmanager
def tcp_server(handle: Callable[[socket.socket, Server], None]) -> Iterator[Server]:
    """Accept connections and give each to `handle` in a thread of its own; at the end all are cut."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server("127.0.0.1", listener.getsockname()[1])
    threads: list[Thread] = []
    accepted: list[socket.socket] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection = listener.accept()[0]
                server.connections += 1
                server.connected.set()
                accepted.append(connection)
                threads.append(Thread(target=_handle, args=(handle, connection, server)))
                threads[-1].start()

    acceptor = Thread(target=accept)
    acceptor.start()
    try:
        yield server
    finally:
        server.ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        acceptor.join()
        listener.close()
        for connection in accepted:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in (*threads, *server.workers):
            thread.join()


def _handle(handle: Callable[[socket.socket, Server], None], connection: socket.socket, server: Server) -> None:
    with connection, suppress(OSError, EOFError, paramiko.SSHException):
        handle(connection, server)


def sends(*parts: bytes) -> Callable[[socket.socket, Server], None]:
    """Send bytes without reading any, then keep the connection open."""

    def handle(connection: socket.socket, server: Server) -> None:
        for part in parts:
            connection.sendall(part)
        server.ended.wait()

    return handle


def sends_for_ever(part: bytes) -> Callable[[socket.socket, Server], None]:
    """Send the same bytes until the client has gone."""

    def handle(connection: socket.socket, _: Server) -> None:
        while True:
            connection.sendall(part)

    return handle


def hangs_up(connection: socket.socket, _: Server) -> None:
    """Accept and close."""
    connection.shutdown(socket.SHUT_RDWR)


def answers_http(*parts: bytes, pause_s: float = 0.0) -> Callable[[socket.socket, Server], None]:
    """Read a request and send these bytes, whatever was asked; with a pause between them, then keep it open."""

    def handle(connection: socket.socket, server: Server) -> None:
        connection.recv(65536)
        for part in parts:
            connection.sendall(part)
            server.ended.wait(pause_s)
        server.ended.wait()

    return handle

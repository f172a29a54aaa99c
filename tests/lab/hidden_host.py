"""A host with loopback addresses of its own: what listens there, only the host itself reaches."""

from __future__ import annotations

import ctypes
import os
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Final, TypeVar

from platformctl.catalog.inventory import SshHost as Entry

from .engine import Engine
from .sandbox import Sandbox, SandboxedProcess
from .sshd import SSHD_CONFIG, USER, SshHost, machine, make_key, public_of
from .tcp_server import Server, tcp_server
from .tied import FILES
from .workspace import subfolder

_NEW_NETWORK: Final = 0x40000000  # CLONE_NEWNET
_SERVE: Final = 'ip link set lo up && exec /usr/sbin/sshd -D -e -f "$0"'
_SSHD_PORT: Final = 22

_Made = TypeVar("_Made")
Handler = Callable[[socket.socket, Server], None]


@dataclass(frozen=True, slots=True)
class HiddenHost:
    """A running sshd in a network of its own, and the one way to it.

    Attributes:
        ssh: the host as the lab's other tests know one; address and port are those of the way.
        known_hosts: a file with the right line for it.
    """

    ssh: SshHost
    known_hosts: Path
    stack: ExitStack

    @property
    def logins(self) -> int:
        """How often somebody has logged in."""
        return self.ssh.process.log.read_text().count("Accepted publickey")

    def listen(self, handle: Handler) -> Server:
        """Have a server listen on the host's own 127.0.0.1, until the host ends."""
        return _inside(self.ssh.process, lambda: self.stack.enter_context(tcp_server(handle)))

    def entry(self, **more: str) -> Entry:
        """Return what an inventory says about it."""
        said = {"address": self.ssh.address, "port": self.ssh.port, "user": self.ssh.user}
        files = {"known_hosts": str(self.known_hosts), "identity_file": str(self.ssh.identity_file)}
        return Entry.model_validate({"transport": "ssh", **said, **files, **more})


@contextmanager
def hidden_host(workspace: Path, engine: Engine, name: str = "hidden") -> Iterator[HiddenHost]:
    """Start the host in front of an engine; the host agent is installed."""
    sandbox = Sandbox(workspace, subfolder(workspace, name), name, *machine(engine, FILES))
    identity, host_key = make_key(sandbox.folder / "identity"), make_key(sandbox.folder / "host_key")
    config, known_hosts = sandbox.folder / "sshd_config", sandbox.folder / "known_hosts"
    values = {"address": "127.0.0.1", "port": _SSHD_PORT, "folder": sandbox.folder, "user": USER}
    config.write_text(SSHD_CONFIG.format(path="/usr/bin:/bin", **values))
    network = ["/usr/bin/unshare", "--net", "--", "/bin/sh", "-c", _SERVE, str(config)]
    process = sandbox.start(network)
    with ExitStack() as stack:
        stack.callback(process.stop)
        process.wait_until(lambda: "Server listening" in process.log.read_text())
        way = stack.enter_context(tcp_server(lambda connection, _: _carry(connection, process)))
        place = (way.address, way.port)
        host = SshHost(process, name, *place, USER, public_of(host_key), identity, sandbox.folder)
        known_hosts.write_text(host.known_hosts_line)
        host.authorize()
        yield HiddenHost(host, known_hosts, stack)


def _carry(connection: socket.socket, process: SandboxedProcess) -> None:
    """Carry bytes between a client and the sshd until either ends."""
    with _inside(process, lambda: socket.create_connection(("127.0.0.1", _SSHD_PORT))) as inside:
        back = Thread(target=_pump, args=(inside, connection))
        back.start()
        _pump(connection, inside)
        back.join()


def _pump(source: socket.socket, goal: socket.socket) -> None:
    with suppress(OSError):
        while received := source.recv(65536):
            goal.sendall(received)
    for end in (source, goal):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _inside(process: SandboxedProcess, make: Callable[[], _Made]) -> _Made:
    """Make something in the network of a process: a thread can be in another one than the rest of its program."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_made_inside, process.children()[0], make).result()


def _made_inside(pid: int, make: Callable[[], _Made]) -> _Made:
    network = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).setns(network, _NEW_NETWORK) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    finally:
        os.close(network)
    return make()

"""An SSH server that misbehaves: it follows a script, step by step."""

from __future__ import annotations

import json
import shlex
import socket
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import TypeAlias

import paramiko
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    MSG_CHANNEL_SUCCESS,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_SUCCEEDED,
)

from .tcp_server import Server, tcp_server

RECORDING = Path(__file__).parents[1] / "recordings" / "docker-20.10-classic" / "meerkat"

Answer: TypeAlias = "Callable[[paramiko.Channel, Server], None]"


def says(stdout: bytes = b"", stderr: bytes = b"", status: int | None = 0) -> Answer:
    """Answer and close, as a command does; without a status it was killed."""

    def answer(channel: paramiko.Channel, _: Server) -> None:
        channel.sendall(stdout)
        channel.sendall_stderr(stderr)
        if status is not None:
            channel.send_exit_status(status)

    return answer


def in_pieces(stdout: bytes, size: int) -> Answer:
    """Answer in small packets."""

    def answer(channel: paramiko.Channel, _: Server) -> None:
        for start in range(0, len(stdout), size):
            channel.sendall(stdout[start : start + size])
        channel.send_exit_status(0)

    return answer


def cut_after(stdout: bytes, status: int | None = None) -> Answer:
    """Say a part, then cut the connection, perhaps after the exit status."""

    def answer(channel: paramiko.Channel, _: Server) -> None:
        channel.sendall(stdout)
        if status is not None:
            channel.send_exit_status(status)
        channel.get_transport().close()

    return answer


def never_closed(stdout: bytes) -> Answer:
    """Say everything, exit status included, and leave the channel open."""

    def answer(channel: paramiko.Channel, server: Server) -> None:
        channel.sendall(stdout)
        channel.send_exit_status(0)
        server.ended.wait()

    return answer


def endless(channel: paramiko.Channel, _: Server) -> None:
    """Print for ever."""
    while True:
        channel.sendall(b"x" * 65536)


def endless_complaint(channel: paramiko.Channel, _: Server) -> None:
    """Complain for ever, and print nothing."""
    while True:
        channel.sendall_stderr(b"x" * 65536)


def silent(_: paramiko.Channel, server: Server) -> None:
    """Run for ever without a word."""
    server.ended.wait()


def in_turn(*answers: Answer) -> Answer:
    """Answer each time in the next way, at the end always in the last."""
    left = list(answers)

    def answer(channel: paramiko.Channel, server: Server) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(channel, server)

    return answer


ENGINE: Mapping[str, Answer] = {
    "docker version": says(json.dumps({"Client": {"ApiVersion": "1.41"}, "Server": {"Version": "20.10.24"}}).encode()),
    "docker info": says(json.dumps({"Driver": "overlay2", "DriverStatus": [], "Containers": 1}).encode()),
    "docker container ls": says(
        b"".join(
            f"{one['Id']} {one['Name'][1:]}\n".encode()
            for one in json.loads((RECORDING / "containers.json").read_text())
        )
    ),
    "docker container inspect": says((RECORDING / "containers.json").read_bytes()),
    "docker image inspect": says((RECORDING / "images.json").read_bytes()),
}
"""What a well-behaved host with one container answers."""


@dataclass(frozen=True, slots=True)
class Script:
    """What an SSH server does.

    Attributes:
        answers: by the first words of a command, in place of those of ENGINE.
        stuck_at: the step (login, channel or command) at which it says no word any more.
        refuses: the step that it refuses.
    """

    keys: tuple[paramiko.PKey, ...]
    answers: Mapping[str, Answer] = field(default_factory=dict)
    stuck_at: str = ""
    refuses: str = ""
    drops_at: str = ""
    commands: list[str] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    forwards: list[tuple[str, int]] = field(default_factory=list)


@contextmanager
def ssh_server(script: Script) -> Iterator[Server]:
    """Run an SSH server that follows a script."""

    def handle(connection: socket.socket, server: Server) -> None:
        transport = _Transport(connection)
        for key in script.keys:
            transport.add_server_key(key)
        transport.start_server(server=_Interface(script, server, transport))
        transport.join()

    with tcp_server(handle) as server:
        yield server


class _Transport(paramiko.Transport):
    """Tells when it has accepted a command: an answer that overtakes this would be none that a real server gives."""

    def __init__(self, connection: socket.socket) -> None:
        super().__init__(connection)
        self.accepted: defaultdict[int, Event] = defaultdict(Event)

    def _send_user_message(self, data: paramiko.Message) -> None:
        send: Callable[[paramiko.Message], None] = getattr(super(), "_send_user_message")  # noqa: B009  untyped
        send(data)
        if data.asbytes()[0] == MSG_CHANNEL_SUCCESS:
            self.accepted[int.from_bytes(data.asbytes()[1:5], "big")].set()


class _Interface(paramiko.ServerInterface):
    """Paramiko asks it in the connection's own thread: what waits here keeps the client without an answer."""

    def __init__(self, script: Script, server: Server, transport: _Transport) -> None:
        self._script = script
        self._server = server
        self._transport = transport

    def get_allowed_auths(self, username: str) -> str:  # noqa: ARG002
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        self._script.logins.append((username, key.get_name()))
        return AUTH_SUCCESSFUL if self._goes_on("login") else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:  # noqa: ARG002
        return OPEN_SUCCEEDED if self._goes_on("channel") else OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED

    def check_channel_direct_tcpip_request(
        self,
        chanid: int,
        origin: tuple[str, int],  # noqa: ARG002
        destination: tuple[str, int],
    ) -> int:
        self._script.forwards.append(destination)
        return self.check_channel_request("direct-tcpip", chanid)

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        self._script.commands.append(command.decode())
        words = " ".join(shlex.split(command.decode())[:3])
        answers: dict[str, Answer] = {**ENGINE, **self._script.answers}
        answer = next(answers[start] for start in answers if words.startswith(start))
        if accepted := self._goes_on("command"):
            heard = self._transport.accepted[channel.remote_chanid]
            worker = Thread(target=_run, args=(answer, channel, self._server, heard))
            self._server.workers.append(worker)
            worker.start()
        return accepted

    def _goes_on(self, name: str) -> bool:
        if self._script.stuck_at == name:
            self._server.ended.wait()
        if self._script.drops_at == name:
            self._transport.close()
        return name not in {self._script.refuses, self._script.stuck_at, self._script.drops_at}


def _run(answer: Answer, channel: paramiko.Channel, server: Server, accepted: Event) -> None:
    """Answer when the client has heard that it will be; it never does where the connection is cut in between."""
    while not accepted.wait(0.05):
        if server.ended.is_set():
            return
    with suppress(OSError, EOFError, paramiko.SSHException), channel:
        answer(channel, server)

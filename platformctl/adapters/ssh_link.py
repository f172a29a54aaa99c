"""An open SSH connection: the commands that run over it, the time they may take, and the end of both."""

from __future__ import annotations

import shlex
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

import paramiko
from paramiko.common import cMSG_CHANNEL_REQUEST

from platformctl.adapters.limits import Limits
from platformctl.adapters.ssh_connection import BROKEN, Deadline
from platformctl.errors import Failure, LookFailed
from platformctl.reason import Reason
from platformctl.render.printable import one_line

_CHUNK: Final = 65536


class ChannelRefused(LookFailed):
    """The server opens no channel now; with fewer open at the same time it may (MaxSessions of OpenSSH)."""


@dataclass(frozen=True, slots=True)
class Completed:
    """What came of a command. A negative status is that of one that was ended before its end."""

    status: int
    output: bytes
    complaint: str


class Link:
    """An authenticated connection."""

    def __init__(self, ssh: paramiko.Transport, limits: Limits) -> None:
        self.ssh = ssh
        self.limits = limits
        self._expired = False
        self._running: set[paramiko.Channel] = set()

    @property
    def alive(self) -> bool:
        """Whether the connection is up, as far as this side knows."""
        return self.ssh.is_active()

    def end(self) -> None:
        """End what runs on the host, and cut the connection; callable from any thread, and it waits for nothing.

        Without a terminal, sshd lets a command live on when its connection closes, and docker waits for an engine that
        is stuck for ever. So the command is ended first. A server may refuse that, as OpenSSH does for a forced one.
        """
        for channel in tuple(self._running):
            with suppress(*BROKEN):
                _terminate(channel)
        with suppress(*BROKEN):
            self.ssh.sock.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def time_limit(self) -> Iterator[None]:
        """Limit the time of everything that is asked within, which ends the connection where it is exceeded."""
        with _AnswerTime(self):
            yield

    def expire(self) -> None:
        """End because the time is over."""
        self._expired = True
        self.end()
        self.ssh.close()

    def broken(self, title: str, error: Exception) -> LookFailed:
        """Return what an error of the connection means; `title` names what was asked."""
        if self._expired:
            message = f"{title}: no whole answer within {self.limits.answer_s:g} s"
            return LookFailed(Failure(Reason.TIMED_OUT, message))
        message = f"{title}: {one_line(error) or 'the connection was closed'}"
        return LookFailed(Failure(Reason.CONNECTION_LOST, message))

    def run(self, argv: Sequence[str], title: str) -> Completed:
        """Run a command to its end; `title` names it in messages.

        Raises:
            LookFailed: the server does not run it, or it gives no whole answer.
        """
        try:
            completed = self._run(argv, title)
        except BROKEN as error:
            raise self.broken(title, error) from None
        if self._expired:
            raise self.broken(title, TimeoutError())
        return completed

    def _run(self, argv: Sequence[str], title: str) -> Completed:
        """Run a command.

        The window is as large as an answer may be: both streams fit in it, so that reading them one after the other
        never keeps the host from going on. What a cut connection leaves of an answer is none, whatever its exit status:
        a list of containers that lacks its end would look like containers that are missing.
        """
        with self._channel(title) as channel:
            self._start(channel, argv, title)
            output = self._drain(channel.recv, title)
            complaint = self._drain(channel.recv_stderr, title)
            channel.status_event.wait()
            if not (channel.eof_received or self.alive):
                raise EOFError
            return Completed(channel.exit_status, output, complaint.decode("utf-8", "replace"))

    @contextmanager
    def _channel(self, title: str) -> Iterator[paramiko.Channel]:
        channel = self._opened(title)
        self._running.add(channel)
        try:
            with channel:
                yield channel
        finally:
            self._running.discard(channel)

    def _opened(self, title: str) -> paramiko.Channel:
        """Open a channel, at the second time if need be: sshd counts one as open that it was just told to close."""
        try:
            return self._open()
        except paramiko.SSHException:
            if not self.alive:
                raise
        try:
            return self._open()
        except paramiko.SSHException:  # which one is no sign: of two refused at once, paramiko keeps one's words
            if not self.alive:
                raise
            raise ChannelRefused(Failure(Reason.COMMAND_REFUSED, f"{title}: the server opens no session")) from None

    def _open(self) -> paramiko.Channel:
        return self.ssh.open_session(window_size=self.limits.answer_bytes)

    def _start(self, channel: paramiko.Channel, argv: Sequence[str], title: str) -> None:
        try:
            channel.exec_command(shlex.join(argv))
        except paramiko.SSHException:
            if not self.alive:
                raise
            message = f"{title}: the server runs no commands for this account"
            raise LookFailed(Failure(Reason.COMMAND_REFUSED, message)) from None

    def _drain(self, receive: Callable[[int], bytes], title: str) -> bytes:
        chunks: list[bytes] = []
        size = 0
        while chunk := receive(_CHUNK):
            size += len(chunk)
            if size > self.limits.answer_bytes:
                message = f"{title}: the answer is larger than {self.limits.answer_bytes} bytes"
                raise LookFailed(Failure(Reason.OUTPUT_TOO_LARGE, message))
            chunks.append(chunk)
        return b"".join(chunks)


class _AnswerTime(Deadline):
    """The time of an answer: at its end the commands are ended too."""

    def __init__(self, link: Link) -> None:
        super().__init__(link.ssh, link.limits.answer_s)
        self._link = link

    def _expire(self) -> None:
        self.expired = True
        self._link.expire()


def _terminate(channel: paramiko.Channel) -> None:
    """Send SIGTERM to a command of ours (RFC 4254, 6.9); paramiko has no word for it."""
    message = paramiko.Message()
    message.add_byte(cMSG_CHANNEL_REQUEST)
    message.add_int(channel.remote_chanid)
    message.add_string("signal")
    message.add_boolean(False)  # noqa: FBT003  no reply is wanted
    message.add_string("TERM")
    channel.get_transport()._send_user_message(message)  # type: ignore[attr-defined]  # noqa: SLF001

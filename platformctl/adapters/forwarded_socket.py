"""Asking an engine's API at a unix socket on the host, over a channel of the SSH connection."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import closing
from http.client import HTTPException, HTTPResponse, IncompleteRead
from typing import Any, Final

import paramiko

from platformctl.adapters.engine_api import Reply, answer
from platformctl.adapters.ssh_connection import BROKEN
from platformctl.adapters.ssh_link import Link
from platformctl.adapters.streamlocal import open_socket
from platformctl.errors import Failure, LookFailed
from platformctl.observe.question import Question, api_paths
from platformctl.observe.transport import Answer, Sent
from platformctl.reason import Reason
from platformctl.render.printable import one_line

_CHUNK: Final = 65536
_REQUEST: Final = "GET {path} HTTP/1.1\r\nHost: docker\r\nAccept: application/json\r\nUser-Agent: platformctl\r\n\r\n"


class SocketSession:
    """Many questions are sent at once and answered in order: HTTP/1.1 lets requests wait for each other's answers."""

    def __init__(self, link: Link, path: str) -> None:
        self._link = link
        self._path = path
        self._stream: _Stream | None = None

    def ask(self, questions: Sequence[Question], sent: Sent) -> Sequence[Answer]:
        """Ask with one request for each path, sent without waiting."""
        paths = [path for question in questions for path in api_paths(question)]
        replies = iter(self._whole(paths, sent))
        return [answer(question, [next(replies) for _ in api_paths(question)]) for question in questions]

    def close(self) -> None:
        """Close the channel."""
        if self._stream:
            self._stream.channel.close()
            self._stream = None

    def _whole(self, paths: Sequence[str], sent: Sent) -> list[Reply]:
        with self._link.time_limit():
            try:
                return self._replies(paths, sent)
            except IncompleteRead:
                raise self._link.broken(self._path, EOFError()) from None
            except BROKEN as error:
                raise self._link.broken(self._path, error) from None
            except (HTTPException, ValueError) as error:
                message = f"{self._path}: what answers there does not speak HTTP: {one_line(error)}"
                raise LookFailed(Failure(Reason.RUBBISH_OUTPUT, message)) from None

    def _replies(self, paths: Sequence[str], sent: Sent) -> list[Reply]:
        """Ask on a new channel what an answer that closed the old one left open; each gives one answer at least."""
        replies: list[Reply] = []
        while len(replies) < len(paths):
            replies += self._exchange(paths[len(replies) :], sent)
        return replies

    def _exchange(self, paths: Sequence[str], sent: Sent) -> Iterator[Reply]:
        stream = self._stream = self._stream or self._opened()
        for path in paths:
            sent(("GET", path))
        stream.channel.sendall("".join(_REQUEST.format(path=path) for path in paths).encode())
        for _ in paths:
            with closing(HTTPResponse(stream, method="GET")) as response:  # type: ignore[arg-type]
                response.begin()
                yield Reply(response.status, self._body(response))
                if response.will_close:
                    self.close()
                    return

    def _opened(self) -> _Stream:
        try:
            return _Stream(open_socket(self._link.ssh, self._path, self._link.limits.answer_bytes))
        except paramiko.SSHException:
            if not self._link.alive:
                raise
        message = (
            f"{self._path}: the server opens no way there: it forwards no sockets for this account "
            "(AllowStreamLocalForwarding), or nothing listens there that the account may open"
        )
        raise LookFailed(Failure(Reason.COMMAND_REFUSED, message))

    def _body(self, response: HTTPResponse) -> bytes:
        chunks: list[bytes] = []
        size, limit = 0, self._link.limits.answer_bytes
        while chunk := response.read(_CHUNK):
            size += len(chunk)
            if size > limit:
                message = f"{self._path}: the answer is larger than {limit} bytes"
                raise LookFailed(Failure(Reason.OUTPUT_TOO_LARGE, message))
            chunks.append(chunk)
        if response.length:  # what was promised and did not come
            raise EOFError
        return b"".join(chunks)


class _Incoming(io.RawIOBase):
    """What a channel receives."""

    def __init__(self, channel: paramiko.Channel) -> None:
        self._channel = channel

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  what the base class says
        received = self._channel.recv(len(buffer))
        buffer[: len(received)] = received
        return len(received)


class _Stream:
    """A channel as HTTPResponse wants a socket: one buffer for all answers, which no single answer closes."""

    def __init__(self, channel: paramiko.Channel) -> None:
        self.channel = channel
        self._buffer = _KeptOpen(_Incoming(channel), _CHUNK)

    def makefile(self, _: str) -> io.BufferedReader:
        return self._buffer


class _KeptOpen(io.BufferedReader):
    def close(self) -> None:
        """Leave the end to the channel."""

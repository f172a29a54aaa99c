"""Looking at a host through its docker command over SSH: one connection, one command for each question."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import paramiko

from platformctl.adapters.limits import USUAL, Limits
from platformctl.adapters.ssh_connection import BROKEN, Deadline, connected
from platformctl.catalog.inventory import SshHost
from platformctl.errors import Failure, LookFailed
from platformctl.observation.container import Undescribed, own_name
from platformctl.observation.document import items
from platformctl.observation.snapshot import Snapshot
from platformctl.observe.look import look
from platformctl.observe.question import Question, argv
from platformctl.reason import Reason
from platformctl.render.printable import one_line

_CHUNK: Final = 65536
_GONE: Final = re.compile(r"(error response from daemon: |error: )?no such (container|image|object)\b.*", re.IGNORECASE)
_LISTED: Final = re.compile(r"([a-f0-9]{64}) (\S*)", re.ASCII)
_NOT_TO_BE_RUN: Final = {126: Reason.COMMAND_REFUSED, 127: Reason.ENGINE_ABSENT}
"""What POSIX shells exit with where a command may not be run, or is not there."""


class SshTransport:
    """A host behind an SSH server. Only a host key that is known beforehand is accepted."""

    def __init__(self, name: str, host: SshHost, limits: Limits = USUAL) -> None:
        self._name = name
        self._host = host
        self._limits = limits

    def look(self, *, again: bool = False) -> Snapshot:  # noqa: ARG002  a live host is asked the same each time
        """Look at the host once over one connection."""
        return look(self._name, self._session)

    @contextmanager
    def _session(self) -> Iterator[_SshSession]:
        with connected(self._host, self._limits) as ssh:
            yield _SshSession(ssh, self._limits)


class _SshSession:
    """An authenticated connection; each question is one command on a channel of its own."""

    def __init__(self, ssh: paramiko.Transport, limits: Limits) -> None:
        self._ssh = ssh
        self._limits = limits

    def spell(self, question: Question) -> Sequence[tuple[str, ...]]:
        return (argv(question),)

    def document(self, question: Question) -> object:
        document = _parse(question, self._run(question))
        if not isinstance(document, dict):
            raise _rubbish(question, "the answer is no JSON object")
        return document

    def listing(self, question: Question) -> tuple[Undescribed, ...]:
        lines = self._run(question).decode("utf-8", "replace").splitlines()
        found = [_LISTED.fullmatch(line) for line in lines if line.strip()]
        if None in found:
            raise _rubbish(question, "a line is not an ID and a name")
        return tuple(sorted(Undescribed(match[1], own_name(match[2].split(","))) for match in found if match))

    def documents(self, question: Question) -> Sequence[object]:
        document = _parse(question, self._run(question, may_lack=True))
        if not isinstance(document, list):
            raise _rubbish(question, "the answer is no JSON array")
        return items(document)

    def _run(self, question: Question, *, may_lack: bool = False) -> bytes:
        """Run a command to its end.

        An inspect of things that partly are gone prints the rest and exits with 1: with `may_lack` that is an answer.
        """
        status, output, complaint = self._execute(question)
        if status != 0 and not (may_lack and status == 1 and _only_gone(complaint)):
            raise LookFailed(_command_failure(question, status, complaint))
        return output

    def _execute(self, question: Question) -> tuple[int, bytes, str]:
        with Deadline(self._ssh, self._limits.answer_s) as deadline:
            try:
                answer = _execute(self._ssh, question, self._limits.answer_bytes)
            except BROKEN as error:
                raise LookFailed(_broken(question, deadline, error)) from None
        if deadline.expired:
            raise LookFailed(_broken(question, deadline, TimeoutError()))
        return answer


def _execute(ssh: paramiko.Transport, question: Question, limit: int) -> tuple[int, bytes, str]:
    """Run a command to its end.

    The window is as large as an answer may be: both streams fit in it, so that reading them one after the other never
    keeps the host from going on. What a cut connection leaves of an answer is none, whatever its exit status: a list
    of containers that lacks its end would look like containers that are missing.
    """
    with ssh.open_session(window_size=limit) as channel:
        _start(ssh, channel, question)
        output = _drain(question, channel.recv, limit)
        complaint = _drain(question, channel.recv_stderr, limit)
        channel.status_event.wait()
        if not (channel.eof_received or ssh.is_active()):
            raise EOFError
        return channel.exit_status, output, complaint.decode("utf-8", "replace")


def _start(ssh: paramiko.Transport, channel: paramiko.Channel, question: Question) -> None:
    try:
        channel.exec_command(shlex.join(argv(question)))
    except paramiko.SSHException:
        if ssh.is_active():
            message = f"{question.purpose}: the server runs no commands for this account"
            raise LookFailed(Failure(Reason.COMMAND_REFUSED, message)) from None
        raise


def _drain(question: Question, receive: Callable[[int], bytes], limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while chunk := receive(_CHUNK):
        size += len(chunk)
        if size > limit:
            message = f"{question.purpose}: the answer is larger than {limit} bytes"
            raise LookFailed(Failure(Reason.OUTPUT_TOO_LARGE, message))
        chunks.append(chunk)
    return b"".join(chunks)


def _parse(question: Question, output: bytes) -> object:
    try:
        return json.loads(output)
    except (ValueError, RecursionError):
        raise _rubbish(question, "the answer is not JSON, or only half of it") from None


def _rubbish(question: Question, message: str) -> LookFailed:
    return LookFailed(Failure(Reason.RUBBISH_OUTPUT, f"{question.purpose}: {message}"))


def _only_gone(complaint: str) -> bool:
    lines = _complaints(complaint)
    return bool(lines) and all(_GONE.fullmatch(line) for line in lines)


def _complaints(stderr: str) -> list[str]:
    """Leave out warnings: docker prints some on every call, and one about its own config says "permission denied"."""
    lines = (line.strip() for line in stderr.splitlines())
    return [line for line in lines if line and not line.lower().startswith("warning:")]


def _broken(question: Question, deadline: Deadline, error: Exception) -> Failure:
    if deadline.expired:
        return Failure(Reason.TIMED_OUT, f"{question.purpose}: no whole answer within {deadline.seconds:g} s")
    if isinstance(error, paramiko.ChannelException):
        return Failure(Reason.COMMAND_REFUSED, f"{question.purpose}: {one_line(error)}")
    return Failure(Reason.CONNECTION_LOST, f"{question.purpose}: {one_line(error) or 'the connection was closed'}")


def _command_failure(question: Question, status: int, stderr: str) -> Failure:
    """Tell failures apart by exit status and, where docker gives 1 for all, by its own words (20.10 to 28.5)."""
    complaint = "\n".join(_complaints(stderr))
    words = complaint.lower()
    if status < 0:
        return Failure(Reason.CONNECTION_LOST, f"{question.purpose}: the command was ended before its end")
    if status in _NOT_TO_BE_RUN:
        reason = _NOT_TO_BE_RUN[status]
    elif "permission denied" in words:
        reason = Reason.PERMISSION_DENIED
    elif "cannot connect to the docker daemon" in words or "is the docker daemon running" in words:
        reason = Reason.ENGINE_DOWN
    else:
        reason = Reason.COMMAND_FAILED
    return Failure(reason, f"{question.purpose}: {one_line(complaint) or f'exit status {status}'}")

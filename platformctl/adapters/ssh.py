"""Looking at a host through its docker command over SSH: one connection, one command for each question."""

from __future__ import annotations

import base64
import getpass
import hashlib
import json
import logging
import re
import shlex
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Final

import paramiko

from platformctl.adapters.network import connection_failure
from platformctl.catalog.inventory import SshHost
from platformctl.errors import Failure, LookFailed
from platformctl.observation.container import Undescribed
from platformctl.observation.document import items
from platformctl.observation.snapshot import Snapshot
from platformctl.observe.look import look
from platformctl.observe.question import Question, argv
from platformctl.reason import Reason
from platformctl.render.printable import one_line

CONNECT_TIMEOUT_S: Final = 10.0
COMMAND_TIMEOUT_S: Final = 30.0
MAX_OUTPUT_BYTES: Final = 32 * 1024 * 1024
"""A thousand containers are described in 9 MB; an answer beyond this limit is not read to its end."""

_CHUNK: Final = 65536
_GONE: Final = re.compile(r"(error response from daemon: |error: )?no such (container|image|object)\b.*", re.IGNORECASE)
_LISTED: Final = re.compile(r"([a-f0-9]{64}) (\S+)", re.ASCII)

# Every failure of the connection becomes a value; paramiko's threads would print it as a traceback besides.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)


class SshTransport:
    """A host behind an SSH server. Only a host key that is known beforehand is accepted."""

    def __init__(self, name: str, host: SshHost) -> None:
        self._name = name
        self._host = host

    def look(self, *, again: bool = False) -> Snapshot:  # noqa: ARG002  a live host is asked the same each time
        """Look at the host once over one connection."""
        return look(self._name, self._connected)

    @contextmanager
    def _connected(self) -> Iterator[_SshSession]:
        with paramiko.SSHClient() as client:
            _connect(client, self._host)
            yield _SshSession(client)


class _RefuseUnknown(paramiko.MissingHostKeyPolicy):
    """Refuses a host key that is in no file, and shows its fingerprint as `ssh-keygen -l` does."""

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:  # noqa: ARG002  paramiko gives it
        raise LookFailed(
            Failure(
                Reason.HOST_KEY_UNKNOWN,
                f"{hostname} shows the {key.get_name()} key {_fingerprint(key)}, which is in no known_hosts file; "
                f"compare it on the host, then add it there",
            )
        )


def _connect(client: paramiko.SSHClient, host: SshHost) -> None:
    _load_known_hosts(client, host)
    client.set_missing_host_key_policy(_RefuseUnknown())
    try:
        client.connect(
            host.address,
            port=host.port,
            username=host.user or getpass.getuser(),
            key_filename=_identity(host),
            look_for_keys=host.identity_file is None,
            sock=_socket(host),
            timeout=CONNECT_TIMEOUT_S,
            banner_timeout=CONNECT_TIMEOUT_S,
            auth_timeout=CONNECT_TIMEOUT_S,
            channel_timeout=CONNECT_TIMEOUT_S,
        )
    except paramiko.BadHostKeyException as error:
        raise LookFailed(_changed_key(host, error)) from None
    except paramiko.AuthenticationException as error:
        user = host.user or getpass.getuser()
        raise LookFailed(Failure(Reason.AUTHENTICATION_FAILED, f"{user}@{host.address}: {one_line(error)}")) from None
    except (paramiko.SSHException, OSError, EOFError) as error:
        raise LookFailed(_connect_failure(host, error)) from None


def _socket(host: SshHost) -> socket.socket:
    """Connect without Nagle's delay: each small message of the handshake would wait 40 ms for an acknowledgement."""
    try:
        connection = socket.create_connection((host.address, host.port), timeout=CONNECT_TIMEOUT_S)
    except OSError as error:
        raise LookFailed(connection_failure(f"{host.address}:{host.port}", error)) from None
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _load_known_hosts(client: paramiko.SSHClient, host: SshHost) -> None:
    path = Path(host.known_hosts or "~/.ssh/known_hosts").expanduser()
    if host.known_hosts is None and not path.exists():
        return
    try:
        client.load_host_keys(str(path))
    except (OSError, paramiko.SSHException, UnicodeDecodeError) as error:
        raise LookFailed(Failure(Reason.CONFIGURATION_UNUSABLE, f"known_hosts {path}: {one_line(error)}")) from None


def _identity(host: SshHost) -> str | None:
    if host.identity_file is None:
        return None
    path = Path(host.identity_file).expanduser()
    try:
        path.open("rb").close()
    except OSError as error:
        reason = f"identity_file {path}: {error.strerror or error}"
        raise LookFailed(Failure(Reason.CONFIGURATION_UNUSABLE, reason)) from None
    return str(path)


def _changed_key(host: SshHost, error: paramiko.BadHostKeyException) -> Failure:
    return Failure(
        Reason.HOST_KEY_CHANGED,
        f"{host.address} shows {_fingerprint(error.key)}, known is {_fingerprint(error.expected_key)}; "
        f"nothing was sent. If the host was reinstalled, replace the line in known_hosts",
    )


def _connect_failure(host: SshHost, error: Exception) -> Failure:
    place = f"{host.address}:{host.port}"
    if isinstance(error, OSError):
        return connection_failure(place, error)
    return Failure(Reason.CONNECTION_LOST, f"{place}: {one_line(error) or 'the server closed the connection'}")


def _fingerprint(key: paramiko.PKey) -> str:
    digest = hashlib.sha256(key.asbytes()).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


class _SshSession:
    """An authenticated connection; each question is one command on a channel of its own."""

    def __init__(self, client: paramiko.SSHClient) -> None:
        self._client = client

    def spell(self, question: Question) -> Sequence[tuple[str, ...]]:
        return (argv(question),)

    def document(self, question: Question) -> object:
        document = _parse(self._run(question))
        if not isinstance(document, dict):
            raise LookFailed(Failure(Reason.RUBBISH_OUTPUT, f"{question.purpose}: the answer is no JSON object"))
        return document

    def listing(self, question: Question) -> tuple[Undescribed, ...]:
        lines = self._run(question).decode("utf-8", "replace").splitlines()
        found = [_LISTED.fullmatch(line) for line in lines if line.strip()]
        if None in found:
            raise LookFailed(Failure(Reason.RUBBISH_OUTPUT, f"{question.purpose}: a line is not an ID and a name"))
        return tuple(sorted(Undescribed(match[1], match[2].split(",")[0]) for match in found if match))

    def documents(self, question: Question) -> Sequence[object]:
        document = _parse(self._run(question, may_lack=True))
        if not isinstance(document, list):
            raise LookFailed(Failure(Reason.RUBBISH_OUTPUT, f"{question.purpose}: the answer is no JSON array"))
        return items(document)

    def _run(self, question: Question, *, may_lack: bool = False) -> bytes:
        """Run a command to its end.

        An inspect of things that partly are gone prints the rest and exits with 1: with `may_lack` that is an answer.
        """
        try:
            status, output, complaint = _execute(self._client, shlex.join(argv(question)))
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise LookFailed(_broken(question, error)) from None
        if status != 0 and not (may_lack and status == 1 and _only_gone(complaint)):
            raise LookFailed(_command_failure(question, status, complaint))
        return output


def _execute(client: paramiko.SSHClient, command: str) -> tuple[int, bytes, str]:
    transport = client.get_transport()
    if transport is None:
        raise EOFError
    deadline = monotonic() + COMMAND_TIMEOUT_S
    with transport.open_session(timeout=CONNECT_TIMEOUT_S) as channel:
        channel.settimeout(COMMAND_TIMEOUT_S)
        channel.exec_command(command)
        output = _drain(channel, channel.recv, deadline)
        complaint = _drain(channel, channel.recv_stderr, deadline)
        if not channel.status_event.wait(max(0.0, deadline - monotonic())):
            raise TimeoutError
        return channel.exit_status, output, complaint.decode("utf-8", "replace")


def _drain(channel: paramiko.Channel, receive: object, deadline: float) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        left = deadline - monotonic()
        if left <= 0:
            raise TimeoutError
        channel.settimeout(left)
        chunk = receive(_CHUNK)  # type: ignore[operator]
        if not chunk:
            return b"".join(chunks)
        size += len(chunk)
        if size > MAX_OUTPUT_BYTES:
            raise LookFailed(
                Failure(Reason.OUTPUT_TOO_LARGE, f"the answer is larger than {MAX_OUTPUT_BYTES >> 20} MiB")
            )
        chunks.append(chunk)


def _parse(output: bytes) -> object:
    try:
        return json.loads(output)
    except (ValueError, RecursionError):
        raise LookFailed(Failure(Reason.RUBBISH_OUTPUT, "the answer is not JSON, or only half of it")) from None


def _only_gone(complaint: str) -> bool:
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    return bool(lines) and all(_GONE.fullmatch(line) for line in lines)


def _broken(question: Question, error: Exception) -> Failure:
    if isinstance(error, TimeoutError):
        return Failure(Reason.TIMED_OUT, f"{question.purpose}: no whole answer within {COMMAND_TIMEOUT_S:.0f} s")
    return Failure(Reason.CONNECTION_LOST, f"{question.purpose}: {one_line(error) or 'the connection was closed'}")


def _command_failure(question: Question, status: int, complaint: str) -> Failure:
    """Tell failures apart by exit status and, where docker gives 1 for all, by its own words (20.10 to 28.5)."""
    words = complaint.lower()
    line = one_line(complaint) or f"exit status {status}"
    by_status = {-1: Reason.CONNECTION_LOST, 126: Reason.COMMAND_REFUSED, 127: Reason.ENGINE_ABSENT}
    if status in by_status:
        return Failure(by_status[status], f"{question.purpose}: {line}")
    if "permission denied" in words:
        return Failure(Reason.PERMISSION_DENIED, f"{question.purpose}: {line}")
    if "cannot connect to the docker daemon" in words or "is the docker daemon running" in words:
        return Failure(Reason.ENGINE_DOWN, line)
    return Failure(Reason.COMMAND_FAILED, f"{question.purpose}: {line}")

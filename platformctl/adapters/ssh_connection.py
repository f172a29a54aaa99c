"""An SSH connection: to a host whose key is known beforehand, with a key of ours, and never stuck for long."""

from __future__ import annotations

import getpass
import logging
import socket
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import Final, Self

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from paramiko.pkey import UnknownKeyType

from platformctl.adapters.file import read_bounded
from platformctl.adapters.known_hosts import KnownKey, fingerprint, host_name, known_keys
from platformctl.adapters.limits import Limits
from platformctl.adapters.network import connection_failure
from platformctl.catalog.inventory import SshHost
from platformctl.errors import Failure, InputInvalid, LookFailed
from platformctl.reason import Reason
from platformctl.render.printable import one_line

BROKEN: Final = (paramiko.SSHException, OSError, EOFError)
"""What paramiko raises when a connection does not do what it should."""

_DEFAULT_KEYS: Final = ("~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa")
_RSA_SIGNATURES: Final = ("rsa-sha2-512", "rsa-sha2-256")
_MAX_KEY_BYTES: Final = 1024 * 1024
_KEY_ENCRYPTED: Final = (TypeError, paramiko.PasswordRequiredException)
_KEY_UNREADABLE: Final = (ValueError, UnsupportedAlgorithm, UnknownKeyType, paramiko.SSHException)
"""What cryptography and paramiko raise for a file that holds something else; a missing password is a TypeError."""

# Every failure of the connection becomes a value; paramiko's threads would print it as a traceback besides.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)


class Deadline:
    """Closes a connection at the end of its time: some calls of paramiko wait for an answer without any limit."""

    def __init__(self, transport: paramiko.Transport, seconds: float) -> None:
        self.seconds = seconds
        self.expired = False
        self._transport = transport
        self._timer = Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._timer.join()

    def _expire(self) -> None:
        self.expired = True
        self._transport.close()


@contextmanager
def connected(host: SshHost, limits: Limits) -> Iterator[paramiko.Transport]:
    """Give an authenticated connection, and close it.

    Raises:
        LookFailed: there is none to be had.
    """
    known, identity = _known(host), _identity(host)
    with closing(_socket(host, limits)) as connection, _transport(connection, limits) as ssh:
        with Deadline(ssh, limits.login_s) as deadline:
            try:
                _log_in(ssh, host, known, identity)
            except BROKEN as error:
                raise LookFailed(_login_failure(host, deadline, error)) from None
        yield ssh


def _socket(host: SshHost, limits: Limits) -> socket.socket:
    """Connect without Nagle's delay: each small message of the handshake would wait 40 ms for an acknowledgement."""
    place = f"{host.address}:{host.port}"
    try:
        connection = socket.create_connection((host.address, host.port), timeout=limits.connect_s)
    except OSError as error:
        raise LookFailed(connection_failure(place, error)) from None
    except UnicodeError:
        raise LookFailed(Failure(Reason.NAME_UNRESOLVED, f"{place}: this is no host name")) from None
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


@contextmanager
def _transport(connection: socket.socket, limits: Limits) -> Iterator[paramiko.Transport]:
    """Give paramiko's thread over a socket, with limits of its own that never come before ours, and end it."""
    ssh = paramiko.Transport(connection)
    ssh.banner_timeout = ssh.handshake_timeout = ssh.auth_timeout = 2 * limits.login_s
    try:
        yield ssh
    finally:
        ssh.close()
        if ssh.is_alive():
            ssh.join(limits.login_s)
        # Ends the timer of a handshake that never ended, which would keep the process from ending.
        ssh.packetizer.complete_handshake()


def _log_in(ssh: paramiko.Transport, host: SshHost, known: _Known, identity: paramiko.PKey | None) -> None:
    ssh.get_security_options().key_types = _preferred(ssh, known)
    ssh.start_client()
    _check_host_key(host, known, ssh.get_remote_server_key())
    if identity:
        _offer(ssh, host, [identity])
        return
    with closing(paramiko.Agent()) as agent:
        _offer(ssh, host, [*agent.get_keys(), *_default_keys()])


# --- the host's key --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Known:
    path: Path
    keys: tuple[KnownKey, ...]


def _known(host: SshHost) -> _Known:
    path = Path(host.known_hosts or "~/.ssh/known_hosts").expanduser()
    absent = host.known_hosts is None and not path.exists()
    return _Known(path, () if absent else known_keys(path, host.address, host.port))


def _preferred(ssh: paramiko.Transport, known: _Known) -> tuple[str, ...]:
    """Ask for the kinds of key that are known before any other: a host has several, and shows one."""
    kinds = {key.algorithm for key in known.keys if not key.revoked}
    wanted = {*kinds, *(_RSA_SIGNATURES if "ssh-rsa" in kinds else ())}
    return tuple(sorted(ssh.get_security_options().key_types, key=lambda kind: kind not in wanted))


def _check_host_key(host: SshHost, known: _Known, shown: paramiko.PKey) -> None:
    """Accept a key that is known and not revoked; whatever else the host shows, it is sent nothing."""
    kind, blob = shown.get_name(), shown.asbytes()
    same = [key for key in known.keys if key.blob == blob]
    if same and not any(key.revoked for key in same):
        return
    shows = f"{host_name(host.address, host.port)} shows the {kind} key {fingerprint(blob)}"
    other = next((key for key in known.keys if key.algorithm == kind and not key.revoked), None)
    if same:
        raise LookFailed(Failure(Reason.HOST_KEY_UNKNOWN, f"{shows}, which {known.path} revokes; nothing was sent"))
    if other:
        where = f"{fingerprint(other.blob)} in {known.path}:{other.line}"
        advice = "nothing was sent. If the host was reinstalled, compare the key on the host and replace that line"
        raise LookFailed(Failure(Reason.HOST_KEY_CHANGED, f"{shows}, known is {where}; {advice}"))
    advice = "compare it with 'ssh-keygen -l' on the host, then add it there"
    raise LookFailed(Failure(Reason.HOST_KEY_UNKNOWN, f"{shows}, which is not in {known.path}; {advice}"))


# --- our key ---------------------------------------------------------------------------------------------------------


def _identity(host: SshHost) -> paramiko.PKey | None:
    """Read the key that the host's entry names; then no other is offered."""
    if host.identity_file is None:
        return None
    path = Path(host.identity_file).expanduser()
    try:
        read_bounded(path, f"identity_file {path}", _MAX_KEY_BYTES)
        return paramiko.PKey.from_path(path)
    except InputInvalid as error:
        message = str(error)
    except OSError as error:
        message = f"identity_file {path}: cannot be read: {error.strerror or error}"
    except _KEY_ENCRYPTED:
        message = f"identity_file {path}: it is encrypted; leave it out and give the key to your ssh-agent"
    except _KEY_UNREADABLE:
        message = f"identity_file {path}: this is no private key that can be used"
    raise LookFailed(Failure(Reason.CONFIGURATION_UNUSABLE, message))


def _default_keys() -> Iterator[paramiko.PKey]:
    """Give the user's usual keys that can be read as they are; an encrypted one is the agent's business."""
    for path in (Path(name).expanduser() for name in _DEFAULT_KEYS):
        with suppress(OSError, *_KEY_ENCRYPTED, *_KEY_UNREADABLE):
            yield paramiko.PKey.from_path(path)


def _offer(ssh: paramiko.Transport, host: SshHost, keys: Sequence[paramiko.PKey]) -> None:
    """Offer keys until the host takes one."""
    user = _user(host)
    refused = "there is no key to offer: name an identity_file, or start an ssh-agent"
    for number, key in enumerate(keys):
        refused = "the host takes none of the keys offered"
        try:
            if not ssh.auth_publickey(user, key):
                return
            refused = "the host takes the key, and wants another proof besides"
        except paramiko.AuthenticationException:
            if ssh.is_active():
                continue
            if number == 0:
                raise
            break  # the server hangs up after some refusals
    raise LookFailed(Failure(Reason.AUTHENTICATION_FAILED, f"{user}@{host.address}: {refused}"))


def _user(host: SshHost) -> str:
    try:
        return host.user or getpass.getuser()
    except (KeyError, OSError):
        message = f"{host.address}: the account of this process has no name; name a user"
        raise LookFailed(Failure(Reason.CONFIGURATION_UNUSABLE, message)) from None


def _login_failure(host: SshHost, deadline: Deadline, error: Exception) -> Failure:
    place = f"{host.address}:{host.port}"
    if deadline.expired:
        return Failure(Reason.TIMED_OUT, f"{place}: no login within {deadline.seconds:g} s")
    if isinstance(error, OSError):
        return connection_failure(place, error)
    return Failure(Reason.CONNECTION_LOST, f"{place}: {one_line(error) or 'the server closed the connection'}")

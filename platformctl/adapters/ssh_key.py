"""Private keys in files, and the certificates for them."""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Final

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from paramiko.pkey import PublicBlob

from platformctl.adapters.file import read_bounded
from platformctl.errors import InputInvalid

_MAX_BYTES: Final = 1024 * 1024
_OPENSSH: Final = (serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
_ENCRYPTED: Final = (TypeError, paramiko.PasswordRequiredException)
_UNREADABLE: Final = (
    ValueError, AssertionError, NotImplementedError, IndexError, UnsupportedAlgorithm, paramiko.SSHException,
)  # fmt: skip
"""What cryptography and paramiko raise for a file that holds something else; a missing password is a TypeError."""


class KeyUnusable(Exception):
    """A file gives no key; the message says why."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What an authority has signed: the public key it is about, and the whole as it is sent."""

    public: bytes
    blob: PublicBlob


def private_key(path: Path) -> paramiko.PKey:
    """Read a private key; a certificate beside it is left to `certificate`.

    Raises:
        KeyUnusable: it cannot be used as it is.
    """
    try:
        return _private_key(read_bounded(path, str(path), _MAX_BYTES))
    except InputInvalid as error:
        raise KeyUnusable(str(error)) from None
    except _ENCRYPTED:
        raise KeyUnusable(f"{path}: it is encrypted, and no ssh-agent holds it; give it to one with ssh-add") from None
    except _UNREADABLE:
        raise KeyUnusable(f"{path}: this is no private key that can be used") from None


def _private_key(content: bytes) -> paramiko.PKey:
    try:
        key: object = serialization.load_ssh_private_key(content, None)
    except ValueError:
        key = serialization.load_pem_private_key(content, None)
    text = StringIO(content.decode())
    match key:
        case ed25519.Ed25519PrivateKey():
            return paramiko.Ed25519Key.from_private_key(text)
        case ec.EllipticCurvePrivateKey():
            return paramiko.ECDSAKey.from_private_key(text)
        case rsa.RSAPrivateKey():
            return paramiko.RSAKey.from_private_key(text)
        case _:
            raise UnsupportedAlgorithm("no key of a kind that SSH servers take")


def public_key(path: Path) -> bytes | None:
    """Return the public key of a file, or of the file beside it: an agent may hold the private one."""
    for file in (path, path.with_name(f"{path.name}.pub")):
        try:
            return _public_bytes(read_bounded(file, str(file), _MAX_BYTES))
        except (InputInvalid, *_UNREADABLE):
            continue
    return None


def certificate(path: Path) -> Certificate | None:
    """Return the certificate of a file, None where there is none."""
    try:
        return certificate_of(read_bounded(path, str(path), _MAX_BYTES))
    except InputInvalid:
        return None


def certificate_of(line: bytes) -> Certificate | None:
    """Return the certificate of a line such as `ssh-ed25519-cert-v01@openssh.com AAAA…`, None where it is none."""
    try:
        return Certificate(_public_bytes(line), PublicBlob.from_string(line.decode()))
    except _UNREADABLE:
        return None


def _public_bytes(content: bytes) -> bytes:
    """Return the key as it is on the wire: the second word of its line."""
    identity = serialization.load_ssh_public_identity(content)
    key = identity.public_key() if isinstance(identity, serialization.SSHCertificate) else identity
    return PublicBlob.from_string(key.public_bytes(*_OPENSSH).decode()).key_blob

"""The known host keys, read as OpenSSH reads them: several keys for a host, patterns, hashed names, revoked keys.

Paramiko's own reader knows one key of each type for a host and no patterns, and a file that OpenSSH accepts would turn
a host that is as it should be into one whose key has changed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from platformctl.adapters.file import read_bounded
from platformctl.adapters.host_pattern import listed
from platformctl.errors import Failure, InputInvalid, LookFailed
from platformctl.reason import Reason

_SSH_PORT: Final = 22
REVOKED: Final = "@revoked"
AUTHORITY: Final = "@cert-authority"


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A host key on a line of a file.

    A revoked one may never be accepted; that of an authority only signs other keys.
    """

    file: Path
    line: int
    algorithm: str
    blob: bytes
    marker: str

    @property
    def is_accepted(self) -> bool:
        """Tell whether a host may show it."""
        return not self.marker


def known_keys(files: Iterable[Path], name: str, *, required: bool) -> tuple[KnownKey, ...]:
    """Return the keys that files have for a host's name, in their order. Lines that are none are passed over.

    Raises:
        LookFailed: a file cannot be read, or is not there although it is required.
    """
    return tuple(key for file in files if required or file.exists() for key in _keys_of(file, name.lower()))


def _keys_of(file: Path, name: str) -> Iterator[KnownKey]:
    try:
        content = read_bounded(file, f"known_hosts {file}").decode("utf-8", "replace")
    except InputInvalid as error:
        raise LookFailed(Failure(Reason.CONFIGURATION_UNUSABLE, str(error))) from None
    for number, line in enumerate(content.split("\n"), 1):
        yield from _keys(file, number, line, name)


def host_name(address: str, port: int) -> str:
    """Spell a host as known_hosts does."""
    return address if port == _SSH_PORT else f"[{address}]:{port}"


def fingerprint(blob: bytes) -> str:
    """Spell a key's fingerprint as `ssh-keygen -l` does."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def _keys(file: Path, number: int, line: str, name: str) -> Iterator[KnownKey]:
    """Give the key of a line about this host; a line of another kind (comment, rubbish) gives none."""
    marker, *fields = line.split() if line.startswith((REVOKED, AUTHORITY)) else ("", *line.split())
    if len(fields) < 3 or not _names(fields[0], name):  # noqa: PLR2004  names, algorithm, key
        return
    try:
        blob = base64.b64decode(fields[2], validate=True)
    except (binascii.Error, ValueError):
        return
    yield KnownKey(file, number, fields[1], blob, marker)


def _names(first: str, name: str) -> bool:
    """Tell whether the first field of a line is about a host: a hashed name, or patterns of which none forbids it."""
    if first.startswith("|1|"):
        return _is_hash_of(first, name)
    return listed(first.lower().split(","), name)


def _is_hash_of(hashed: str, name: str) -> bool:
    try:
        salt, expected = (base64.b64decode(part, validate=True) for part in hashed.removeprefix("|1|").split("|"))
    except ValueError:
        return False
    return hmac.compare_digest(hmac.digest(salt, name.encode(), "sha1"), expected)

"""The known host keys, read as OpenSSH reads them: several keys for a host, patterns, hashed names, revoked keys.

Paramiko's own reader knows one key of each type for a host and no patterns, and a file that OpenSSH accepts would turn
a host that is as it should be into one whose key has changed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from platformctl.adapters.file import read_bounded
from platformctl.errors import Failure, InputInvalid, LookFailed
from platformctl.reason import Reason

_SSH_PORT: Final = 22
_REVOKED: Final = "@revoked"


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A host key on a line of a file. A revoked one may never be accepted."""

    line: int
    algorithm: str
    blob: bytes
    revoked: bool


def known_keys(path: Path, address: str, port: int) -> tuple[KnownKey, ...]:
    """Return the keys that a file has for a host, in the file's order. Lines that are none are passed over.

    Raises:
        LookFailed: the file cannot be read.
    """
    name = host_name(address, port).lower()
    try:
        content = read_bounded(path, f"known_hosts {path}").decode("utf-8", "replace")
    except InputInvalid as error:
        raise LookFailed(Failure(Reason.CONFIGURATION_UNUSABLE, str(error))) from None
    return tuple(key for number, line in enumerate(content.split("\n"), 1) for key in _keys(number, line, name))


def host_name(address: str, port: int) -> str:
    """Spell a host as known_hosts does."""
    return address if port == _SSH_PORT else f"[{address}]:{port}"


def fingerprint(blob: bytes) -> str:
    """Spell a key's fingerprint as `ssh-keygen -l` does."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def _keys(number: int, line: str, name: str) -> Iterator[KnownKey]:
    """Give the key of a line about this host; a line of another kind (comment, authority, rubbish) gives none."""
    marker, *fields = line.split() if line.startswith(_REVOKED) else ("", *line.split())
    if len(fields) < 3 or not _names(fields[0].lower(), fields[0], name):  # noqa: PLR2004  names, algorithm, key
        return
    try:
        blob = base64.b64decode(fields[2], validate=True)
    except (binascii.Error, ValueError):
        return
    yield KnownKey(number, fields[1], blob, marker == _REVOKED)


def _names(patterns: str, exact: str, name: str) -> bool:
    """Tell whether the first field of a line is about a host: a hashed name, or patterns of which none forbids it."""
    if exact.startswith("|1|"):
        return _is_hash_of(exact, name)
    matched = {pattern[:1] == "!" for pattern in patterns.split(",") if _matches(pattern.removeprefix("!"), name)}
    return matched == {False}


def _matches(pattern: str, name: str) -> bool:
    # A fleet's file is read for each of its hosts, and nearly all of its names are plain ones of other hosts.
    if "*" not in pattern and "?" not in pattern:
        return pattern == name
    parts = (re.escape(part).replace(r"\?", ".") for part in pattern.split("*"))
    return re.fullmatch(".*".join(parts), name) is not None


def _is_hash_of(hashed: str, name: str) -> bool:
    try:
        salt, expected = (base64.b64decode(part, validate=True) for part in hashed.removeprefix("|1|").split("|"))
    except ValueError:
        return False
    return hmac.compare_digest(hmac.digest(salt, name.encode(), "sha1"), expected)

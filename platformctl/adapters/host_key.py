"""Whether the key that a host shows is the one that is known for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import paramiko

from platformctl.adapters.known_hosts import AUTHORITY, REVOKED, KnownKey, fingerprint, known_keys
from platformctl.adapters.ssh_hop import KnownFiles
from platformctl.errors import Failure, LookFailed
from platformctl.reason import Reason

_RSA_SIGNATURES: Final = ("rsa-sha2-512", "rsa-sha2-256")
_COMPARE: Final = "compare it with 'ssh-keygen -l' on the host, then add it"


@dataclass(frozen=True, slots=True)
class HostKeys:
    """The keys that are known for a host, and where they were looked for."""

    where: KnownFiles
    keys: tuple[KnownKey, ...]

    def preferred(self, kinds: Iterable[str]) -> tuple[str, ...]:
        """Ask for the kinds of key that are known before any other: a host has several, and shows one."""
        known = {key.algorithm for key in self.keys if key.is_accepted}
        wanted = {*known, *(_RSA_SIGNATURES if "ssh-rsa" in known else ())}
        return tuple(sorted(kinds, key=lambda kind: kind not in wanted))

    def check(self, shown: paramiko.PKey) -> None:
        """Accept a key that is known and not revoked; whatever else the host shows, it is sent nothing.

        Raises:
            LookFailed: with the fingerprint and the way out.
        """
        kind, blob = shown.get_name(), shown.asbytes()
        same = [key for key in self.keys if key.blob == blob and key.marker != AUTHORITY]
        if same and all(key.is_accepted for key in same):
            return
        shows = f"{self.where.name} shows the {kind} key {fingerprint(blob)}"
        revoked = next((key for key in same if key.marker == REVOKED), None)
        other = next((key for key in self.keys if key.algorithm == kind and key.is_accepted), None)
        if revoked:
            raise _unknown(f"{shows}, which {revoked.file} revokes; nothing was sent")
        if other:
            raise _changed(shows, other)
        raise _unknown(f"{shows}, {self._absence()}")

    def _absence(self) -> str:
        authority = next((key for key in self.keys if key.marker == AUTHORITY), None)
        if authority:
            place = f"{authority.file}:{authority.line}"
            return (
                f"{place} names an authority, and host certificates cannot be verified here; {_COMPARE} as a plain key"
            )
        return f"which is not in {self._files()}; {_COMPARE} there"

    def _files(self) -> str:
        first, *more = self.where.files or ("any file",)
        return ", ".join(map(str, (first, *(file for file in more if file.exists()))))


def host_keys(where: KnownFiles) -> HostKeys:
    """Read what is known.

    Raises:
        LookFailed: a file cannot be read.
    """
    return HostKeys(where, known_keys(where.files, where.name, required=where.required))


def _unknown(message: str) -> LookFailed:
    return LookFailed(Failure(Reason.HOST_KEY_UNKNOWN, message))


def _changed(shows: str, other: KnownKey) -> LookFailed:
    where = f"{fingerprint(other.blob)} in {other.file}:{other.line}"
    advice = "nothing was sent. If the host was reinstalled, compare the key on the host and replace that line"
    return LookFailed(Failure(Reason.HOST_KEY_CHANGED, f"{shows}, known is {where}; {advice}"))

"""One connection on the way to a host: where it goes, which host key it must find and which keys of ours it offers."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from platformctl.adapters.account import local_user
from platformctl.adapters.known_hosts import host_name
from platformctl.adapters.ssh_config import NONE, Settings
from platformctl.adapters.ssh_jump import Destination
from platformctl.adapters.ssh_token import path_of, tokens_of
from platformctl.catalog.inventory import SshHost

_KNOWN_HOSTS: Final = ("~/.ssh/known_hosts", "~/.ssh/known_hosts2")
_GLOBAL_KNOWN_HOSTS: Final = ("/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2")
_USUAL_KEYS: Final = ("~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa")
_AGENT_VARIABLE: Final = "SSH_AUTH_SOCK"
_NOTHING: Final = frozenset({NONE, "/dev/null"})
_SSH_PORT: Final = 22


@dataclass(frozen=True, slots=True)
class Identity:
    """Which keys of ours are offered.

    Attributes:
        files: private keys, those that are offered first.
        named: somebody named the files; otherwise they are the usual ones.
        required: the inventory named them: each must be usable, and no other key is offered.
        only: the agent's other keys are not offered.
        certificates: files beside those that lie next to a key.
        agent: the agent's socket, None where there is none.
    """

    files: tuple[Path, ...]
    named: bool
    required: bool
    only: bool
    certificates: tuple[Path, ...]
    agent: Path | None


@dataclass(frozen=True, slots=True)
class KnownFiles:
    """Where host keys are looked up, and under which name. A file that is required must be there."""

    name: str
    files: tuple[Path, ...]
    required: bool


@dataclass(frozen=True, slots=True)
class Hop:
    """One connection."""

    address: str
    port: int
    user: str
    known: KnownFiles
    identity: Identity

    @property
    def place(self) -> str:
        """The address for people."""
        return f"{self.address}:{self.port}"


def hop_to(entry: SshHost, goal: Destination, found: Settings, *, is_jump: bool) -> Hop:
    """Put together what the inventory's entry, a jump's own words and the configuration say.

    Raises:
        LookFailed: a path has a token that is not known.
    """
    address = found.host if found.host_name else goal.alias
    port = goal.port or found.port or _SSH_PORT
    user = goal.user or found.user or local_user()
    tokens = tokens_of(goal.alias, address.lower(), port, user, found.host_key_alias)
    name = found.host_key_alias or host_name(address, port)
    known_hosts = None if is_jump and found.known_hosts else entry.known_hosts
    identity_file = None if is_jump and found.identity_files else entry.identity_file
    known = _known_files(name, known_hosts, found, tokens)
    return Hop(address, port, user, known, _identity(identity_file, found, tokens))


def _known_files(name: str, file: str | None, found: Settings, tokens: Mapping[str, str]) -> KnownFiles:
    if file is not None:
        return KnownFiles(name, (Path(file).expanduser(),), required=True)
    own = found.known_hosts or _KNOWN_HOSTS
    every = _GLOBAL_KNOWN_HOSTS if found.global_known_hosts is None else found.global_known_hosts
    return KnownFiles(name, _paths((*own, *every), tokens), required=False)


def _identity(file: str | None, found: Settings, tokens: Mapping[str, str]) -> Identity:
    certificates, agent = _paths(found.certificate_files, tokens), _agent(found.identity_agent, tokens)
    if file is not None:
        return Identity((Path(file).expanduser(),), True, True, True, certificates, agent)  # noqa: FBT003
    files = _paths(found.identity_files or _USUAL_KEYS, tokens)
    named, only = bool(found.identity_files), bool(found.identities_only)
    return Identity(files, named, required=False, only=only, certificates=certificates, agent=agent)


def _agent(said: str | None, tokens: Mapping[str, str]) -> Path | None:
    if said is not None and said.lower() == NONE:
        return None
    if said is None or said == _AGENT_VARIABLE or (said.startswith("$") and "{" not in said):
        socket = os.environ.get((said or _AGENT_VARIABLE).removeprefix("$"))
        return Path(socket) if socket else None
    return path_of(said, tokens)


def _paths(texts: Iterable[str], tokens: Mapping[str, str]) -> tuple[Path, ...]:
    return tuple(path_of(text, tokens) for text in texts if text.lower() not in _NOTHING)

"""What a user's OpenSSH configuration says about a host, read as OpenSSH reads it.

Paramiko's own reader gives another host for lines that OpenSSH accepts, and may run programs: ADR 8.
"""

from __future__ import annotations

import glob
import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from platformctl.adapters.account import local_user
from platformctl.adapters.file import read_bounded
from platformctl.adapters.host_pattern import listed
from platformctl.adapters.ssh_config_line import Line, lines
from platformctl.adapters.ssh_jump import jump_hosts
from platformctl.adapters.ssh_match import Subject, holds
from platformctl.errors import Failure, InputInvalid, LookFailed
from platformctl.reason import Reason

NONE: Final = "none"
"""What OpenSSH's users write where they want none of something."""

_MAX_BYTES: Final = 1024 * 1024
_MAX_DEPTH: Final = 16
_MAX_FILES: Final = 200
_MAX_PORT: Final = 65535
_COMMENT: Final = re.compile(r"[ \t]+#")


@dataclass(slots=True)
class Settings:
    """What was said about one host: the first word about each thing. Paths are as written, with their tokens."""

    alias: str
    host_name: str | None = None
    port: int | None = None
    user: str | None = None
    jump: str | None = None
    proxy_command: Line | None = None
    identity_files: list[str] = field(default_factory=list)
    identities_only: bool | None = None
    identity_agent: str | None = None
    certificate_files: list[str] = field(default_factory=list)
    known_hosts: tuple[str, ...] | None = None
    global_known_hosts: tuple[str, ...] | None = None
    host_key_alias: str | None = None
    canonicalize: str | None = None
    revoked: str | None = None

    @property
    def host(self) -> str:
        """The host's name, in which `%h` stands for the alias."""
        return (self.host_name or "%h").replace("%%", "\0").replace("%h", self.alias).replace("\0", "%")


def settings(path: Path | None, alias: str, *, ours: bool) -> Settings:
    """Return what a file says about an alias; without a file, nothing.

    Args:
        path: the file.
        alias: the host's name as a user gives it.
        ours: nobody but the account and root may be able to write the file, as OpenSSH wants its usual one.

    Raises:
        LookFailed: a file cannot be read, or says what cannot be done here.
    """
    found = Settings(alias)
    if path is not None:
        _Reader(found).read(path, ours=ours)
    return found


class _Reader:
    def __init__(self, found: Settings) -> None:
        self._found = found
        self._files = 0

    def read(self, path: Path, *, ours: bool, never: bool = False, depth: int = 0) -> None:
        """Read a file line by line: what a line means can hang on what the lines above it said."""
        active = not never
        for line in lines(path, self._text(path, ours=ours)):
            match line.keyword:
                case "host":
                    active = listed(line.words(), self._found.alias) and not never
                case "match":
                    active = holds(line, self._subject()) and not never
                case "include":
                    self._include(line, never=not active, depth=depth + 1)
                case keyword if active and keyword in _SETTERS:
                    _SETTERS[keyword](self._found, line)

    def _text(self, path: Path, *, ours: bool) -> str:
        self._files += 1
        if self._files > _MAX_FILES:
            raise _unusable(f"{path}: more than {_MAX_FILES} files are included")
        try:
            content = read_bounded(path, str(path), _MAX_BYTES)
            if ours and _is_writable_by_others(path):
                raise _unusable(f"{path}: others may write it; it should be yours, with chmod go-w")
        except InputInvalid as error:
            raise _unusable(str(error)) from None
        if len(content) > _MAX_BYTES:
            raise _unusable(f"{path}: is larger than {_MAX_BYTES} bytes")
        return content.decode("utf-8", "surrogateescape")

    def _include(self, line: Line, *, never: bool, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise line.unusable(f"more than {_MAX_DEPTH} files include each other")
        for word in line.words():
            if "${" in word or "%" in word:
                raise line.unusable("tokens are not used here; write the path out")
            pattern = Path("~/.ssh").expanduser() / Path(word).expanduser()
            for path in sorted(glob.glob(str(pattern))):  # noqa: PTH207  the pattern may be absolute
                self.read(Path(path), ours=True, never=never, depth=depth)

    def _subject(self) -> Subject:
        us = local_user()
        return Subject(self._found.alias, self._found.host, self._found.user or us, us)


def _is_writable_by_others(path: Path) -> bool:
    status = path.stat()
    return bool(status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)) or status.st_uid not in {0, os.getuid()}


def _unusable(message: str) -> LookFailed:
    return LookFailed(Failure(Reason.CONFIGURATION_UNUSABLE, message))


# --- what each keyword sets ------------------------------------------------------------------------------------------


def _host_name(found: Settings, line: Line) -> None:
    name = line.word()
    if "%" in name.replace("%%", "").replace("%h", ""):
        raise line.unusable("the tokens of a host name are %h and %%")
    if not name.isprintable() or set(name) & set(" /@"):
        raise line.unusable("should be a host name or an IP address")
    found.host_name = found.host_name or name


def _port(found: Settings, line: Line) -> None:
    word = line.word()
    if not (word.isascii() and word.isdigit() and 0 < int(word[:6]) <= _MAX_PORT):
        raise line.unusable(f"should be a number from 1 to {_MAX_PORT}")
    found.port = found.port or int(word)


def _user(found: Settings, line: Line) -> None:
    name = line.word()
    if "%" in name or "${" in name or not name.isprintable():
        raise line.unusable("should be an account's name; tokens are not used here")
    found.user = found.user or name


def _jump(found: Settings, line: Line) -> None:
    """Take the text up to a comment as it stands: here OpenSSH knows no quotes."""
    text = _COMMENT.split(line.rest)[0]
    text = NONE if text.lower() == NONE else text
    try:
        if text != NONE:
            jump_hosts(text)
    except ValueError:
        raise line.unusable("should read user@host:port, several with a comma between them") from None
    if found.jump is None and found.proxy_command is None:
        found.jump = text


def _proxy_command(found: Settings, line: Line) -> None:
    """Keep the line: a jump that was named above it goes first, unless it says that there is none."""
    if found.proxy_command is None and found.jump in {None, NONE}:
        found.proxy_command = line


def _identity_file(found: Settings, line: Line) -> None:
    if (name := line.word()) not in found.identity_files:
        found.identity_files.append(name)


def _certificate_file(found: Settings, line: Line) -> None:
    if (name := line.word()) not in found.certificate_files:
        found.certificate_files.append(name)


def _identities_only(found: Settings, line: Line) -> None:
    said = _switch(line)
    found.identities_only = said if found.identities_only is None else found.identities_only


def _identity_agent(found: Settings, line: Line) -> None:
    found.identity_agent = found.identity_agent or line.word()


def _known_hosts(found: Settings, line: Line) -> None:
    found.known_hosts = found.known_hosts or line.words()


def _global_known_hosts(found: Settings, line: Line) -> None:
    found.global_known_hosts = found.global_known_hosts or line.words()


def _host_key_alias(found: Settings, line: Line) -> None:
    name = line.word().lower()
    if not name.isprintable():
        raise line.unusable("should be a host name")
    found.host_key_alias = found.host_key_alias or name


def _canonicalize(found: Settings, line: Line) -> None:
    found.canonicalize = found.canonicalize or line.word().lower()
    if found.canonicalize not in {"no", "false"}:
        raise line.unusable("is not used; write HostName, so that no name server decides which host is meant")


def _revoked(found: Settings, line: Line) -> None:
    found.revoked = found.revoked or line.word()
    if found.revoked.lower() != "none":
        raise line.unusable("is not used; put the keys as @revoked lines into a known_hosts file")


def _switch(line: Line) -> bool:
    word = line.word().lower()
    if word not in {"yes", "true", "no", "false"}:
        raise line.unusable("should be yes or no")
    return word in {"yes", "true"}


_SETTERS: Final[Mapping[str, Callable[[Settings, Line], None]]] = {
    "hostname": _host_name,
    "port": _port,
    "user": _user,
    "proxyjump": _jump,
    "proxycommand": _proxy_command,
    "identityfile": _identity_file,
    "certificatefile": _certificate_file,
    "identitiesonly": _identities_only,
    "identityagent": _identity_agent,
    "userknownhostsfile": _known_hosts,
    "globalknownhostsfile": _global_known_hosts,
    "hostkeyalias": _host_key_alias,
    "canonicalizehostname": _canonicalize,
    "revokedhostkeys": _revoked,
}
"""The keywords that are used. All others say nothing about which host is reached and how it proves itself."""

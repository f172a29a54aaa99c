"""Running git so that only what was asked happens: no prompt, no hook, no foreign transport, and not for ever."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from platformctl.errors import GitFailed
from platformctl.render.printable import printable

LOCAL_S: Final = 60.0
"""How long git may take for what it has on this machine."""

_END_S: Final = 5.0
_SHOWN: Final = 3
_ADVICE: Final = ("hint:", "Please make sure you have", "and the repository exists.")

_SETTINGS: Final = (
    "core.hooksPath=/dev/null",
    "core.askPass=",
    "core.fsmonitor=false",
    "gc.autoDetach=false",  # else git goes on in the background, and with the lock that is held for it
    "fetch.unpackLimit=1",  # what is fetched is one file, so that a limit of files is one of fetches
    "http.lowSpeedLimit=1",  # who outlives us ends by itself: a server that sends nothing is left
    "http.lowSpeedTime=30",
)
_SET: Final = tuple(word for setting in _SETTINGS for word in ("-c", setting))
_LIMITED: Final = ("sh", "-c", "trap '' XFSZ; ulimit -f $0 2>/dev/null; exec \"$@\"")
"""Git has no option for it. The limit holds for all that it starts, and who would write more is told so.

It cannot be set where there is a lower one already, and need not be.
"""

_BLOCK: Final = 512
"""Bytes; what POSIX counts files in."""

_TOO_LONG: Final = b"File too large"
_KEPT: Final = re.compile(
    r"GIT_(SSH|SSH_COMMAND|SSH_VARIANT|SSL_\w+|PROXY_\w+|EXEC_PATH|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM))"
)
"""What an operator sets so that git reaches a server. The rest would lead our commands into another repository."""

_OURS: Final = {
    "LC_ALL": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "SSH_ASKPASS_REQUIRE": "never",
    "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
    "GIT_NO_LAZY_FETCH": "1",
}
UNCONFIGURED: Final = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
"""For files as they are in git: a user's own settings could turn line ends, or run a filter."""

_LOGIN: Final = re.compile(r"(?<=://)[^/\s@]+@")
_LASTING: Final = re.compile(
    r"authentication failed|permission denied|not found|could not read (username|password)|remote ref|"
    r"does not appear to be|not allowed|invalid refspec|host key verification failed|dubious ownership|"
    r"does not exist|access denied|forbidden|returned error: 40[134]",
    re.IGNORECASE,
)


def git(  # noqa: PLR0913  each holds git to something
    folder: Path,
    *arguments: str,
    timeout_s: float = LOCAL_S,
    environment: Mapping[str, str] | None = None,
    holding: Iterable[int] = (),
    secrets: Iterable[str] = (),
    file_bytes: int | None = None,
) -> bytes:
    """Run git in a folder and return what it prints.

    Args:
        folder: where it runs.
        arguments: what it is asked; what comes from outside stands behind `--end-of-options`, or is checked before.
        timeout_s: after that it is ended, with all that it started.
        environment: is added to its environment.
        holding: handles that it holds too, such as that of a lock.
        secrets: URLs whose logins may stand in no message.
        file_bytes: how long a file may become that it writes; longer, and it fails.

    Raises:
        GitFailed: it failed, took too long or cannot be run; the message holds no credentials.
    """
    command = ["git", *_SET, *arguments]
    if file_bytes is not None:
        command = [*_LIMITED, str(file_bytes // _BLOCK), *command]
    with _started(folder, command, environment or {}, holding) as process:
        try:
            output, complaint = process.communicate(timeout=timeout_s)
        except BaseException as error:
            _end(process)
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
            message = f"git {arguments[0]} did not end within {timeout_s:.0f} s"
            raise GitFailed(message, may_pass=True) from None
    if process.returncode and file_bytes is not None and _TOO_LONG in complaint:
        said = f"git {arguments[0]}: there is more than the {file_bytes >> 20} MiB that are taken at once"
        raise GitFailed(said, may_pass=False)
    if process.returncode:
        raise _failure(arguments[0], process.returncode, complaint, secrets)
    return output


def _started(
    folder: Path, command: Sequence[str], environment: Mapping[str, str], holding: Iterable[int]
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command, cwd=folder, env=_environment(environment), pass_fds=tuple(holding),
            start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
    except OSError as error:
        absent = isinstance(error, (FileNotFoundError, NotADirectoryError, PermissionError))
        message = f"git cannot be run in {folder}: {error.strerror or error}"
        raise GitFailed(message, answered=absent) from None


def _environment(added: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or _KEPT.fullmatch(name)}
    return {**kept, **_OURS, **added}


def _end(process: subprocess.Popen[bytes]) -> None:
    """End git and what it started: first so that it can take away its lock files, then in any case."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_END_S)


def _failure(verb: str, code: int, complaint: bytes, secrets: Iterable[str]) -> GitFailed:
    text = complaint.decode(errors="replace")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith(_ADVICE)]
    said = "; ".join(lines[:_SHOWN]) or f"exit code {code}"
    message = f"git {verb}: {printable(without_logins(said, secrets))}"
    return GitFailed(message, may_pass=not _LASTING.search(text), answered=code > 0)


def without_logins(text: str, urls: Iterable[str] = ()) -> str:
    """Return a text without the logins that URLs in it have, and without the passwords of the URLs given."""
    for url in urls:
        for secret in _secrets(url):
            text = text.replace(secret, "…")
    return _LOGIN.sub("", text)


def _secrets(url: str) -> list[str]:
    """Return the password of a URL as it stands there and as it is meant, or a token in place of the user."""
    with suppress(ValueError):
        parts = urlsplit(url)
        if parts.scheme in {"http", "https"}:
            words = [word for word in (parts.password or parts.username,) if word]
            return [form for word in words for form in {word, unquote(word)}]
    return []

"""The forced command that stands between a key and a host, made from the table of questions."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Final

from platformctl.errors import InputInvalid, Problem
from platformctl.observe.question import (
    AGENT_COMMAND,
    AGENT_WORDS,
    API_PATHS,
    COMMANDS,
    ID_GRAMMARS,
    MAX_IDS,
    Purpose,
)

SOCKET: Final = "/var/run/docker.sock"

MAX_WORDS: Final = MAX_IDS + len(Purpose) - len(ID_GRAMMARS)
"""Words in one request to the agent: as many IDs as fit in one command, and each question that has none."""

_LONGEST_WORD: Final = len("image:sha256:") + 64
MAX_LENGTH: Final = len(AGENT_COMMAND) + MAX_WORDS * (1 + _LONGEST_WORD)

_CHECKS: Final = {"[a-f0-9]{64}": "container_id", "(sha256:)?[a-f0-9]{64}": "image_id"}
"""The function of the script that holds a word to each grammar of an ID."""

_CURL: Final = (
    "curl", "--disable", "--silent", "--globoff", "--proto", "=http", "--max-time", "20", "--max-filesize", "33554432",
    "--write-out", r"\n%{http_code}\n",
)  # fmt: skip
"""Takes no config file and no other protocol, follows nothing and only gets; limits hold for each answer alone."""

_SPECIAL: Final = frozenset('"$`\\!')
_SOCKET: Final = re.compile(r"(/[A-Za-z0-9._-]+)+", re.ASCII)


def script(template: str, socket: str = SOCKET) -> str:
    """Return the script for a host whose engine listens on this socket.

    Raises:
        InputInvalid: this is no absolute path of letters, digits, points, hyphens and underscores.
    """
    if not _SOCKET.fullmatch(socket):
        message = f"{socket!r} should be the absolute path of the engine's socket, such as {SOCKET}"
        raise InputInvalid([Problem("--socket", 0, message)])
    parts = {
        "@socket@": socket,
        "@max_ids@": str(MAX_IDS),
        "@max_words@": str(MAX_WORDS),
        "@max_length@": str(MAX_LENGTH),
        "@curl@": shlex.join(_CURL),
        "@words@": "\n    ".join(_words()),
        "@commands@": "\n".join(_commands()),
    }
    for mark, text in parts.items():
        template = template.replace(mark, text)
    return template


def _commands() -> Iterator[str]:
    for purposes in COMMANDS.values():
        for purpose, argv in purposes.items():
            yield _command(purpose, shlex.join(argv))
    asked = f'"{AGENT_COMMAND} "'
    yield f'{asked}*) ask "${{request#{asked}}}" ;;'


def _command(purpose: Purpose, command: str) -> str:
    """Return a branch: the request as it is sent, and what is run for it."""
    if purpose not in ID_GRAMMARS:
        return f"{_quoted(command)}) run {command} ;;"
    asked = _quoted(f"{command} ")
    return f'{asked}*) {_check(purpose)}s "${{request#{asked}}}" && run {command} $words ;;'


def _words() -> Iterator[str]:
    for purpose, word in AGENT_WORDS.items():
        before, _, after = word.partition("{id}")
        if purpose not in ID_GRAMMARS:
            yield f"{word}) path={shlex.quote(API_PATHS[purpose])} ;;"
            continue
        identifier = f"${{word#{before}}}"
        path = API_PATHS[purpose].replace("{id}", identifier)
        yield f'{before}*{after}) {_check(purpose)} "{identifier}" && path="{path}" ;;'


def _check(purpose: Purpose) -> str:
    return _CHECKS[ID_GRAMMARS[purpose].pattern]


def _quoted(text: str) -> str:
    """Quote for the shell by double quotes where these are enough: the script is read by people."""
    return shlex.quote(text) if _SPECIAL & set(text) else f'"{text}"'

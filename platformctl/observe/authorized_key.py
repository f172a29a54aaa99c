"""The line of `authorized_keys` that ties a key to the host agent."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from platformctl.errors import InputInvalid, Problem

AGENT_PATH: Final = "/usr/local/bin/platformctl-agent"

_TYPES: Final = frozenset(
    {
        "ssh-ed25519",
        "ssh-rsa",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "sk-ssh-ed25519@openssh.com",
        "sk-ecdsa-sha2-nistp256@openssh.com",
    }
)
_NO_LISTENER: Final = "none.invalid:1"
"""Where no forward back can listen: `permitlisten` knows no `none`, and every place is allowed where it is absent."""

_PATH: Final = re.compile(r"(/[A-Za-z0-9._-]+)+", re.ASCII)
_PORT: Final = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)
_ADDRESS: Final = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]", re.ASCII)
_FROM: Final = re.compile(r"[A-Za-z0-9.:*?!,/_-]+", re.ASCII)
_EXPIRY: Final = re.compile(r"[0-9]{8}([0-9]{4}([0-9]{2})?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Restrictions:
    """What a key may do.

    Attributes:
        agent: where the script is installed on the host.
        permit: `ADDRESS:PORT` of every probe that may be reached through the host; none: nothing is forwarded.
        clients: patterns of the addresses that the key may come from; empty: all.
        expires: `YYYYMMDD[HHMM[SS]]` in the host's time; empty: never.
    """

    agent: str = AGENT_PATH
    permit: tuple[str, ...] = ()
    clients: str = ""
    expires: str = ""


def authorized_key(name: str, content: bytes, restrictions: Restrictions) -> str:
    """Return the line for the public key in a file.

    Args:
        name: how to call the file in an error.
        content: what is in it.
        restrictions: what the key may do.

    Raises:
        InputInvalid: it is no public key, or a restriction cannot be written; nothing of the file is in the message.
    """
    problems = [*_problems(restrictions), *_key_problems(name, content)]
    if problems:
        raise InputInvalid(problems)
    return f"{','.join(_options(restrictions))} {content.decode().strip()}\n"


def _options(restrictions: Restrictions) -> Iterator[str]:
    yield "restrict"
    yield f'command="{restrictions.agent}"'
    if restrictions.clients:
        yield f'from="{restrictions.clients}"'
    if restrictions.expires:
        yield f'expiry-time="{restrictions.expires}"'
    if restrictions.permit:
        yield "port-forwarding"
        yield f'permitlisten="{_NO_LISTENER}"'
        yield from (f'permitopen="{place}"' for place in restrictions.permit)


def _problems(restrictions: Restrictions) -> Iterator[Problem]:
    for place in restrictions.permit:
        if not _is_place(place):
            yield Problem("--permit", 0, f"{place!r} should be one address and one port, such as 127.0.0.1:8080")
    yield from _mismatch("--agent", _PATH, restrictions.agent, f"an absolute path, such as {AGENT_PATH}")
    if restrictions.clients:
        yield from _mismatch("--from", _FROM, restrictions.clients, "addresses, such as 192.0.2.7 or 192.0.2.0/24")
    if restrictions.expires:
        yield from _mismatch("--expires", _EXPIRY, restrictions.expires, "a date, such as 20271231")


def _mismatch(option: str, grammar: re.Pattern[str], value: str, right: str) -> Sequence[Problem]:
    return () if grammar.fullmatch(value) else [Problem(option, 0, f"{value!r} should be {right}")]


def _is_place(text: str) -> bool:
    address, _, port = text.rpartition(":")
    return bool(_ADDRESS.fullmatch(address) and _PORT.fullmatch(port)) and int(port) < 1 << 16


def _key_problems(name: str, content: bytes) -> Iterator[Problem]:
    if b"PRIVATE KEY" in content:
        yield Problem(name, 0, "this is a private key, which stays where it is: name the public one beside it, *.pub")
    elif not _is_public_key(content):
        yield Problem(name, 0, "this should be one public key as ssh-keygen writes it: ssh-ed25519 AAAA… comment")


def _is_public_key(content: bytes) -> bool:
    try:
        text = content.decode().strip()
        kind, encoded, *_ = text.split(" ", 2)
        blob = base64.b64decode(encoded, validate=True)
    except (UnicodeDecodeError, ValueError, binascii.Error):
        return False
    return kind in _TYPES and text.isprintable() and blob.startswith(len(kind).to_bytes(4, "big") + kind.encode())

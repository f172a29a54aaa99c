"""Jump hosts as OpenSSH's ProxyJump names them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_CHARACTER: Final = r"[^\s,/\"'#%=\\]"
_HOP: Final = re.compile(
    rf"(ssh://)?((?P<user>{_CHARACTER}+)@)?((?P<name>(?:(?![@:\[\]]){_CHARACTER})+)|\[(?P<ip>[0-9a-fA-F:.]+)\])"
    r"(:(?P<port>[0-9]{1,5}))?/?",
    re.ASCII,
)
_MAX_PORT: Final = 65535


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a connection goes, and what was said about it outright."""

    alias: str
    port: int | None
    user: str | None


def jump_hosts(text: str) -> tuple[Destination, ...]:
    """Read `user@host:port,…`; a destination cannot begin with a dash.

    Raises:
        ValueError: it does not read so.
    """
    return tuple(_jump_host(part) for part in text.split(","))


def _jump_host(text: str) -> Destination:
    match = _HOP.fullmatch(text)
    port = int(match["port"]) if match and match["port"] else None
    if not match or not text.isprintable() or text.startswith("-") or port == 0 or (port or 0) > _MAX_PORT:
        raise ValueError(text)
    return Destination(match["name"] or match["ip"], port, match["user"])

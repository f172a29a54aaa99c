"""Where a probe connects to, and the texts that say so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator

from platformctl.catalog.definition import form

_PORTS: Final = {"http": 80, "https": 443}
MAX_PORT: Final = 65535
_HOST: Final = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]*:[0-9a-f:.]*", re.ASCII)
_PLACE: Final = re.compile(r"(?P<address>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(?P<port>[0-9]{1,5})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """Where a probe connects to. The address of IPv6 has no brackets here."""

    address: str
    port: int

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


def _is_place(text: str) -> str:
    found = _PLACE.fullmatch(text)
    if not found or not 0 < int(found["port"]) <= MAX_PORT:
        raise ValueError("should be one address and one port, such as 127.0.0.1:8443")
    return text


def _is_address(text: str) -> str:
    if not text.isascii() or not text.isprintable():
        raise ValueError("should be ASCII: percent-encode a path, and spell a host name in punycode")
    try:
        port = (parts := urlsplit(text)).port
    except ValueError:
        raise ValueError("should have a host, and a port from 1 to 65535 if any") from None
    if "@" in parts.netloc:
        raise ValueError("should hold no login: the catalog is no place for secrets")
    if not _HOST.fullmatch(parts.hostname or "") or port == 0:
        raise ValueError("should have a host, and a port from 1 to 65535 if any")
    return text


Url = Annotated[
    str,
    form(r"^https?://[^\s]+$", "an address that begins with http:// or https://"),
    AfterValidator(_is_address),
]
Place = Annotated[str, AfterValidator(_is_place)]


def target_of(url: SplitResult) -> Target:
    """Return where a URL leads to."""
    return Target(url.hostname or "", url.port or _PORTS[url.scheme])


def place_of(text: str) -> Target:
    """Read ADDRESS:PORT."""
    address, _, port = text.rpartition(":")
    return Target(address.strip("[]"), int(port))

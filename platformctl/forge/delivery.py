"""A delivery, as it arrived: nothing in it is believed yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Delivery:
    """The headers of a request, their names in lower case, and its body, byte for byte."""

    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @classmethod
    def of(cls, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> Self:
        """Take headers as they come: names in any case, values with blanks around."""
        return cls(tuple((name.lower(), value.strip()) for name, value in headers), body)

    def values(self, name: bytes) -> tuple[bytes, ...]:
        """Return what is said under a name in lower case, once for each time that it is said."""
        return tuple(value for each, value in self.headers if each == name)

"""Reading bodies of requests, of which nobody knows yet who sends them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

BODY_BYTES: Final = 4 * 1024 * 1024
"""A push of a thousand commits is smaller. GitHub may send up to 25 MB; the branch itself is looked at later."""

READING_S: Final = 10.0
"""GitHub waits no longer for the whole of a delivery."""

_ALL_BYTES: Final = 16 * BODY_BYTES


class BodyTooLarge(Exception):
    """A body is longer than any that is accepted."""


class BodyTooSlow(Exception):
    """A body did not arrive in time."""


class NoRoom(Exception):
    """The bodies that arrive at this moment take all the room there is."""


@dataclass(slots=True)
class Room:
    """The memory that all bodies together may take while they arrive, and the time that each may take."""

    taken: int = 0
    reading_s: float = READING_S

    async def read(self, parts: AsyncIterator[bytes]) -> bytes:
        """Read a body to its end.

        Raises:
            BodyTooLarge: it is too long, which is found before it is read to its end.
            BodyTooSlow: it does not come.
            NoRoom: others take the room.
        """
        body = bytearray()
        try:
            async with asyncio.timeout(self.reading_s):
                async for part in parts:
                    body += part
                    self.taken += len(part)
                    if len(body) > BODY_BYTES:
                        raise BodyTooLarge
                    if self.taken > _ALL_BYTES:
                        raise NoRoom
        except TimeoutError:
            raise BodyTooSlow from None
        finally:
            self.taken -= len(body)
        return bytes(body)

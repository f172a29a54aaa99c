"""Bodies of strangers take a bounded room and a bounded time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from platformctl.adapters.receiving_body import BODY_BYTES, BodyTooLarge, BodyTooSlow, NoRoom, Room


async def parts(*sent: bytes) -> AsyncIterator[bytes]:
    """Send parts of a body."""
    for each in sent:
        yield each


async def endless(part: bytes) -> AsyncIterator[bytes]:
    """Send the same part for ever."""
    while True:
        yield part


def test_body_is_read_whole() -> None:
    """Parts are put together, and their room is given back."""
    room = Room()
    assert asyncio.run(room.read(parts(b"a", b"", b"bc"))) == b"abc"
    assert room.taken == 0


def test_endless_body_is_not_read_for_ever() -> None:
    """A body without an end is refused at the limit, and its room is given back."""
    room = Room()
    with pytest.raises(BodyTooLarge):
        asyncio.run(room.read(endless(b" " * 65536)))
    assert room.taken == 0


def test_bodies_together_are_bounded() -> None:
    """Many bodies that all are within the limit are refused when they take too much together."""

    async def many() -> list[bytes | BaseException]:
        room = Room()
        held = asyncio.Event()

        async def slow() -> AsyncIterator[bytes]:
            yield b" " * BODY_BYTES
            await held.wait()

        tasks = [asyncio.create_task(room.read(slow())) for _ in range(17)]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        held.set()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert room.taken == 0
        return ended

    ended = asyncio.run(many())
    assert [type(each) for each in ended].count(NoRoom) == 1
    assert ended.count(b" " * BODY_BYTES) == 16


def test_body_that_does_not_come_is_given_up() -> None:
    """A sender that stops in the middle keeps nothing for ever."""

    async def stuck() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    room = Room(reading_s=0.05)
    with pytest.raises(BodyTooSlow):
        asyncio.run(room.read(stuck()))
    assert room.taken == 0

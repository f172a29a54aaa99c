"""How many connect to one jump host at the same time: sshd drops connections when more than ten are logging in."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock
from typing import Final

PLACES: Final = 8
"""Below the 10 unauthenticated connections from which on sshd's usual MaxStartups (10:30:100) drops some."""


class Gate:
    """Lets a number through at once; who waits longest is next."""

    def __init__(self, places: int) -> None:
        self._lock = Lock()
        self._free = places
        self._waiting: deque[Event] = deque()

    @property
    def waiting(self) -> int:
        """Return how many wait."""
        with self._lock:
            return len(self._waiting)

    @contextmanager
    def passed(self) -> Iterator[None]:
        """Wait for a place, and give it to the next one at the end."""
        with self._lock:
            turn = Event()
            self._waiting.append(turn)
            self._call()
        turn.wait()
        try:
            yield
        finally:
            with self._lock:
                self._free += 1
                self._call()

    def _call(self) -> None:
        while self._free and self._waiting:
            self._free -= 1
            self._waiting.popleft().set()


class Gates:
    """A gate for each jump host."""

    def __init__(self, places: int = PLACES) -> None:
        self._lock = Lock()
        self._places = places
        self._gates: dict[str, Gate] = {}

    def to(self, place: str) -> Gate:
        """Return the gate of one jump host."""
        with self._lock:
            return self._gates.setdefault(place, Gate(self._places))


GATES: Final = Gates()
"""Those of this process."""

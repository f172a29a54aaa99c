"""The open connections of a run: kept for the second look, and all ended with the run."""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, TypeAlias

from platformctl.errors import Failure, LookFailed
from platformctl.reason import Reason

if TYPE_CHECKING:
    from platformctl.adapters.ssh_connection import Carrier
    from platformctl.adapters.ssh_link import Link

Connect: TypeAlias = "Callable[[], AbstractContextManager[Link]]"

MAX_KEPT: Final = 64
"""Connections that are kept at the same time. Each costs a file descriptor and a thread; a new one costs a login."""


_STOPPED: Final = Failure(Reason.CONNECTION_LOST, "the run was stopped")


@dataclass(frozen=True, slots=True, eq=False)
class _Open:
    """A connection, and what closes it."""

    link: Link
    closing: ExitStack


class Connections:
    """Lends connections by the name of the host. One that failed is never lent again."""

    def __init__(self, kept: int = MAX_KEPT) -> None:
        self._room = kept
        self._kept: dict[str, _Open] = {}
        self._lent: set[_Open] = set()
        self._logging_in: set[Carrier] = set()
        self._ended = False
        self._wanted: Collection[str] | None = None
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.end()

    def holds(self, name: str) -> bool:
        """Tell whether a connection to a host is kept."""
        with self._lock:
            return name in self._kept

    @contextmanager
    def lent(self, name: str, connect: Connect) -> Iterator[Link]:
        """Lend the connection to a host, the kept one or a new one.

        Raises:
            LookFailed: there is none to be had, or the run has ended.
        """
        one = self._take(name) or self._opened(connect)
        kept = False
        try:
            yield one.link
            kept = self._put_back(name, one)
        finally:
            with self._lock:
                self._lent.discard(one)
            if not kept:
                one.closing.close()

    @contextmanager
    def logging_in(self, carrier: Carrier) -> Iterator[None]:
        """Hold what carries a login while that is under way, so that the end of the run ends it too.

        Raises:
            LookFailed: the run has ended.
        """
        with self._lock:
            if self._ended:
                raise LookFailed(_STOPPED)
            self._logging_in.add(carrier)
        try:
            yield
        finally:
            with self._lock:
                self._logging_in.discard(carrier)

    def keep_only(self, names: Collection[str]) -> None:
        """Let go of all connections but those to these hosts, now and from now on."""
        with self._lock:
            self._wanted = names
            others = [self._kept.pop(name) for name in tuple(self._kept) if name not in names]
        _close(others)

    def end(self) -> None:
        """End every connection at once; who waits for an answer on one stops waiting. None is opened any more."""
        with self._lock:
            self._ended = True
            lent, kept, carriers = tuple(self._lent), tuple(self._kept.values()), tuple(self._logging_in)
            self._kept.clear()
        for carrier in carriers:
            with suppress(OSError, EOFError):
                carrier.shutdown(socket.SHUT_RDWR)
        for one in lent:
            one.link.end()
        _close(kept)

    def _take(self, name: str) -> _Open | None:
        with self._lock:
            one = self._kept.pop(name, None)
            if one and one.link.alive:
                self._lent.add(one)
                return one
        if one:
            one.closing.close()
        return None

    def _opened(self, connect: Connect) -> _Open:
        closing = ExitStack()
        one = _Open(closing.enter_context(connect()), closing)
        with self._lock:
            if not self._ended:
                self._lent.add(one)
                return one
        closing.close()
        raise LookFailed(_STOPPED)

    def _put_back(self, name: str, one: _Open) -> bool:
        with self._lock:
            wanted = self._wanted is None or name in self._wanted
            keeps = wanted and not self._ended and len(self._kept) < self._room and one.link.alive
            if keeps:
                self._kept[name] = one
            return keeps


def _close(several: Collection[_Open]) -> None:
    """Cut all before any is waited for: paramiko's thread takes a moment to see that it should end."""
    for one in several:
        one.link.end()
    for one in several:
        one.closing.close()

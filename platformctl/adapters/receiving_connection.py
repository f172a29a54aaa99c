"""Connections of senders, of whom nobody knows yet who they are: each has to ask something soon, or is closed."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol


class Connection(H11Protocol):
    """A connection that is closed where no request is under way so long after it was made, or after an answer.

    Uvicorn itself waits for headers for ever, and what it limits (limit_concurrency) counts those who keep silent too,
    so that they would lock out the others.
    """

    headers_s: ClassVar = 10.0
    _due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the headers of a request."""
        super().connection_made(transport)
        self._hurry()

    def on_response_complete(self) -> None:
        """Wait for the next request, and for the rest of a body that nobody reads, no longer than for the first."""
        super().on_response_complete()
        self._hurry()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the wait."""
        self._rest()
        super().connection_lost(exc)

    def _hurry(self) -> None:
        self._rest()
        self._due = self.loop.call_later(self.headers_s, self._too_late)

    def _rest(self) -> None:
        if self._due:
            self._due.cancel()

    def _too_late(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()

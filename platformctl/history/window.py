"""The time that a history is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

STALE_AFTER: Final = timedelta(hours=26)
"""A night and two hours: a nightly plan that came late is no news, one that did not come is."""
DAYS: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Window:
    """From `since` to `until`, both included. A last conclusive look older than `stale_after` at its end is stale."""

    since: datetime
    until: datetime
    stale_after: timedelta = STALE_AFTER


def window_until(until: datetime) -> Window:
    """Return the window that is shown unless another is asked for."""
    return Window(until - DAYS, until)

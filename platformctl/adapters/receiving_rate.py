"""How often one sender may ask, in a bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from math import ceil
from typing import Final

SENDERS: Final = 4096
"""Senders remembered; who asked longest ago is forgotten first, and may ask as often as a new one."""


@dataclass(slots=True)
class Rate:
    """A bucket for each sender, which holds a minute's allowance and is filled again as time passes."""

    per_minute: int
    _left: OrderedDict[tuple[str, str], tuple[float, float]] = field(default_factory=OrderedDict)

    def wait_s(self, repository: str, address: str, now_s: float) -> int:
        """Count a request, and return 0; or the seconds to wait, where the sender has asked too often."""
        sender = (repository, address)
        left, then = self._left.pop(sender, (float(self.per_minute), now_s))
        left = min(float(self.per_minute), left + (now_s - then) * self.per_minute / 60)
        allowed = left >= 1
        self._left[sender] = (left - 1 if allowed else left, now_s)
        if len(self._left) > SENDERS:
            self._left.popitem(last=False)
        return 0 if allowed else ceil((1 - left) * 60 / self.per_minute)

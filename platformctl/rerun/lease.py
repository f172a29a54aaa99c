"""A lease: who handles a merge at present, and until when that holds without being renewed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from platformctl.published import Published


@dataclass(frozen=True, slots=True)
class Lease(Published):
    """The flow run that handles a merge. A run that dies renews no lease, so that another can take over."""

    run: str
    until: datetime

    def keeps_out(self, run: str, now: datetime) -> bool:
        """Tell whether another run lives that handles the merge. The same run, executed again, goes on."""
        return self.run != run and now < self.until

"""What history needs of a smoke."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

SmokeOutcome: TypeAlias = Literal["pass", "inconclusive", "error", "fail"]


@dataclass(frozen=True, slots=True)
class PastSmoke:
    """How a smoke of a module ended, when it began, and of which catalog it was: `commit`, and whether files differ."""

    module: str
    at: datetime
    outcome: SmokeOutcome
    commit: str | None
    dirty: bool

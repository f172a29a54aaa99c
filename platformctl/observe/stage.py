"""How far the look at a host has come: what is told to whoever waits."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias


class Stage(StrEnum):
    """Where a host is between being chosen and being judged."""

    WAITING = "waiting"
    LOOKING = "looking"
    RETRYING = "trying again"
    DOUBTED = "second look follows"
    LOOKING_AGAIN = "looking again"
    PROBING = "probing"
    ANSWERED = "answered"
    FAILED = "failed"
    JUDGED = "done"

    @property
    def is_end(self) -> bool:
        """Whether nobody waits for the host any more, for now."""
        return self in {Stage.ANSWERED, Stage.FAILED, Stage.JUDGED}


Tell: TypeAlias = Callable[[str, Stage, str], None]
"""Hears of a host's name, its stage, and what else there is to say; from any thread, and it never fails."""


def silent(host: str, stage: Stage, detail: str) -> None:
    """Tell nobody."""

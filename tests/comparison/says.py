"""What a tool says when it is asked whether a container runs the declared image."""

from __future__ import annotations

from enum import StrEnum


class Says(StrEnum):
    """An answer, or why there is none."""

    IN_SYNC = "in-sync"
    DRIFT = "drift"
    NOTHING = "says nothing"  # it was asked, and skips the container or fails
    NOT_ASKED = "not its question"
    NOT_RECORDED = "not recorded"  # its rule needs what no recording has

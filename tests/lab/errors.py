"""What the lab raises."""

from __future__ import annotations

from pathlib import Path


class LabError(Exception):
    """A part of the lab did not do what it was asked; the message says what it answered."""


def tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of a log, for a message that explains itself."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])

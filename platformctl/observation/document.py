"""Reading JSON that a host sent: whatever it holds, these give a value of the wanted type and never raise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

MAX_TEXT: Final = 512
"""No name, state or label that a verdict reads is longer; the rest of a longer one is cut."""

_NOTHING: Final[Mapping[str, object]] = {}


def mapping(value: object) -> Mapping[str, object]:
    """Return an object, empty where the value is something else."""
    return value if isinstance(value, dict) else _NOTHING


def items(value: object) -> Sequence[object]:
    """Return an array, empty where the value is something else."""
    return value if isinstance(value, list) else ()


def text(value: object) -> str:
    """Return a text of at most MAX_TEXT characters, empty where the value is something else."""
    return value[:MAX_TEXT] if isinstance(value, str) else ""

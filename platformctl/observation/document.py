"""Reading JSON that a host sent: whatever it holds, these give a value of the wanted type and never raise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

MAX_TEXT: Final = 512
"""No name, state or label that a verdict reads is longer; the rest of a longer one is cut."""

MAX_DEPTH: Final = 32

_NOTHING: Final[Mapping[str, object]] = {}


def mapping(value: object) -> Mapping[str, object]:
    """Return an object, empty where the value is something else."""
    return value if isinstance(value, dict) else _NOTHING


def items(value: object) -> Sequence[object]:
    """Return an array, empty where the value is something else."""
    return value if isinstance(value, list) else ()


def text(value: object) -> str:
    """Return a text of at most MAX_TEXT characters, empty where the value is something else.

    Half of a surrogate pair, which JSON can spell and no file can hold, becomes a question mark.
    """
    return value[:MAX_TEXT].encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def shallow(value: object, depth: int = MAX_DEPTH) -> object:
    """Return a document without what is nested deeper than any engine nests, which could not be written again."""
    match value:
        case dict():
            return {key: shallow(one, depth - 1) for key, one in value.items()} if depth else None
        case list():
            return [shallow(one, depth - 1) for one in value] if depth else None
        case _:
            return value

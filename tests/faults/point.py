"""Where something is killed: at a step that a process does itself, or at a request that it sends."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from .proxy import Moment

_DIGEST: Final = re.compile(r"[0-9a-f]{40,64}")
_DRAWN: Final = re.compile(r"\.[A-Za-z0-9_]{8}(?=/|$)")
_DRAFT: Final = re.compile(r"(plans|smokes)/[^/]+/\.[^/]+/(.*)")
_HOST: Final = re.compile(r"snapshot/\w+/")
_CHANGING: Final = ("POST", "PATCH", "PUT", "DELETE")


@dataclass(frozen=True, slots=True)
class Point:
    """A place to kill at. `number` counts steps or requests from 1; a step has no moment: it is not reached."""

    number: int
    label: str
    moment: Moment | None = None

    def __str__(self) -> str:
        return f"{self.moment} {self.label}" if self.moment else self.label


def steps(lines: Iterable[str]) -> list[Point]:
    """Return the steps to kill at: all but those that only repeat for another file of a plan's draft."""
    found: dict[str, Point] = {}
    for number, line in enumerate(lines, 1):
        label = _label(line)
        key = label if "DRAFT" in label else f"{label} {number}"
        found.setdefault(key, Point(number, label))
    return list(found.values())


def requests(asked: Sequence[str]) -> list[Point]:
    """Return the requests to kill at: before each, and after each that may have changed something."""
    return [Point(number, label, moment) for number, label in enumerate(asked, 1) for moment in _moments(label)]


def spread(points: Sequence[Point], most: int) -> list[Point]:
    """Return so many of the points, evenly."""
    if most >= len(points):
        return list(points)
    return [points[index * len(points) // most] for index in range(most)]


def batches(points: Sequence[Point], size: int) -> Iterable[Sequence[Point]]:
    """Yield the points in parts of a size."""
    return (points[begin : begin + size] for begin in range(0, len(points), size))


Kill = Callable[[], None]


def _moments(label: str) -> tuple[Moment, ...]:
    return ("before", "after") if label.startswith(_CHANGING) else ("before",)


def _label(line: str) -> str:
    short = _DRAWN.sub(".*", _DIGEST.sub("SHA", line))
    return _HOST.sub("snapshot/HOST/", _DRAFT.sub(r"\1/DRAFT/\2", short))

"""A module's nights as a strip of bars: the worse the verdict, the taller the bar, so that no colour is needed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from platformctl.history.history import Nights
from platformctl.reason import SEVERITY, Verdict
from platformctl.render.text import counted

NIGHT: Final = 4
"""Units that a night is wide; one of them is the gap that the dashes of the line leave."""
HEIGHT: Final = 20
_TALL: Final = {Verdict.IN_SYNC: 7, Verdict.INCONCLUSIVE: 13, Verdict.DRIFT: HEIGHT}


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars of one verdict as the line of an SVG path: `width` is that of the line, thus their height."""

    verdict: Verdict
    width: int
    path: str


LEGEND: Final = tuple(
    Bars(verdict, _TALL[verdict], f"M0 {HEIGHT - _TALL[verdict] / 2:g}h{NIGHT * 3}") for verdict in SEVERITY
)
"""Three nights of each verdict."""


def strip(nights: Iterable[Nights], begin: str) -> tuple[Bars, ...]:
    """Return the bars of a strip that begins with the date `begin`, for each verdict that is there."""
    found: dict[Verdict, str] = {}
    for run in nights:
        found[run.verdict] = found.get(run.verdict, "") + _line(run, date.fromisoformat(begin))
    return tuple(Bars(verdict, _TALL[verdict], found[verdict]) for verdict in SEVERITY if verdict in found)


def tally(nights: Iterable[Nights], total: int) -> str:
    """Say in words what a strip shows."""
    counts = dict.fromkeys(reversed(SEVERITY), 0)
    for run in nights:
        counts[run.verdict] += _length(run)
    parts = [f"{count} {verdict}" for verdict, count in counts.items() if count]
    unseen = total - sum(counts.values())
    return f"{counted(total, 'night')}: {', '.join([*parts, *([f'{unseen} without a plan'] if unseen else [])])}"


def days(begin: str, end: str) -> int:
    """Count the nights from one date to another, both included."""
    return (date.fromisoformat(end) - date.fromisoformat(begin)).days + 1


def _length(run: Nights) -> int:
    return days(run.first, run.last)


def _line(run: Nights, begin: date) -> str:
    left = (date.fromisoformat(run.first) - begin).days * NIGHT
    return f"M{left} {HEIGHT - _TALL[run.verdict] / 2:g}h{_length(run) * NIGHT}"

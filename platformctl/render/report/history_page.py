"""A history as a page, and as a part of a plan's page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from platformctl.history.history import History
from platformctl.render.report.page import render
from platformctl.render.report.strip import HEIGHT, NIGHT, days

MAX_WIDTH: Final = 288
MAX_NIGHT: Final = 12


@dataclass(frozen=True, slots=True)
class Axis:
    """The nights that every strip of a page shows."""

    first: str
    last: str

    @property
    def nights(self) -> int:
        """How many they are."""
        return days(self.first, self.last)

    @property
    def view(self) -> str:
        """The box that a strip is drawn in, in its own units."""
        return f"0 0 {self.nights * NIGHT} {HEIGHT}"

    @property
    def width(self) -> int:
        """How wide a strip is on a page, in pixels: few nights are not drawn out."""
        return min(MAX_WIDTH, self.nights * MAX_NIGHT)


def axis(history: History) -> Axis:
    """Return the nights from that of the first plan to the end of the window."""
    return Axis((history.first_plan or history.until)[:10], history.until[:10])


def to_html(history: History) -> str:
    """Return a history as one file."""
    return render("history_page.html.jinja", history=history, axis=axis(history))

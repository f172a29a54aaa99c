"""Plans written as tables: a line for each module, a column for each night at three."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from platformctl.history.history import History
from platformctl.history.make import make_history
from platformctl.history.past_plan import Judgment, PastPlan
from platformctl.history.window import STALE_AFTER, Window
from platformctl.reason import Verdict

FIRST: Final = datetime(2026, 1, 1, 3, tzinfo=UTC)
_LETTERS: Final = {"g": Verdict.IN_SYNC, "r": Verdict.DRIFT, "o": Verdict.INCONCLUSIVE}


def plans(**tables: str) -> list[PastPlan]:
    """Return a plan for each night. `g`, `r` and `o` are the colours, and `.` is a plan without the module.

    A `|` is a deployment: the declaration is another one from there on.
    """
    lines = {name: _cells(table) for name, table in tables.items()}
    return [
        PastPlan(
            FIRST + timedelta(days=night),
            tuple(
                Judgment(name, "rs1000", _LETTERS[cells[night][0]], cells[night][1])
                for name, cells in lines.items()
                if night < len(cells) and cells[night][0] != "."
            ),
        )
        for night in range(max(map(len, lines.values())))
    ]


def history(*made: PastPlan, until: datetime | None = None) -> History:
    """Return the history of plans at an hour after the last, or at another time."""
    end = until or max(plan.at for plan in made) + timedelta(hours=1)
    return make_history(made, Window(FIRST, end, STALE_AFTER))


def _cells(table: str) -> list[tuple[str, str]]:
    parts = table.replace(" ", "").split("|")
    return [(letter, str(number)) for number, part in enumerate(parts) for letter in part]

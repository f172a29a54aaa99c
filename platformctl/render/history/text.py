"""A history for a person at a terminal: a line for each module, and the sum as the last line."""

from __future__ import annotations

from collections.abc import Iterator

from platformctl.history.history import History, ModuleHistory
from platformctl.render.history.phrase import (
    drift_time,
    flips,
    headline,
    moment,
    origin,
    others,
    share,
    sign,
    smoke,
    state,
)
from platformctl.render.printable import printable
from platformctl.render.text import MAX_LINE, aligned

_TITLES = ("", "module", "host", "now", "since", "last conclusive", "drift time", "flips", "pass rate", "smoke")


def to_text(history: History) -> str:
    """Return the history as lines of text. Nothing in it can move the cursor, whoever wrote it."""
    return "".join(f"{printable(line, MAX_LINE)}\n" for line in _lines(history))


def _lines(history: History) -> Iterator[str]:
    yield f"History of {origin(history)}"
    if history.other_catalogs:
        yield f"{others(history)}; --catalog chooses"
    yield ""
    if history.modules:
        yield from aligned([_TITLES, *map(_row, history.modules)])
        yield ""
    yield headline(history)


def _row(module: ModuleHistory) -> tuple[str, ...]:
    return (
        sign(module),
        module.name,
        module.host,
        f"{state(module)}{' (acknowledged)' if module.acknowledged else ''}",
        moment(module.since),
        moment(module.last_conclusive),
        drift_time(module),
        flips(module),
        share(module.pass_rate),
        smoke(module),
    )

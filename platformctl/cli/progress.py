"""A live view of the hosts on a terminal, a line for each, which leaves nothing behind."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Final

from platformctl.cli.colour import is_terminal
from platformctl.observe.stage import Stage, Tell, silent
from platformctl.render.printable import printable

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

_MARGIN: Final = 3
"""Lines of a terminal that are not for hosts: the sum above, what is left out below, and where the cursor stands."""
_WORTH_SECONDS: Final = 2
_SIGNS: Final = {Stage.FAILED: ("?", "yellow"), Stage.JUDGED: (" ", "none"), Stage.ANSWERED: (" ", "none")}


@contextmanager
def host_progress(names: Iterable[str], things: str = "hosts") -> Iterator[Tell]:
    """Yield what hears of each host. Without a terminal nothing is drawn: a log needs no animation."""
    if not is_terminal(sys.stderr):
        yield silent
        return
    from rich.console import Console
    from rich.live import Live

    board = Board(names, things)
    with Live(
        get_renderable=lambda: board, console=Console(file=sys.stderr), transient=True, redirect_stdout=False,
        refresh_per_second=8,
    ):  # fmt: skip
        yield board.tell


@dataclass(frozen=True, slots=True)
class _State:
    stage: Stage
    detail: str
    since_s: float


class Board:
    """What was told of each host, and as much of it as a terminal has lines for."""

    def __init__(self, names: Iterable[str], things: str) -> None:
        self._things = things
        self._lock = Lock()
        self._states = {name: _State(Stage.WAITING, "", monotonic()) for name in names}

    def tell(self, host: str, stage: Stage, detail: str) -> None:
        """Keep what is known of a host now."""
        with self._lock:
            self._states[host] = _State(stage, detail, monotonic())

    def lines(self, height: int) -> list[tuple[str, Stage, str]]:
        """Return the hosts that are shown: all by name where there is room, else those under way first."""
        with self._lock:
            states = dict(self._states)
        room = max(height - _MARGIN, 1)
        chosen = sorted(states) if len(states) <= room else sorted(states, key=lambda n: _rank(n, states[n]))[:room]
        return [(name, states[name].stage, _told(states[name])) for name in chosen]

    def left_out(self, height: int) -> str:
        """Count the hosts that are not shown, by where they are."""
        with self._lock:
            stages = Counter(state.stage for state in self._states.values())
        stages.subtract(stage for _, stage, _ in self.lines(height))
        return ", ".join(f"{stages[stage]} {stage}" for stage in Stage if stages[stage] > 0)

    def headline(self) -> str:
        """Say how far all are."""
        with self._lock:
            states = [state.stage for state in self._states.values()]
        ended, waiting = sum(stage.is_end for stage in states), states.count(Stage.WAITING)
        under_way = len(states) - ended - waiting
        parts = [f"{under_way} under way" if under_way else "", f"{waiting} waiting" if waiting else ""]
        return ", ".join([f"{ended} of {len(states)} {self._things} done", *filter(None, parts)])

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it: nothing that a host says is markup, and no line is longer than the terminal is wide."""
        from rich.text import Text

        height = console.size.height
        lines = self.lines(height)
        width = max((len(name) for name, _, _ in lines), default=0)
        shown = [Text(f"{_spinner(console.get_time())} {self.headline()}")]
        for name, stage, told in lines:
            sign, style = _SIGNS.get(stage, ("·", "cyan"))
            shown.append(Text(f"{sign} {name:<{width}}  {told}", style="dim" if stage is Stage.WAITING else style))
        left_out = self.left_out(height)
        if left_out:
            shown.append(Text(f"  … and {left_out}", style="dim"))
        for line in shown:
            line.truncate(options.max_width, overflow="ellipsis")
            yield line


def _spinner(now_s: float) -> str:
    return "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"[int(now_s * 8) % 10]


def _rank(name: str, state: _State) -> tuple[int, float, str]:
    """Put what is under way first, the longest on top, then what failed, the rest, and what has not begun."""
    place = {Stage.FAILED: 1, Stage.JUDGED: 2, Stage.ANSWERED: 2, Stage.WAITING: 3}.get(state.stage, 0)
    return (place, state.since_s, name)


def _told(state: _State) -> str:
    words = [str(state.stage), printable(state.detail)] if state.detail else [str(state.stage)]
    seconds = int(monotonic() - state.since_s)
    timed = not state.stage.is_end and state.stage is not Stage.WAITING and seconds >= _WORTH_SECONDS
    return ": ".join(words) + (f"  {seconds} s" if timed else "")

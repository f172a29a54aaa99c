"""Who had the processors meanwhile, from /proc: the lab's processes, and whoever else runs on this machine."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

TICK_S: Final = 1 / os.sysconf("SC_CLK_TCK")
CORES: Final = len(os.sched_getaffinity(0))
_LOOP: Final = 400_000
_BUSY: Final = (0, 1, 2, 5, 6, 7)
"""The fields of /proc/stat that count work: user, nice, system, irq, softirq, steal."""


def busy_s() -> float:
    """Return the seconds that all processors together have worked since the machine started."""
    fields = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:]
    return sum(int(fields[index]) for index in _BUSY) * TICK_S


def tree_s(roots: Mapping[str, Iterable[int]]) -> dict[str, float]:
    """Return the seconds that processes, all below them and all that they have waited for took, by name."""
    taken: dict[int, float] = {}
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(folder.name)
        children.setdefault(int(fields[1]), []).append(pid)
        taken[pid] = sum(map(int, fields[11:15])) * TICK_S
    return {name: sum(_sum(pid, taken, children) for pid in pids) for name, pids in roots.items()}


def _sum(pid: int, taken: Mapping[int, float], children: Mapping[int, list[int]]) -> float:
    return taken.get(pid, 0) + sum(_sum(child, taken, children) for child in children.get(pid, ()))


def calibration_s() -> float:
    """Return how long a fixed piece of work takes now: longer where others are at work, or the clock is slower."""
    return min(_loop_s() for _ in range(3))


def _loop_s() -> float:
    start = time.perf_counter()
    for _ in range(_LOOP):
        pass
    return time.perf_counter() - start

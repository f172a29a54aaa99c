"""The kernel's control groups of a run: they carry its folder's name and outlive the engines that made them."""

from __future__ import annotations

import os
import time
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")


def found(name: str) -> list[Path]:
    """Return the groups of this name, or pattern: one at the top (v2), or one in each hierarchy (v1, hybrid)."""
    return [*ROOT.glob(name), *ROOT.glob(f"*/{name}")]


def remove(name: str) -> None:
    """Remove the groups of this name, whose processes have ended."""
    for top in found(name):
        for folder, _, _ in os.walk(top, topdown=False):
            deadline = time.monotonic() + 1
            # Busy until the kernel has let go of the last process in it.
            while not _removed(Path(folder)) and time.monotonic() < deadline:
                time.sleep(0.02)


def thaw(name: str) -> None:
    """Let paused containers go on: in a v1 hierarchy a frozen process cannot be killed."""
    for top in found(name):
        for state in top.rglob("freezer.state"):
            # The top of the hierarchy has no such file; below it, "FREEZING" too ends this way.
            state.write_text("THAWED")


def _removed(group: Path) -> bool:
    try:
        group.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True

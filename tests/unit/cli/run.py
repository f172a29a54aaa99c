"""Running platformctl as a person does: another process, and what came of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[3]
PLATFORMCTL: Final = (sys.executable, "-m", "platformctl")


def environment(**more: str) -> dict[str, str]:
    """Return an environment in which this checkout is the one that runs."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


def platformctl(*arguments: str | Path, python: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    return subprocess.run(
        [sys.executable, *python, *PLATFORMCTL[1:], *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment(),
        check=False,
    )

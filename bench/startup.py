"""How long the command line takes to start: CPU seconds, best of several runs. `python bench/startup.py`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
RESULT: Final = ROOT / "build" / "startup.json"
RUNS: Final = 5
FLEET: Final = str(ROOT / "tests/recordings/docker-20.10-classic/fleet")


def main() -> None:
    """Measure, print a table, and write the figures."""
    with tempfile.TemporaryDirectory() as store:
        figures = {name: _best(arguments) for name, arguments in _cases(store).items()}
    print(f"{'command':<40} {'CPU s':>7}")
    for name, seconds in figures.items():
        print(f"{name:<40} {seconds:>7.3f}")
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({"runs": RUNS, "cpuSeconds": figures}, indent=2) + "\n")


def _cases(store: str) -> Mapping[str, tuple[str, ...]]:
    module = (sys.executable, "-m", "platformctl")
    return {
        "python -c pass": (sys.executable, "-c", "pass"),
        "platformctl --help": (*module, "--help"),
        "platformctl plan --help": (*module, "plan", "--help"),
        "platformctl plan --snapshot (2 hosts)": (
            *module, "plan", "--catalog", FLEET, "--snapshot", f"{FLEET}/snapshots", "--store", store,
        ),
    }  # fmt: skip


def _best(arguments: tuple[str, ...]) -> float:
    return min(_cpu_seconds(arguments) for _ in range(RUNS))


def _cpu_seconds(arguments: tuple[str, ...]) -> float:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()

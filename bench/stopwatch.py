"""Run one command and write what it took: `python -m bench.stopwatch RESULT SECONDS COMMAND…`.

A process of its own for each run, so that the CPU time of its children is the client's and nothing else's: those that
the client started and left behind (Ansible's ssh masters) included, which come to this process and are ended here.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36


def main(result: str, limit_s: str, *command: str) -> None:
    """Run, wait, write."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    start = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        status: int | None = process.wait(float(limit_s))
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        status = process.wait() and None
    wall_s = time.perf_counter() - start
    _end_orphans()
    client_s, own_s = (_cpu_s(who) for who in (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF))
    measured = {"status": status, "wallS": wall_s, "clientS": client_s, "stopwatchS": own_s}
    Path(result).write_text(json.dumps(measured), encoding="utf-8")


def _cpu_s(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def _end_orphans() -> None:
    children = Path("/proc/self/task") / str(os.getpid()) / "children"
    while orphans := children.read_text(encoding="ascii").split():
        for pid in map(int, orphans):
            os.kill(pid, signal.SIGTERM)
        with suppress(ChildProcessError):
            os.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])

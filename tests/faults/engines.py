"""Executing flow runs one after the other, each in a process that can be killed at a step or at a request."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from tests.e2e.server import ROOT

from .server import KillableServer, end

VICTIM: Final = Path(__file__).with_name("victim")


@dataclass(slots=True)
class Engines:
    """A host of flow runs. `process` is that of the run that is executed now."""

    log: Path
    _host: subprocess.Popen[bytes]
    process: int = 0

    def execute(self, run: str, begun: Callable[[], None] = lambda: None, **environment: str) -> int:
        """Execute a run, and return how its process ended: negative is the signal that ended it."""
        order = {"run": run, "log": str(self.log), "environment": {**NOTHING, **environment}}
        _pipe(self._host.stdin).write(json.dumps(order).encode() + b"\n")
        _pipe(self._host.stdin).flush()
        self.process = int(self._line())
        begun()
        code = int(self._line())
        self.process = 0
        return code

    def kill(self) -> None:
        """Kill the run that is executed now. What it started lives on, as when a process is killed by its number."""
        if self.process:
            os.kill(self.process, signal.SIGKILL)

    def _line(self) -> bytes:
        line = _pipe(self._host.stdout).readline()
        if not line:
            raise RuntimeError(self.log.read_text(errors="replace")[-4000:])
        return line


NOTHING: Final[Mapping[str, str]] = {"FAULT_KILL": "0", "FAULT_STEPS": ""}
"""What stands for a run that is left alone."""


@contextmanager
def engines(server: KillableServer, port: int, name: str, root: Path) -> Iterator[Engines]:
    """Start a host whose runs speak with the server by a port, and whose steps below a folder count."""
    environment = {
        **server.environment(port),
        "PYTHONPATH": f"{VICTIM}:{ROOT}",
        "FAULT_ROOT": str(root),
        "PREFECT_CLIENT_MAX_RETRIES": "5",
    }
    log = server.folder / f"{name}.log"
    with (
        log.open("ab") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "tests.faults.engine_host"],
            env=environment,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        ) as host,
    ):
        try:
            yield Engines(log, host)
        finally:
            end(host, signal.SIGKILL)


def _pipe(end_of: IO[bytes] | None) -> IO[bytes]:
    assert end_of
    return end_of

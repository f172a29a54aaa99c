"""A process of the lab: its own session, its own log, ended by its id and never outliving the tests."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from .errors import LabError, tail

# A proxy from the environment would catch traffic that is meant for a loopback address.
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8"}


class Process:
    """A running program.

    The kernel kills it when the thread that started it ends (``setpriv --pdeathsig``), so that an interrupted
    or killed test run leaves nothing behind. Start it from a thread that lives as long as it is needed.
    """

    def __init__(self, argv: Sequence[str], log: Path) -> None:
        self.log = log
        with log.open("wb") as output:
            self._popen = subprocess.Popen(
                ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--", *argv],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=ENVIRONMENT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id on this machine."""
        return self._popen.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended yet."""
        return self._popen.poll() is None

    def wait_until(self, ready: Callable[[], bool], timeout_s: float = 30.0) -> None:
        """Return as soon as ``ready`` says so.

        Raises:
            LabError: it ended, or was not ready in time; the message ends with its log.
        """
        deadline = time.monotonic() + timeout_s
        while not ready():
            if not self.alive or time.monotonic() > deadline:
                state = "not ready in time" if self.alive else "ended too early"
                self.stop()
                raise LabError(f"{self._popen.args!r}: {state}\n{tail(self.log)}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End it and wait for its end; a second call does nothing."""
        if self.alive:
            self._end()
        self._popen.wait()

    def _end(self) -> None:
        self._popen.terminate()
        try:
            self._popen.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._popen.kill()

    def children(self) -> tuple[int, ...]:
        """Return the process ids of its direct children."""
        try:
            listed = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        except OSError:
            return ()
        return tuple(int(pid) for pid in listed.split())


def run(argv: Sequence[str], **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, with ``variables`` added to a small fixed environment."""
    return subprocess.run(
        argv,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env=ENVIRONMENT | variables,
    )


def exists(pid: int) -> bool:
    """Tell whether a process of this machine has this id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

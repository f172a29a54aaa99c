"""Loaded by every Python that has this folder on its path: ends the process at a step of its own, by SIGKILL.

The steps are those that leave a trace outside of the process's memory: what it does to files below FAULT_ROOT, and the
programs that it starts. Each is met before it is done; that it was done is what the next step is met after.
The environment says what happens: FAULT_STEPS names a file that each step is written to, FAULT_KILL the number of the
step, counted from 1, that is not reached any more. Without FAULT_ROOT nothing is watched.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

ROOT = os.environ.get("FAULT_ROOT")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Steps:
    """Counts steps from when it is armed."""

    def __init__(self) -> None:
        self.count = 0
        self.busy = False
        self.kill = 0
        self.file = ""

    def arm(self) -> None:
        """Begin to count, by what the environment says now."""
        self.count = 0
        self.kill = int(os.environ.get("FAULT_KILL", "0"))
        self.file = os.environ.get("FAULT_STEPS", "")

    def meet(self, kind: str, what: str) -> None:
        """Meet a step, and end here if this is the one."""
        if self.busy or not (self.kill or self.file):
            return
        self.busy = True
        try:
            self.count += 1
            if self.file:
                handle = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
                os.write(handle, f"{kind} {what}\n".encode())
                os.close(handle)
            if self.count == self.kill:
                os.kill(os.getpid(), signal.SIGKILL)
        finally:
            self.busy = False


STEPS = Steps()


def _below(path: object, folder: object = -1) -> str:
    """Return a path below the root, from there; empty for any other."""
    if not isinstance(path, (str, bytes)):
        return ""
    text = os.fsdecode(path)
    if not text.startswith("/") and isinstance(folder, int) and folder >= 0:
        text = f"{_of_handle(folder)}/{text}"
    return text.removeprefix(f"{ROOT}/") if text.startswith(f"{ROOT}/") else ""


def _of_handle(handle: int) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{handle}")  # noqa: PTH115  nothing more is loaded into what is watched
    except OSError:
        return ""


def _met(event: str, arguments: tuple[Any, ...]) -> None:
    if STEPS.busy:
        return
    if event == "open":
        path, _, flags = arguments
        found = _below(path) if flags & _WRITING else ""
    elif event in {"os.rename", "os.link", "os.symlink"}:
        found = _below(arguments[1]) or _below(arguments[0])
    elif event in {"os.mkdir", "os.remove", "os.rmdir"}:
        found = _below(arguments[0], arguments[-1])
        if found and os.path.lexists(f"{ROOT}/{found}") is (event == "os.mkdir"):
            return  # it changes nothing
    elif event == "subprocess.Popen":
        found = " ".join(os.fsdecode(part) for part in arguments[1] if isinstance(part, (str, bytes)))
    else:
        return
    if found:
        STEPS.meet(event, found)


def _before(name: str) -> None:
    """Meet a call that Python does not audit, where it is about a file below the root."""
    real = getattr(os, name)

    def call(handle: int, *rest: object) -> object:
        if not STEPS.busy and (found := _below(_of_handle(handle))):
            STEPS.meet(f"os.{name}", found)
        return real(handle, *rest)

    setattr(os, name, call)


if ROOT:
    _before("write")
    _before("fsync")
    sys.addaudithook(_met)
    STEPS.arm()

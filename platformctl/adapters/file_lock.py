"""Locks between processes: the kernel holds them, and frees them with whoever held them, however that one ended."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from platformctl.errors import StoreBusy, StoreUnwritable

_STEP_S: Final = 0.05
_MAX_STEP_S: Final = 1.0


@contextmanager
def locked(path: Path, patience_s: float) -> Iterator[int]:
    """Hold a file's lock; the handle it is held by can be given to a child, which then holds it too.

    Raises:
        StoreBusy: another holds it, and did not let go in time.
        StoreUnwritable: the file cannot be made.
    """
    handle = _open(path)
    try:
        _wait(handle, path, time.monotonic() + patience_s)
        yield handle
    finally:
        os.close(handle)


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreUnwritable(f"{path} cannot be written: {error.strerror or error}") from None


def _wait(handle: int, path: Path, deadline: float) -> None:
    step_s = _STEP_S
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise StoreBusy(f"{path} is locked by another process, which did not let go in time") from None
            time.sleep(min(step_s, left_s))
            step_s = min(step_s * 2, _MAX_STEP_S)
        else:
            return

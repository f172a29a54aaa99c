"""Temporary folders that are gone when their process is, however that ended: who makes the next one takes them away.

NAME.lock    held by the living process; it is there before the folder, and goes after it
NAME         the folder

They are in the machine's own temporary folder, where the kernel frees the locks of every process that died.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_LOCK: Final = ".lock"


@contextmanager
def scratch_folder(prefix: str) -> Iterator[Path]:
    """Make a folder whose name begins so, and take it away in the end, with those that dead processes left.

    Raises:
        OSError: the folder cannot be made.
    """
    parent = Path(tempfile.gettempdir())
    _sweep(parent, prefix)
    lock, handle = _claimed(parent, prefix)
    folder = _folder(lock)
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        _remove(lock)
        os.close(handle)


def _claimed(parent: Path, prefix: str) -> tuple[Path, int]:
    """Make a lock of our own and hold it. Who sweeps at this moment may hold it first: then it is not ours any more."""
    while True:
        lock = parent / f"{prefix}{secrets.token_hex(8)}{_LOCK}"
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            if _held(handle):
                return lock, handle
        except OSError:  # a file system without locks
            lock.unlink(missing_ok=True)
            os.close(handle)
            raise
        os.close(handle)


def _held(handle: int) -> bool:
    """Hold a lock if it is free; tell whether it is, and still the one by this name."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return os.fstat(handle).st_nlink > 0


def _sweep(parent: Path, prefix: str) -> None:
    for lock in parent.glob(f"{prefix}*{_LOCK}"):
        with suppress(OSError):
            handle = os.open(lock, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                if os.fstat(handle).st_uid == os.geteuid() and _held(handle):
                    _remove(lock)
            finally:
                os.close(handle)


def _remove(lock: Path) -> None:
    """Take a folder away, then its lock: what cannot be removed now is found again."""
    folder = _folder(lock)
    shutil.rmtree(folder, ignore_errors=True)
    if not folder.exists():
        lock.unlink(missing_ok=True)


def _folder(lock: Path) -> Path:
    return lock.with_name(lock.name.removesuffix(_LOCK))

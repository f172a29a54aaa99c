"""Reading files that may be anything, and writing files that are whole or not there."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import stat
import tempfile
from pathlib import Path
from typing import Final

from platformctl.errors import InputInvalid, Problem, StoreUnwritable

_LIMIT: Final = 64 * 1024 * 1024


def read_bounded(path: Path, name: str, limit: int = _LIMIT) -> bytes:
    """Read a regular file, at most one byte more than `limit`, so that the caller can tell that it is too long.

    Args:
        path: where it is.
        name: how to call it in an error.
        limit: bytes.

    Raises:
        InputInvalid: it is not there, is no regular file, or may not be read.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputInvalid([Problem(name, 0, "this is not a regular file")])
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise InputInvalid([Problem(name, 0, f"cannot be read: {error.strerror or error}")]) from None


def write_atomically(path: Path, content: str) -> None:
    """Write a text in UTF-8 as `write_atomically_bytes` does.

    Raises:
        StoreUnwritable: the folder cannot be made or written.
    """
    write_atomically_bytes(path, content.encode())


def write_atomically_bytes(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old content or the new one, never a part, whatever happens meanwhile.

    Raises:
        StoreUnwritable: the folder cannot be made or written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
    except OSError as error:
        raise StoreUnwritable(f"{path} cannot be written: {error.strerror or error}") from None


def write_where_told(path: Path, content: str) -> None:
    """Write a text in UTF-8 to a place that a user named: a device or a pipe gets it as it is, a link stays one.

    Raises:
        StoreUnwritable: the folder cannot be made or written.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_text(content, encoding="utf-8")
        else:
            write_atomically(Path(os.path.realpath(path)), content)
    except OSError as error:
        raise StoreUnwritable(f"{path} cannot be written: {error.strerror or error}") from None


def remove(path: Path) -> None:
    """Remove a file if it is there.

    Raises:
        StoreUnwritable: it cannot be removed.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise StoreUnwritable(f"{path} cannot be removed: {error.strerror or error}") from None


def create_exclusively(path: Path, content: str) -> bool:
    """Create a file with all of its content, or tell that there is one already: of several writers one is told True.

    Raises:
        StoreUnwritable: the folder cannot be made or written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    write_atomically(draft, content)
    try:
        os.link(draft, path)
        _sync_folder(path.parent)
    except FileExistsError:
        return False
    except OSError as error:
        raise StoreUnwritable(f"{path} cannot be written: {error.strerror or error}") from None
    finally:
        remove(draft)
    return True


def append_line(path: Path, line: str) -> None:
    """Add one line to a file in one write, so that lines of several writers do not mix.

    Where an earlier writer was ended in the middle of its line, the new one begins on a line of its own.

    Raises:
        StoreUnwritable: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)  # the file can be seen to grow before it is seen what was written
            begin = "" if _ends_a_line(handle) else "\n"
            content = f"{begin}{line}\n".encode()
            if os.write(handle, content) < len(content):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise StoreUnwritable(f"{path} cannot be written: {error.strerror or error}") from None


def _ends_a_line(handle: int) -> bool:
    size = os.fstat(handle).st_size
    return size == 0 or os.pread(handle, 1, size - 1) == b"\n"


def _sync_folder(folder: Path) -> None:
    """A rename is lasting only when the folder that holds the name is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""A real pseudo terminal, and all that was written to it."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Final

SIZE: Final = (100, 24)


class Terminal:
    """What a program writes to. `descriptor` is its side."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._master, self.descriptor = pty.openpty()
        columns, rows = size
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._read: list[bytes] = []
        self._reader = Thread(target=self._drain, daemon=True)
        self._reader.start()

    def written(self) -> str:
        """Hang up, and return what was written, with line ends as the program wrote them."""
        os.close(self.descriptor)
        self._reader.join()
        os.close(self._master)
        return b"".join(self._read).decode().replace("\r\n", "\n")

    def so_far(self) -> str:
        """Return what has been written until now."""
        return b"".join(self._read).decode(errors="replace")

    def _drain(self) -> None:
        with suppress(OSError):  # that is how a terminal says that nobody writes to it any more
            while chunk := os.read(self._master, 1 << 16):
                self._read.append(chunk)


@contextmanager
def stream(terminal: Terminal) -> Iterator[object]:
    """Yield the terminal as a text stream, like standard output."""
    with os.fdopen(os.dup(terminal.descriptor), "w") as opened:
        yield opened

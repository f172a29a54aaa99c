"""Standard output for results, standard error for everything else; neither can change the exit code by going away.

Whatever a verb writes goes through here, and nothing that a terminal obeys but the end of a line comes through.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from platformctl.errors import StoreUnwritable
from platformctl.render.printable import printable_lines, spelled_output

_MAX_LINE = 2000


def show(text: str) -> None:
    """Write a result, always as UTF-8: a plan's bytes do not depend on the terminal.

    Raises:
        StoreUnwritable: there is no room for it. A reader that has gone away has read enough.
    """
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(spelled_output(text).encode())
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _discard()
    except OSError as error:
        _discard()
        raise StoreUnwritable(f"standard output cannot be written: {error.strerror or error}") from None


def say(line: str) -> None:
    """Write a line, or several, for the person who waits."""
    with suppress(OSError):
        print(printable_lines(line, _MAX_LINE), file=sys.stderr, flush=True)


def end_output() -> None:
    """Flush what help and version have written, before Python does so at its end and complains."""
    try:
        sys.stdout.flush()
    except OSError:
        _discard()


def _discard() -> None:
    """Lead standard output nowhere: what is still buffered would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

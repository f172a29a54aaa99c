"""Standard output for results, standard error for everything else; neither can change the exit code by going away.

Whatever a verb writes goes through here, and nothing that a terminal obeys but the end of a line comes through: our own
colours are put on afterwards. The last line is the verdict: that of a text, or, where the result is for machines or
goes to a file, one that is said after it.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from platformctl.cli.colour import is_coloured, painted, verdict
from platformctl.errors import StoreUnwritable
from platformctl.render.printable import printable, printable_lines, spelled_output

_MAX_LINE = 4000


def show(text: str) -> None:
    """Write a result, always as UTF-8: a plan's bytes do not depend on the terminal.

    Raises:
        StoreUnwritable: there is no room for it. A reader that has gone away has read enough.
    """
    _write(spelled_output(text))


def show_text(text: str) -> None:
    """Write a result for people, in colours where they are wanted.

    Raises:
        StoreUnwritable: there is no room for it.
    """
    harmless = spelled_output(text)
    _write(painted(harmless) if is_coloured(sys.stdout) else harmless)


def deliver(rendered: str, form: str, out: Path | None, conclusion: str) -> None:
    """Write a result in its form where it is wanted; a text that is printed ends with the verdict by itself.

    Raises:
        StoreUnwritable: there is no room for it.
    """
    if out:
        from platformctl.adapters.file import write_where_told

        write_where_told(out, rendered)
    elif form == "text":
        show_text(rendered)
        return
    else:
        show(rendered)
    conclude(conclusion)


def conclude(line: str) -> None:
    """Say the verdict, as the last line."""
    shown = printable(line, _MAX_LINE)
    _print(verdict(shown) if is_coloured(sys.stderr) else shown)


def say(line: str) -> None:
    """Write a line, or several, for the person who waits."""
    _print(printable_lines(line, _MAX_LINE))


def end_output() -> None:
    """Flush what help and version have written, before Python does so at its end and complains."""
    try:
        sys.stdout.flush()
    except OSError:
        _discard()


def _write(text: str) -> None:
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _discard()
    except OSError as error:
        _discard()
        raise StoreUnwritable(f"standard output cannot be written: {error.strerror or error}") from None


def _print(text: str) -> None:
    if sys.stderr is not None:  # closed, as some supervisors do: print would write to standard output
        with suppress(OSError):
            print(text, file=sys.stderr, flush=True)


def _discard() -> None:
    """Lead standard output nowhere: what is still buffered would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

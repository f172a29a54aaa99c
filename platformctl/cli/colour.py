"""Colours on a terminal. They add nothing that the signs and words do not say, and change no character of the text."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Final, TextIO

_SIGNED: Final = re.compile(r" {0,2}[=~?!-] ")
_FIRST_WORD: Final = re.compile(r"[a-z-]+(?=:)")
_OF_SIGN: Final = {"=": "green", "~": "red", "?": "yellow", "!": "yellow", "-": "yellow"}
_OF_VERDICT: Final = {
    "in-sync": "green", "drift": "red", "inconclusive": "yellow",
    "pass": "green", "fail": "red", "error": "yellow",
    "protected": "green", "open": "red", "unknown": "yellow",
    "locked": "green", "unlocked": "red",
}  # fmt: skip


def is_coloured(stream: TextIO | None) -> bool:
    """Tell whether a stream gets colours: a terminal, unless NO_COLOR forbids, and any where FORCE_COLOR asks."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in {"", "0"}:
        return True
    return is_terminal(stream)


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether a stream is a terminal that can more than print one line after the other; a closed one is none."""
    return stream is not None and stream.isatty() and os.environ.get("TERM", "dumb") not in {"dumb", "unknown"}


def painted(text: str) -> str:
    """Colour the lines of a text by the sign that they begin with, and the last one by its verdict."""
    body = text.removesuffix("\n")
    return "\n".join(_painted(body.split("\n"))) + text[len(body) :]


def verdict(line: str) -> str:
    """Colour a line that is a verdict."""
    word = _FIRST_WORD.match(line)
    colour = _OF_VERDICT.get(word[0], "") if word else ""
    return _styled(line, f"bold {colour}")


def _painted(lines: list[str]) -> Iterator[str]:
    for line in lines[:-1]:
        sign = _SIGNED.match(line)
        if sign:
            yield _signed(line, sign[0].strip())
        else:
            yield _styled(line, "bold") if line.endswith(":") and not line.startswith(" ") else line
    yield from map(verdict, lines[-1:])


def _signed(line: str, sign: str) -> str:
    """What is green needs no attention beyond its sign."""
    if sign == "=":
        before, _, after = line.partition(sign)
        return f"{before}{_styled(sign, 'bold green')}{after}"
    return _styled(line, _OF_SIGN[sign])


def _styled(text: str, style: str) -> str:
    from rich.color import ColorSystem
    from rich.style import Style

    return Style.parse(style).render(text, color_system=ColorSystem.STANDARD)

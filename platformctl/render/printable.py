"""Text from hosts and libraries, made safe to show: nothing invisible, nothing piled up, nothing endless."""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby
from typing import Final

MAX_LINE: Final = 300
MAX_MARKS: Final = 3
"""Marks on one letter, as many as scripts need; a pile of them covers the lines above and below."""

_BLANK: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Letters and marks that show nothing (Unicode's default ignorables, and the empty Braille pattern)."""

_UNUSUAL: Final = re.compile(r"[^\n\t -~]")


def printable(text: str, limit: int = MAX_LINE) -> str:
    """Spell control and direction marks as escapes, so that a text can neither move the cursor nor hide a part."""
    return spelled(text if len(text) <= limit else text[: limit - 1] + "…")


def printable_lines(text: str, limit: int = MAX_LINE) -> str:
    """Make each line printable, and leave them lines."""
    return "\n".join(printable(line, limit) for line in text.split("\n"))


def one_line(text: object, limit: int = MAX_LINE) -> str:
    """Return the first line with content of an error's text, printable."""
    lines = (line.strip() for line in str(text)[: limit * 20].splitlines())
    return printable(next((line for line in lines if line), ""), limit)


def spelled(text: str) -> str:
    """Spell what cannot be seen, of any length."""
    if text.isascii() and text.isprintable():
        return text
    pieces = ["".join(run) for _, run in groupby(text, _is_mark)]
    return "".join(
        _marks(piece, MAX_MARKS if number else 0) if _is_mark(piece[0]) else "".join(map(_seen, piece))
        for number, piece in enumerate(pieces)
    )


def spelled_output(text: str) -> str:
    """Spell in a whole output what a terminal obeys, except ends of lines and tabs: those only lead on."""
    return _UNUSUAL.sub(lambda found: found[0] if found[0].isprintable() else _escape(found[0]), text)


def spelled_json(text: str) -> str:
    """Spell in JSON what a terminal obeys or hides; who reads it gets the same values."""
    return _UNUSUAL.sub(lambda found: found[0] if found[0].isprintable() else _json_escape(found[0]), text)


def shown(value: str | bool) -> str:  # noqa: FBT001  one side of a change is either
    """Return one side of a change for people."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in {"Mn", "Me"} and not _BLANK.match(character)


def _marks(run: str, kept: int) -> str:
    """Keep so many marks of a run; at the begin of a text they would sit on what is before it."""
    return run[:kept] + "".join(map(_escape, run[kept:]))


def _seen(character: str) -> str:
    return _escape(character) if not character.isprintable() or _BLANK.match(character) else character


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))

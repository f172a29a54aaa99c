"""Text from hosts and libraries, made safe to show: nothing invisible, nothing endless."""

from __future__ import annotations

import unicodedata
from typing import Final

MAX_LINE: Final = 300
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def printable(text: str, limit: int = MAX_LINE) -> str:
    """Spell control and direction marks as escapes, so that a text can neither move the cursor nor hide a part."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(_spelled(character) for character in cut)


def one_line(text: object, limit: int = MAX_LINE) -> str:
    """Return the first line with content of an error's text, printable."""
    lines = (line.strip() for line in str(text)[: limit * 20].splitlines())
    return printable(next((line for line in lines if line), ""), limit)


def shown(value: str | bool) -> str:  # noqa: FBT001  one side of a change is either
    """Return one side of a change for people."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


def _spelled(character: str) -> str:
    if unicodedata.category(character) not in _INVISIBLE:
        return character
    return character.encode("unicode_escape").decode("ascii")

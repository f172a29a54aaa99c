"""A line of an OpenSSH configuration file: a keyword, and the words after it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from platformctl.errors import Failure, LookFailed
from platformctl.reason import Reason
from platformctl.render.printable import one_line

_LINE: Final = re.compile(r"(\w+)(?:[ \t]*=[ \t]*|[ \t]+)(.*)|(\w+)", re.ASCII | re.DOTALL)
_QUOTED: Final = r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\''
_WORD: Final = re.compile(rf"""[ \t]*(?:(?P<comment>#.*)|(?P<word>(?:{_QUOTED}|\\.|[^ \t"'\\]|\\$)+))""", re.DOTALL)
_PART: Final = re.compile(r""""((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|((?:\\.|[^"'\\]|\\$)+)""", re.DOTALL)
_ESCAPED: Final = re.compile(r"\\([\"'\\])")
_ESCAPED_BARE: Final = re.compile(r"\\([\"'\\ ])")


@dataclass(frozen=True, slots=True)
class Line:
    """A keyword in lower case and the text after it, with the place for people."""

    file: Path
    number: int
    keyword: str
    rest: str

    def words(self) -> tuple[str, ...]:
        """Return the words after the keyword, without quotes, up to a comment.

        Raises:
            LookFailed: there is none, or a quote has no end.
        """
        found: list[str] = []
        position = 0
        while position < len(self.rest.rstrip()):
            match = _WORD.match(self.rest, position)
            if not match:
                raise self.unusable("a quote has no end")
            if match["comment"]:
                break
            found.append("".join(_unquoted(*part.groups()) for part in _PART.finditer(match["word"])))
            position = match.end()
        if not found:
            raise self.unusable("nothing follows the keyword")
        return tuple(found)

    def word(self) -> str:
        """Return the only word.

        Raises:
            LookFailed: there is none, an empty one, or another.
        """
        words = self.words()
        if len(words) > 1 or not words[0]:
            raise self.unusable("one value should follow the keyword")
        return words[0]

    def unusable(self, what: str) -> LookFailed:
        """Return the error that says what is wrong with this line."""
        message = one_line(f"{self.file}:{self.number}: {self.keyword}: {what}")
        return LookFailed(Failure(Reason.CONFIGURATION_UNUSABLE, message))


def lines(file: Path, text: str) -> tuple[Line, ...]:
    """Return the lines of a text that say something.

    Raises:
        LookFailed: one begins with no keyword.
    """
    numbered = ((number, line.strip(" \t\r\f\0")) for number, line in enumerate(text.split("\n"), 1))
    return tuple(_line(file, number, line) for number, line in numbered if line and not line.startswith("#"))


def _line(file: Path, number: int, line: str) -> Line:
    match = _LINE.fullmatch(line)
    if not match:
        message = f"{file}:{number}: this is no line of an OpenSSH configuration: it should read Keyword value"
        raise LookFailed(Failure(Reason.CONFIGURATION_UNUSABLE, message))
    return Line(file, number, (match[1] or match[3]).lower(), match[2] or "")


def _unquoted(double: str | None, single: str | None, bare: str | None) -> str:
    if bare is not None:
        return _ESCAPED_BARE.sub(r"\1", bare)
    return _ESCAPED.sub(r"\1", double if double is not None else single or "")

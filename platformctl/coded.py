"""Closed lists of codes, each of which knows more about itself."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Coded(StrEnum):
    """Members whose value is their code, the first of what they are declared with; `__init__` takes all of it."""

    def __new__(cls, code: str, *_: object) -> Self:
        """Make a member whose value is its code."""
        member = str.__new__(cls, code)
        member._value_ = code
        return member

"""What a client saw, counted: proof that it did the work, taken from parsed JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Tally:
    """How many hosts answered, and the containers and images that all of them described."""

    hosts: int
    containers: int
    images: int

    def print(self) -> None:
        """Tell it the stopwatch's reader."""
        print(json.dumps(asdict(self)))


def total(answers: Iterable[str]) -> Tally:
    """Count what the hosts printed, one text for each: version and info where asked, a listing, two arrays."""
    arrays = [[value for value in _values(answer) if isinstance(value, list)] for answer in answers]
    return Tally(len(arrays), _described(arrays, 0), _described(arrays, 1))


def _values(answer: str) -> list[Any]:
    """Parse the JSON values of an answer. Lines of the listing are passed over; JSON begins at a line's start."""
    values, place = [], 0
    while place < len(answer):
        if answer[place] in "{[":
            value, place = _DECODER.raw_decode(answer, place)
            values.append(value)
        place = answer.find("\n", place) + 1 or len(answer)
    return values


def _described(arrays: list[list[Any]], which: int) -> int:
    return sum(len(found[which]) for found in arrays if len(found) > which)

"""The seam to the outside: how a host is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from platformctl.errors import Failure
from platformctl.observation.snapshot import Snapshot
from platformctl.observe.question import Question


class Transport(Protocol):
    """A way to look at one host. Making one opens nothing."""

    def look(self, *, again: bool = False) -> Snapshot:
        """Look at the host once. Never raises for what the host does: a failure is part of the snapshot.

        Args:
            again: this is the second look of a run. Only a recording answers it differently.
        """


@dataclass(frozen=True, slots=True, order=True)
class Listed:
    """A container as a list shows it. `image_id` is empty where the list does not tell it: a command's never does."""

    id: str
    name: str
    image_id: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one question, or the failure.

    `documents` is one for version and info, and for an inspect one for each thing that is still there. `listed` are
    the containers, running or not.
    """

    documents: tuple[object, ...] = ()
    listed: tuple[Listed, ...] = ()
    failure: Failure | None = None


Sent: TypeAlias = Callable[[tuple[str, ...]], None]
"""Hears of each argument list, or API request, before it is sent."""


class Session(Protocol):
    """An open way to ask an engine."""

    def ask(self, questions: Sequence[Question], sent: Sent) -> Sequence[Answer]:
        """Ask everything in as few round trips as this way allows, and return one answer for each question.

        Raises:
            LookFailed: none of the answers can be told from the others.
        """

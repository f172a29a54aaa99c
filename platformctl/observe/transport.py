"""The seam to the outside: how a host is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from platformctl.observation.container import Undescribed
from platformctl.observation.snapshot import Snapshot
from platformctl.observe.question import Question


class Transport(Protocol):
    """A way to look at one host. Making one opens nothing."""

    def look(self, *, again: bool = False) -> Snapshot:
        """Look at the host once. Never raises for what the host does: a failure is part of the snapshot.

        Args:
            again: this is the second look of a run. Only a recording answers it differently.
        """


class Session(Protocol):
    """An open way to ask an engine. Every method raises LookFailed where there is no whole answer."""

    def spell(self, question: Question) -> Sequence[tuple[str, ...]]:
        """Return the argument lists, or API requests, that `ask` sends for this question."""

    def document(self, question: Question) -> object:
        """Ask for one JSON document: version or info."""

    def listing(self, question: Question) -> tuple[Undescribed, ...]:
        """Ask which containers there are, running or not."""

    def documents(self, question: Question) -> Sequence[object]:
        """Ask for the descriptions of the named things. Those that are gone by now are absent from the answer."""

"""The errors that platformctl raises on purpose.

    PlatformctlError
    ├── InputInvalid        what the user wrote cannot be used; carries every problem at once
    ├── ReferenceInvalid    a text is not an image reference
    ├── LookFailed          a host could not be looked at; carries a Failure value
    ├── StoreUnwritable     a plan could not be kept
    ├── StoreBusy           another process kept us from the store for too long
    ├── AlreadyClaimed      a smoke that runs once was claimed before
    ├── GitFailed           git did not give what was asked; says whether that can pass
    └── QueueUnavailable    a run could not be asked for at the Prefect server

Everything else that reaches a user as a traceback is a bug in platformctl.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from platformctl.published import Published
from platformctl.reason import Reason, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable


class PlatformctlError(Exception):
    """The root of the tree above."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in what a user wrote.

    `file` is a path as the user would write it, `line` counts from 1 (0: the file as a whole),
    `message` says what is wrong and what would be right.
    """

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        file = self.file if self.file.isprintable() else repr(self.file)[1:-1]
        place = f"{file}:{self.line}" if self.line else file
        return f"{place}: {self.message}" if place else self.message


class InputInvalid(PlatformctlError):
    """What the user wrote cannot be used. Every problem found is in `problems`, sorted and without repeats."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ReferenceInvalid(PlatformctlError):
    """A text is not an image reference; the message says which rule it breaks."""


class StoreUnwritable(PlatformctlError):
    """A plan could not be kept; the message names the folder and the cause."""


class StoreBusy(PlatformctlError):
    """Another process holds what only one may have, and did not let go in time; the message names the file."""


class AlreadyClaimed(PlatformctlError):
    """A smoke that runs once was claimed before; the message says by which run."""


class GitFailed(PlatformctlError):
    """Git did not give what was asked. The message holds no credentials.

    `may_pass` says that trying again can help, `answered` that git, or its absence, said no; else nobody knows.
    """

    def __init__(self, message: str, *, may_pass: bool = False, answered: bool = False) -> None:
        self.may_pass = may_pass
        self.answered = answered
        super().__init__(message)


class QueueUnavailable(PlatformctlError):
    """A run could not be asked for at the Prefect server; the message says why, without the server's own words."""


@dataclass(frozen=True, slots=True)
class Failure(Published):
    """Why a host, or one call on it, could not be looked at.

    `message` is one line for people; it holds no secret and no raw output longer than a line.
    """

    reason: Reason
    message: str

    def __post_init__(self) -> None:
        """Refuse a reason that would colour a host nobody saw: recorded snapshots are files that anyone can write."""
        if self.reason.verdict is not Verdict.INCONCLUSIVE:
            raise ValueError(f"{self.reason} is a verdict, and a failure proves nothing")


class LookFailed(PlatformctlError):
    """A host could not be looked at. Adapters raise it; a look turns it into a value of the plan."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(f"{failure.reason}: {failure.message}")

    def __reduce__(self) -> tuple[type[LookFailed], tuple[Failure]]:
        """Pickle by the failure: the default would hand the message to a constructor that wants a Failure."""
        return (LookFailed, (self.failure,))

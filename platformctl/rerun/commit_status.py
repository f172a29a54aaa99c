"""What a forge shows beside a commit about the smoke of one module."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

StatusState: TypeAlias = Literal["pending", "success", "failure", "error"]
"""The four words that Forgejo, Gitea and GitHub share. An error is no failure: nothing was proven."""

CONTEXT: Final = "smoke/"
"""What the names of our own statuses begin with. They are no checks of a commit: a smoke waits for those."""


@dataclass(frozen=True, slots=True, order=True)
class CommitStatus:
    """The state of a module after a merge.

    `description` is one line, `url` where a person can see more; `runs` says whether there is a smoke: where none was
    created, the comment tells why, and no status stands beside the commit.
    """

    module: str
    state: StatusState
    description: str
    url: str | None = None
    runs: bool = True

    @property
    def context(self) -> str:
        """The name that a later status of the same smoke replaces this one by."""
        return f"{CONTEXT}{self.module}"

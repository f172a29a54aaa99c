"""A merge, and the keys under which it and what it leads to happen once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from platformctl.catalog.repository import Forge, Repository
from platformctl.published import Published

COMMIT: Final = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?", re.ASCII)
"""A commit's name: SHA-1, or SHA-256 in repositories made for it."""


@dataclass(frozen=True, slots=True, order=True)
class Merge(Published):
    """One step of a base branch: a commit on its first-parent line.

    A merge commit, a squashed one, the last of a rebase and a commit that was pushed are all such steps, and
    deliveries of any kind about one of them name the same commit. So do those of every forge, and so does git.
    """

    forge: Forge
    repository: str
    base: str
    commit: str

    @property
    def key(self) -> str:
        """The key of the run that follows the merge. No part can hold a colon, so no two merges share a key."""
        return f"merge:{self.forge}:{self.repository}:{self.base}:{self.commit}"

    def smoke_key(self, module: str) -> str:
        """Return the key of the one smoke that the merge may lead to for a module."""
        return f"smoke:{self.forge}:{self.repository}:{self.base}:{self.commit}:{module}"


def merge_of(repository: Repository, commit: str) -> Merge:
    """Return the merge that a commit on the base branch is."""
    return Merge(repository.forge, repository.name, repository.base, commit)

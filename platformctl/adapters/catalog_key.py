"""Which catalog a folder holds: the same wherever it is checked out, and another one for another branch."""

from __future__ import annotations

import hashlib
from pathlib import Path

from platformctl.adapters.git import branch_of
from platformctl.adapters.git_command import git
from platformctl.errors import GitFailed


def catalog_key(folder: Path, branch: str | None = None) -> str:
    """Name the catalog in a folder by twelve hex digits.

    In git it is a folder of a branch of a repository, which its first commit names: clones of it and checkouts of its
    merges are the same catalog. Without git, or where the first commits were not fetched, it is the folder itself.

    Args:
        folder: where the catalog is.
        branch: the one that it is of, where the folder is at a commit and on no branch.
    """
    place = _in_git(folder)
    parts = (*place, branch or branch_of(folder) or "") if place else (str(folder.resolve()),)
    return hashlib.sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()[:12]


def _in_git(folder: Path) -> tuple[str, str] | None:
    """Return the first commit, and the folder as seen from the top of the work tree."""
    try:
        shallow, prefix = git(folder, "rev-parse", "--is-shallow-repository", "--show-prefix").split(b"\n")[:2]
        first = git(folder, "rev-list", "--first-parent", "--max-parents=0", "HEAD").split()
    except (GitFailed, ValueError):
        return None
    known = first and shallow == b"false"
    return (first[-1].decode(), prefix.decode(errors="surrogateescape")) if known else None

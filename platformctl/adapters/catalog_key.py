"""Which catalog a folder holds: the same wherever it is checked out, and another one for another branch."""

from __future__ import annotations

import hashlib
from pathlib import Path

from platformctl.adapters.git_command import git
from platformctl.errors import GitFailed


def catalog_key(folder: Path, branch: str | None = None) -> str:
    """Name the catalog in a folder by twelve hex digits.

    In git it is a folder of a branch of a repository, which its first commit names: clones of it and checkouts of its
    merges are the same catalog. Without git, or where the first commits were not fetched, it is the folder itself.

    Args:
        folder: where the catalog is.
        branch: the one that it is of, where the folder is at a commit and on no branch.

    Raises:
        GitFailed: git was ended before it answered. Any other key would be that of another catalog.
    """
    place = _in_git(folder)
    parts = (*place, branch or _branch(folder)) if place else (str(folder.resolve()),)
    return hashlib.sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()[:12]


def _branch(folder: Path) -> str:
    return _git(folder, "symbolic-ref", "--quiet", "--short", "HEAD")


def _in_git(folder: Path) -> tuple[str, str] | None:
    """Return the first commit, and the folder as seen from the top of the work tree."""
    if _git(folder, "rev-parse", "--is-shallow-repository") != "false":
        return None
    first = _git(folder, "rev-list", "--first-parent", "--max-parents=0", "HEAD")
    return (first, _git(folder, "rev-parse", "--show-prefix")) if first else None


def _git(folder: Path, *arguments: str) -> str:
    """Return what git answers, and nothing where it says that there is none."""
    try:
        return git(folder, *arguments).removesuffix(b"\n").decode(errors="surrogateescape")
    except GitFailed as error:
        if not error.answered:
            raise
        return ""

"""Which commit a catalog is at, asked of git without changing anything."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from platformctl.adapters.git_command import git
from platformctl.errors import GitFailed
from platformctl.plan.plan import CatalogState
from platformctl.render.printable import printable

_TIMEOUT_S: Final = 20
_PATHS: Final = ("modules", "hosts.yaml", "compose")


def catalog_state(root: Path) -> CatalogState:
    """Return the catalog's commit, and whether its files differ from it; without git nothing is known."""
    commit = _git(root, "rev-parse", "--verify", "HEAD")
    changed = _git(root, "status", "--porcelain", "--", *_PATHS) if commit else None
    path = os.fsencode(root).decode(errors="replace")
    return CatalogState(path=path, commit=commit.strip() if commit else None, dirty=bool(changed))


def branch_of(root: Path) -> str | None:
    """Return the branch that a catalog is on, or None on none, or without git."""
    branch = _git(root, "symbolic-ref", "--quiet", "--short", "HEAD")
    return printable(branch.strip()) if branch else None


def _git(root: Path, *arguments: str) -> str | None:
    try:
        return git(root, *arguments, timeout_s=_TIMEOUT_S).decode(errors="replace")
    except GitFailed:
        return None

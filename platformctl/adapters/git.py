"""Which commit a catalog is at, asked of git without changing anything."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final

from platformctl.plan.plan import CatalogState

_TIMEOUT_S: Final = 20
_PATHS: Final = ("modules", "hosts.yaml", "compose")


def catalog_state(root: Path) -> CatalogState:
    """Return the catalog's commit, and whether its files differ from it; without git nothing is known."""
    commit = _git(root, "rev-parse", "--verify", "HEAD")
    changed = _git(root, "status", "--porcelain", "--", *_PATHS) if commit else None
    path = os.fsencode(root).decode(errors="replace")
    return CatalogState(path=path, commit=commit.strip() if commit else None, dirty=bool(changed))


def _git(root: Path, *arguments: str) -> str | None:
    """Run git without optional locks, so that even its index is not refreshed."""
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True, text=True, timeout=_TIMEOUT_S, env=environment, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None

"""The folder that holds everything one run of the lab makes, and the cgroups of the same name."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import cgroup
from .process import exists

PREFIX = "platformctl-lab-"


@contextmanager
def workspace() -> Iterator[Path]:
    """Make a folder for one run, and remove it at the end together with the cgroups named after it."""
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    # Users of the lab's hosts read their keys and reach the engine's socket below it.
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        remove(folder.name)


def subfolder(workspace: Path, name: str) -> Path:
    """Make a folder of its own in a workspace; ``name`` may be used again."""
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=workspace))
    folder.chmod(0o755)
    return folder


def remove(name: str) -> None:
    """Remove the folder and the cgroups of one run."""
    cgroup.thaw(name)
    cgroup.remove(name)
    shutil.rmtree(Path(tempfile.gettempdir()) / name, ignore_errors=True)


def sweep() -> None:
    """Remove what runs that were killed could not remove themselves."""
    folders = Path(tempfile.gettempdir()).glob(f"{PREFIX}*")
    for name in sorted({path.name for path in [*folders, *cgroup.found(f"{PREFIX}*")]}):
        owner = name.removeprefix(PREFIX).split("-")[0]
        if owner.isdigit() and not exists(int(owner)):
            remove(name)


def leftovers(name: str) -> tuple[Path, ...]:
    """Return what still carries the name of a run."""
    return tuple(path for path in [Path(tempfile.gettempdir()) / name, *cgroup.found(name)] if path.exists())

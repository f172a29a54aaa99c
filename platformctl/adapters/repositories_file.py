"""Reading repositories.yaml, and the files with secrets that it names."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from platformctl.adapters.file import read_bounded
from platformctl.catalog.definition import read_definition, suggestion
from platformctl.catalog.repository import Repositories, Repository
from platformctl.catalog.source import MAX_BYTES, SourceFile, read_yaml
from platformctl.errors import InputInvalid, Problem

_SECRET_BYTES: Final = 4096
_EVERYBODY: Final = 0o007


def load_repositories(path: Path) -> Repositories:
    """Read the repositories that are followed.

    Raises:
        InputInvalid: with every problem of the file.
    """
    return read_definition(read_yaml(SourceFile(str(path), read_bounded(path, str(path), MAX_BYTES))), Repositories)


def chosen_repository(repositories: Repositories, name: str) -> Repository:
    """Return the repository of a name.

    Raises:
        InputInvalid: there is none.
    """
    found = repositories.repositories.get(name)
    if found is None:
        known = suggestion(name, sorted(repositories.repositories))
        raise InputInvalid([Problem("", 0, f"there is no repository {name!r}; {known}")])
    return found


def read_secret(named: str, base: Path) -> bytes:
    """Read a file that holds a secret and, at most, the end of its line; `base` is where relative paths start.

    Raises:
        InputInvalid: the file cannot be read, is empty or too long, or everybody on this machine may use it.
    """
    try:
        path = base / Path(named).expanduser()
        secret = read_bounded(path, named, _SECRET_BYTES).removesuffix(b"\n").removesuffix(b"\r")
        mode = path.stat().st_mode
    except (OSError, RuntimeError, ValueError):  # taken away meanwhile, a home of nobody, a name with a null
        raise InputInvalid([Problem(named, 0, "cannot be read: there is no such file")]) from None
    if mode & _EVERYBODY:
        raise InputInvalid([Problem(named, 0, "everybody on this machine may use this secret; chmod 600 keeps it")])
    if not secret.strip() or len(secret) > _SECRET_BYTES:
        raise InputInvalid([Problem(named, 0, f"should hold a secret of 1 to {_SECRET_BYTES} bytes")])
    return secret

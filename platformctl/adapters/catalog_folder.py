"""Reading a catalog from its folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from platformctl.adapters.file import read_bounded
from platformctl.catalog.catalog import (
    Catalog,
    CatalogSources,
    NamedHost,
    named_hosts,
    read_catalog,
    read_inventory,
)
from platformctl.catalog.source import MAX_BYTES, SourceFile
from platformctl.errors import InputInvalid, Problem
from platformctl.identity.closure import Closure


def load_catalog(root: Path, inventory: Path | None = None, *, with_locks: bool = True) -> Catalog:
    """Read modules/*/module.yaml, their locks, and the inventory (hosts.yaml in the root unless named).

    Raises:
        InputInvalid: with every problem of every file.
    """
    problems: list[Problem] = []
    modules = _sources(problems, _module_files(problems, root))
    locks = _sources(problems, _lock_files(root)) if with_locks else ()
    inventories = _sources(problems, [inventory or root / "hosts.yaml"])
    sources = CatalogSources(
        inventory=inventories[0] if inventories else None,
        modules=modules,
        locks=locks,
        compose_file=lambda name: compose_file(root, name),
    )
    catalog = read_catalog(sources, problems)
    return replace(catalog, closures=tuple(_placed(closure, root) for closure in catalog.closures))


def load_inventory(path: Path) -> tuple[NamedHost, ...]:
    """Read the hosts alone.

    Raises:
        InputInvalid: with every problem of the file.
    """
    return named_hosts(read_inventory(SourceFile(str(path), read_bounded(path, str(path), MAX_BYTES))))


def _placed(closure: Closure, root: Path) -> Closure:
    """Name a lock by its place in the catalog, so that a plan does not depend on where the catalog is checked out."""
    return replace(closure, source=Path(closure.source).relative_to(root).as_posix())


def _module_files(problems: list[Problem], root: Path) -> list[Path]:
    folder = root / "modules"
    try:
        entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        problems.append(
            Problem(str(folder), 0, f"cannot be read: {error.strerror}; a catalog has modules/<name>/module.yaml")
        )
        return []
    folders = [entry for entry in entries if entry.is_symlink() or entry.is_dir()]
    if not folders:
        problems.append(Problem(str(folder), 0, "there is no module; a catalog has modules/<name>/module.yaml"))
    return [entry / "module.yaml" for entry in folders]


def _lock_files(root: Path) -> list[Path]:
    """Return every lock; of a folder that cannot be read, the modules' own problem tells already."""
    try:
        return sorted(root.glob("modules/*/image.lock.json"))
    except OSError:
        return []


def _sources(problems: list[Problem], paths: Iterable[Path]) -> tuple[SourceFile, ...]:
    """Read what can be read, and keep the problems of the rest."""
    found = []
    for path in paths:
        try:
            found.append(SourceFile(str(path), read_bounded(path, str(path), MAX_BYTES)))
        except InputInvalid as error:
            problems.extend(error.problems)
    return tuple(found)


def compose_file(root: Path, name: str) -> SourceFile | None:
    """Read a Compose file of the catalog; a path that leads out of the catalog is no file of it."""
    try:
        path = (root / name).resolve()
        if not path.is_relative_to(root.resolve()):
            return None
        return SourceFile(name, read_bounded(path, name, MAX_BYTES))
    except (InputInvalid, OSError, ValueError):
        return None

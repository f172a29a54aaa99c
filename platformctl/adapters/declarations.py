"""What the catalog declares in a folder that a commit was checked out into."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace
from pathlib import Path

from platformctl.adapters.catalog_folder import compose_file, load_catalog
from platformctl.adapters.git_checkout import inside, relative
from platformctl.catalog.module import ComposeFile, Module
from platformctl.errors import InputInvalid
from platformctl.rerun.scope import Declarations, Declared
from platformctl.rerun.service import Service, read_service


@dataclass(frozen=True, slots=True)
class CatalogPlace:
    """Where a catalog is: its folder within a repository, and its inventory where that is a file outside of it."""

    folder: str = "."
    inventory: Path | None = None

    def within(self, path: str) -> str:
        """Return the path from the repository of a path from the catalog's folder."""
        return posixpath.normpath(posixpath.join(self.folder, path))


def read_declarations(checkout: Path, place: CatalogPlace) -> Declarations:
    """Read what the catalog declares; where it cannot be used, what its folders tell."""
    inventory = None if place.inventory else place.within("hosts.yaml")
    try:
        root = inside(checkout, place.folder)
        catalog = load_catalog(root, place.inventory, with_locks=False)
    except InputInvalid as error:
        return Declarations(_folders(checkout, place), inventory, str(relative(error, checkout).problems[0]))
    hosts = {host.name: host.entry.model_dump_json() for host in catalog.hosts}
    modules = (
        _declared(module, hosts, _places(checkout, root, module.name), root, place) for module in catalog.modules
    )
    return Declarations({module.name: module for module in modules}, inventory)


def _declared(
    module: Module, hosts: dict[str, str], folders: tuple[str, ...], root: Path, place: CatalogPlace
) -> Declared:
    compose = module.compose
    return Declared(
        name=module.name,
        folders=folders,
        host=module.host,
        entry=hosts[module.host],
        compose=place.within(compose.file) if compose else None,
        service=_service(compose, root, place) if compose else None,
    )


def _service(compose: ComposeFile, root: Path, place: CatalogPlace) -> Service | None:
    found = read_service(compose.file, compose.service, lambda name: compose_file(root, name))
    return replace(found, files=frozenset(place.within(file) for file in found.files)) if found else None


def _folders(checkout: Path, place: CatalogPlace) -> dict[str, Declared]:
    """Name the modules by their folders, where no more is known of them."""
    try:
        root = inside(checkout, place.folder)
        names = [entry.name for entry in (root / "modules").iterdir() if entry.is_dir()]
    except (InputInvalid, OSError):
        return {}
    return {name: Declared(name, _places(checkout, root, name)) for name in names}


def _places(checkout: Path, root: Path, name: str) -> tuple[str, ...]:
    """Return where a module's files are: in its folder, and where that is a link, in the folder it leads to as well."""
    named = root / "modules" / name
    real = named.resolve()
    inside_it = real.relative_to(checkout.resolve()) if real.is_relative_to(checkout.resolve()) else None
    places = {named.relative_to(checkout).as_posix(), *([inside_it.as_posix()] if inside_it else [])}
    return tuple(sorted(places))

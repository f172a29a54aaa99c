"""The catalog as a whole: modules, hosts and closures that fit each other."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import basename, dirname
from typing import Any, TypeVar

from platformctl.catalog.definition import NAME_PATTERN, read_definition, suggestion
from platformctl.catalog.inventory import DockerHost, Inventory, Registry, SnapshotHost, SshHost
from platformctl.catalog.lock import Lock
from platformctl.catalog.module import Module
from platformctl.catalog.source import SourceFile, YamlDocument, decoded, read_tree, read_yaml
from platformctl.errors import InputInvalid, Problem
from platformctl.identity.closure import Closure


@dataclass(frozen=True, slots=True)
class NamedHost:
    """A host of the inventory under its name."""

    name: str
    entry: SshHost | DockerHost | SnapshotHost


@dataclass(frozen=True, slots=True)
class Catalog:
    """What git declares: modules and hosts sorted by name, the closures that locks give, and ways to registries."""

    modules: tuple[Module, ...]
    hosts: tuple[NamedHost, ...]
    closures: tuple[Closure, ...]
    registries: Mapping[str, Registry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CatalogSources:
    """The files of a catalog, read but not understood.

    `inventory` is None where it could not be read. `compose_file` returns a Compose file by its path from the
    catalog's folder, or None where that folder has no such file.
    """

    inventory: SourceFile | None
    modules: tuple[SourceFile, ...]
    locks: tuple[SourceFile, ...]
    compose_file: Callable[[str], SourceFile | None]


@dataclass(frozen=True, slots=True)
class _Read:
    """A module with the document it was read from, which knows the lines."""

    module: Module
    document: YamlDocument


def read_catalog(sources: CatalogSources, unread: Iterable[Problem] = ()) -> Catalog:
    """Understand a catalog; `unread` are the problems of files that could not even be read.

    Raises:
        InputInvalid: with every problem of every file, sorted by place.
    """
    problems = list(unread)
    inventories = _collect(problems, read_inventory, filter(None, (sources.inventory,)))
    modules = _collect(problems, _read_module, sources.modules)
    closures = _collect(problems, _read_lock, sources.locks)
    if inventories:
        problems.extend(_unknown_hosts(modules, inventories[0]))
    problems.extend(_misplaced(modules))
    problems.extend(_shared_targets(modules))
    problems.extend(_broken_compose(modules, sources.compose_file))
    if problems or not inventories:
        raise InputInvalid(problems)
    return Catalog(
        modules=tuple(sorted((read.module for read in modules), key=lambda module: module.name)),
        hosts=named_hosts(inventories[0]),
        closures=tuple(sorted(closures, key=lambda closure: (closure.digest, closure.source))),
        registries=inventories[0].registries,
    )


def read_inventory(source: SourceFile) -> Inventory:
    """Understand an inventory.

    Raises:
        InputInvalid: with every problem.
    """
    return read_definition(read_yaml(source), Inventory)


def named_hosts(inventory: Inventory) -> tuple[NamedHost, ...]:
    """Return the hosts sorted by name."""
    return tuple(NamedHost(name, entry) for name, entry in sorted(inventory.hosts.items()))


_Value = TypeVar("_Value")


def _collect(
    problems: list[Problem], read: Callable[[SourceFile], _Value], sources: Iterable[SourceFile]
) -> list[_Value]:
    """Read every source, and keep the problems of those that cannot be read."""
    values = []
    for source in sources:
        try:
            values.append(read(source))
        except InputInvalid as error:
            problems.extend(error.problems)
    return values


def _read_module(source: SourceFile) -> _Read:
    document = read_yaml(source)
    return _Read(read_definition(document, Module), document)


def _read_lock(source: SourceFile) -> Closure:
    """JSON is YAML too: the slower reader, which knows the lines, is asked only where something is wrong."""
    try:
        return Lock.model_validate(json.loads(decoded(source), object_pairs_hook=_once)).closure(source.name)
    except json.JSONDecodeError as error:
        what = f"{error.msg[:1].lower()}{error.msg[1:]}"
        said = f"this is not JSON: {what}; write the lock anew with platformctl lock"
        raise InputInvalid([Problem(source.name, error.lineno, said)]) from None
    except (ValueError, RecursionError):
        return read_definition(read_yaml(source), Lock).closure(source.name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice: JSON would quietly take the last."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _unknown_hosts(modules: Iterable[_Read], inventory: Inventory) -> Iterator[Problem]:
    for read in modules:
        if read.module.host not in inventory.hosts:
            hint = suggestion(read.module.host, sorted(inventory.hosts))
            yield read.document.problem(("host",), f"host: {read.module.host!r} is not in the inventory; {hint}")


def _misplaced(modules: Iterable[_Read]) -> Iterator[Problem]:
    for read in modules:
        folder = basename(dirname(read.document.file))
        if not re.match(NAME_PATTERN, folder):
            yield read.document.problem(("name",), f"name: the folder {folder!r} cannot name a module; rename it")
        elif read.module.name != folder:
            yield read.document.problem(("name",), f"name: should be {folder!r}, the name of the module's folder")


def _shared_targets(modules: Iterable[_Read]) -> Iterator[Problem]:
    owners: dict[tuple[str, str], _Read] = {}
    for read in modules:
        module, key = read.module, "container" if read.module.container else "select"
        owner = owners.setdefault((module.host, f"{key} {module.target}"), read)
        if owner is not read:
            place = f"{owner.document.file}:{owner.document.line((key,))}"
            yield read.document.problem(
                (key,), f"{key}: {module.target!r} on {module.host} is declared already at {place}"
            )


def _broken_compose(modules: Iterable[_Read], compose_file: Callable[[str], SourceFile | None]) -> Iterator[Problem]:
    found: dict[str, list[str] | Problem | None] = {}
    for read in modules:
        compose = read.module.compose
        if compose is None:
            continue
        if compose.file not in found:
            found[compose.file] = _services(compose_file(compose.file))
        services = found[compose.file]
        if services is None:
            said = f"compose.file: the catalog's folder has no readable file {compose.file!r}"
            yield read.document.problem(("compose", "file"), said)
        elif isinstance(services, Problem):
            yield services
        elif compose.service not in services:
            hint = suggestion(compose.service, services)
            said = f"compose.service: {compose.file!r} has no service {compose.service!r}; {hint}"
            yield read.document.problem(("compose", "service"), said)


def _services(source: SourceFile | None) -> list[str] | Problem | None:
    """Return the names of the services of a Compose file; it may hold much that is not ours to check, such as tags."""
    try:
        services = read_tree(source, tags=True).keys("services") if source else []
    except InputInvalid as error:
        return error.problems[0]
    if source is None or services is not None:
        return services if source else None
    return Problem(source.name, 0, "a Compose file has services: {NAME: …}, and this one has none")

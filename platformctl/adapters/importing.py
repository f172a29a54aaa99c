"""Writing modules for what runs on a host now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import yaml

from platformctl.adapters.catalog_folder import load_catalog, load_inventory
from platformctl.adapters.connections import Connections
from platformctl.adapters.file import write_atomically
from platformctl.adapters.fleet import Retry, observe_host, transport_for
from platformctl.adapters.locking import write_locks
from platformctl.adapters.store import Store
from platformctl.catalog.catalog import NamedHost
from platformctl.catalog.definition import suggestion
from platformctl.catalog.module import Module
from platformctl.errors import Failure, InputInvalid, LookFailed, Problem
from platformctl.observation.container import Container
from platformctl.observation.host import FleetObservation, Reached
from platformctl.observation.snapshot import observation
from platformctl.plan.declaration import Declaration, declare
from platformctl.plan.listing import distinct
from platformctl.plan.pairing import pair
from platformctl.plan.selection import select_hosts
from platformctl.render.printable import printable

_TWICE: Final = (
    "two containers would be this module; import one of them by --host and --container, give its module another name, "
    "then import the other"
)


def import_modules(
    root: Path, inventory: Path, hosts: Iterable[str], names: Iterable[str], store: Store | None
) -> Iterator[str]:
    """Write a module, and the lock of its pin, for each running container that no module declares.

    Yields a line about each. A lock that cannot be had now keeps no module from being written.

    Args:
        root: the catalog's folder; modules/ in it is made where there is none.
        inventory: the file of hosts.
        hosts: which of them to import from.
        names: containers to import, running or not; none means every running one.
        store: where registries' answers are kept; None asks no registry and writes no lock.

    Raises:
        InputInvalid: the catalog or a name is wrong, or a module's file exists already; then nothing is written.
        LookFailed: a host could not be looked at; then nothing is written.
    """
    known = load_catalog(root, inventory).modules if any((root / "modules").glob("[!.]*")) else ()
    wanted = frozenset(names)
    found = [_reached(host, inventory) for host in select_hosts(load_inventory(inventory), hosts)]
    _check_names(wanted, found)
    declared = [one for host in found for one in declare(host, _undeclared(host, known, wanted))]
    _check_free(root, [one for one in declared if isinstance(one, Declaration)])
    if not declared:
        yield "nothing to import: a module declares every container that was asked for"
    for one in declared:
        yield _write(root, one) if isinstance(one, Declaration) else f"left out {printable(one.name)}: {one.why}"
    pinned = [one.name for one in declared if isinstance(one, Declaration) and one.pinned]
    if store and pinned:
        yield from (locked.line for locked in write_locks(root, inventory, pinned, store))


def _write(root: Path, declaration: Declaration) -> str:
    path = root / "modules" / declaration.name / "module.yaml"
    write_atomically(path, yaml.safe_dump(dict(declaration.content), sort_keys=False, allow_unicode=True))
    return f"{path}{'' if declaration.pinned else ': only a tag is known, so plans of it stay inconclusive'}"


def _reached(host: NamedHost, inventory: Path) -> Reached:
    with Connections(kept=0) as connections:
        way = transport_for(host, inventory.parent, connections)
        seen = distinct(observation(observe_host(host.name, way, Retry())))
    if not isinstance(seen, Reached):
        raise LookFailed(Failure(seen.failure.reason, f"{host.name}: {seen.failure.message}"))
    return seen


def _undeclared(host: Reached, known: Iterable[Module], wanted: frozenset[str]) -> list[Container]:
    alone = [container for _, container in pair(known, FleetObservation((host,))).unmanaged]
    described = [container for container in alone if isinstance(container, Container)]
    return [one for one in described if (one.name in wanted if wanted else one.state == "running")]


def _check_names(wanted: frozenset[str], hosts: list[Reached]) -> None:
    known = sorted({container.name for host in hosts for container in host.containers})
    unknown = sorted(wanted - set(known))
    if unknown:
        raise InputInvalid(
            Problem("", 0, f"there is no container {one!r}; {suggestion(one, known)}") for one in unknown
        )


def _check_free(root: Path, declarations: list[Declaration]) -> None:
    names = [declaration.name for declaration in declarations]
    problems = [_problem(root, name, "exists already and is not overwritten") for name in names if _taken(root, name)]
    problems += [_problem(root, name, _TWICE) for name in names if names.count(name) > 1]
    if problems:
        raise InputInvalid(problems)


def _taken(root: Path, name: str) -> bool:
    return (root / "modules" / name).exists()


def _problem(root: Path, name: str, message: str) -> Problem:
    return Problem(str(root / "modules" / name), 0, message)

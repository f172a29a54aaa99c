"""Which modules and hosts a plan is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from platformctl.catalog.catalog import Catalog, NamedHost
from platformctl.catalog.definition import suggestion
from platformctl.errors import InputInvalid, Problem


@dataclass(frozen=True, slots=True)
class Selection:
    """The modules to judge, by name, and the hosts to observe for them, sorted by name."""

    modules: frozenset[str]
    hosts: tuple[NamedHost, ...]


def select(catalog: Catalog, modules: Iterable[str] = (), hosts: Iterable[str] = ()) -> Selection:
    """Narrow a catalog to the named modules and hosts; nothing named means all.

    Raises:
        InputInvalid: a name is not in the catalog, or nothing is left to plan.
    """
    wanted, places = frozenset(modules), frozenset(hosts)
    problems = [
        *_unknown("module", wanted, [module.name for module in catalog.modules]),
        *_unknown("host", places, [host.name for host in catalog.hosts]),
    ]
    chosen = [m for m in catalog.modules if (not wanted or m.name in wanted) and (not places or m.host in places)]
    if not problems and not chosen:
        problems.append(Problem("", 0, _nothing(wanted, places)))
    if problems:
        raise InputInvalid(problems)
    needed = {module.host for module in chosen} | places
    return Selection(
        modules=frozenset(module.name for module in chosen),
        hosts=tuple(host for host in catalog.hosts if host.name in needed),
    )


def _nothing(modules: frozenset[str], hosts: frozenset[str]) -> str:
    if modules and hosts:
        return "no module is left to plan: none of the named modules runs on a named host"
    place = min(hosts, default="NAME")
    return f"no module is declared there; declare what runs now with: platformctl import --host {place}"


def select_hosts(hosts: tuple[NamedHost, ...], names: Iterable[str]) -> tuple[NamedHost, ...]:
    """Return the named hosts, sorted by name.

    Raises:
        InputInvalid: a name is not in the inventory.
    """
    wanted = frozenset(names)
    problems = _unknown("host", wanted, [host.name for host in hosts])
    if problems:
        raise InputInvalid(problems)
    return tuple(host for host in hosts if host.name in wanted)


def _unknown(kind: str, names: frozenset[str], known: list[str]) -> list[Problem]:
    return [
        Problem("", 0, f"there is no {kind} {name!r}; {suggestion(name, known)}") for name in sorted(names - set(known))
    ]

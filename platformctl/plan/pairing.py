"""Which containers belong to which module, over the whole fleet, and what stands on one side only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import pandas as pd

from platformctl.catalog.module import Module
from platformctl.observation.container import Container, Undescribed
from platformctl.observation.host import FleetObservation, Reached

Listed: TypeAlias = Container | Undescribed

_KEYS = ["host", "project", "name"]
"""What a module names: a container by its name alone (project is empty), or a service of a Compose project."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """The result of the join.

    `containers` has the containers of every module, by module name, sorted by container name; a module with none has
    an empty entry. `unmanaged` has what no module declares, with its host, sorted.
    """

    containers: Mapping[str, tuple[Listed, ...]]
    unmanaged: tuple[tuple[str, Listed], ...]


def pair(modules: Iterable[Module], observed: FleetObservation) -> Pairing:
    """Join modules and containers on what modules name: one outer merge, whose indicator tells the three cases.

    A container has a row for its name and one for its Compose service, so it is unmanaged when none of them is met.
    Of containers with one ID on one host the last counts.
    """
    declared = pd.DataFrame([(m.host, *_selector(m), m.name) for m in modules], columns=[*_KEYS, "module"])
    listed = {(host, container.id): container for host, container in _listed(observed)}
    rows = [(host, *names, identifier) for (host, identifier), c in listed.items() for names in _names(c)]
    merged = declared.merge(pd.DataFrame(rows, columns=[*_KEYS, "id"]), how="outer", on=_KEYS, indicator="side")
    both = merged[merged["side"] == "both"]
    owned: dict[str, list[Listed]] = {str(name): [] for name in declared["module"]}
    for row in both.itertuples():
        owned[str(row.module)].append(listed[str(row.host), str(row.id)])
    taken = {(str(row.host), str(row.id)) for row in both.itertuples()}
    alone = merged[merged["side"] == "right_only"]
    unmanaged = {(str(row.host), str(row.id)) for row in alone.itertuples()} - taken
    return Pairing(
        containers={name: tuple(sorted(found, key=_order)) for name, found in owned.items()},
        unmanaged=tuple(
            sorted(((key[0], listed[key]) for key in unmanaged), key=lambda one: (one[0], *_order(one[1])))
        ),
    )


def _listed(observed: FleetObservation) -> Iterator[tuple[str, Listed]]:
    for host in observed.hosts:
        if isinstance(host, Reached):
            yield from ((host.host, container) for container in host.containers)
            yield from ((host.host, container) for container in host.undescribed)


def _selector(module: Module) -> tuple[str, str]:
    return (module.select.project, module.select.service) if module.select else ("", module.container or "")


def _names(container: Listed) -> tuple[tuple[str, str], ...]:
    """Return every way in which a module can name this container; a Compose project is never empty."""
    compose = container.compose if isinstance(container, Container) else None
    return (("", container.name), *(((compose.project, compose.service),) if compose else ()))


def _order(container: Listed) -> tuple[str, str]:
    return (container.name, container.id)

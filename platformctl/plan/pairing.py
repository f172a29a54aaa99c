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

_KEYS = ["host", "selector"]


@dataclass(frozen=True, slots=True)
class Pairing:
    """The result of the join.

    `containers` has the containers of every module, by module name, sorted by container name; a module with none has
    an empty entry. `unmanaged` has what no module declares, with its host, sorted.
    """

    containers: Mapping[str, tuple[Listed, ...]]
    unmanaged: tuple[tuple[str, Listed], ...]


def pair(modules: Iterable[Module], observed: FleetObservation) -> Pairing:
    """Join modules and containers on host and selector: one outer merge, whose indicator tells the three cases.

    A container has a row for its name and one for its Compose service, so it is unmanaged when none of them is met.
    """
    declared = pd.DataFrame([(m.host, m.target, m.name) for m in modules], columns=[*_KEYS, "module"])
    listed = {(host, container.id): container for host, container in _listed(observed)}
    rows = [(host, selector, identifier) for (host, identifier), c in listed.items() for selector in _selectors(c)]
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


def _selectors(container: Listed) -> tuple[str, ...]:
    """Container names hold no slash (moby daemon/names), so a name never meets a `project/service`."""
    compose = container.compose if isinstance(container, Container) else None
    return (container.name, *((f"{compose.project}/{compose.service}",) if compose else ()))


def _order(container: Listed) -> tuple[str, str]:
    return (container.name, container.id)

"""Suspicions: results that speak more of the observer than of the fleet. They are said, with the numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from platformctl.observation.host import FleetObservation, Reached
from platformctl.plan.plan import ModulePlan
from platformctl.reason import Reason

_FEW: Final = 3
"""Below this many modules a large share is no sign of anything."""


def suspicions(modules: tuple[ModulePlan, ...], observed: FleetObservation) -> tuple[str, ...]:
    """Return what looks like a fault of the observer, one sentence each, sorted by host."""
    return (*_missing_masses(modules, observed), *_all_unreached(observed))


def _missing_masses(modules: Iterable[ModulePlan], observed: FleetObservation) -> Iterator[str]:
    """An engine whose image store was switched lists none of its containers (Docker 28: daemon.go loads per driver)."""
    declared, missing = Counter[str](), Counter[str]()
    for module in modules:
        declared[module.host] += 1
        missing[module.host] += module.reason is Reason.CONTAINER_MISSING
    for host in observed.hosts:
        if isinstance(host, Reached) and missing[host.host] * 2 > declared[host.host] >= _FEW:
            listed = len(host.containers) + len(host.undescribed)
            yield (
                f"{missing[host.host]} of {declared[host.host]} modules are missing on {host.host}, which lists "
                f"{listed} containers: is it the right engine, or was its image store switched?"
            )


def _all_unreached(observed: FleetObservation) -> Iterator[str]:
    unreached = [host for host in observed.hosts if not isinstance(host, Reached)]
    if len(unreached) == len(observed.hosts) >= _FEW:
        yield f"none of {len(unreached)} hosts could be looked at: is the network of this machine up?"

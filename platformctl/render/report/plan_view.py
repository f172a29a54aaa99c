"""A plan in the order in which a page tells it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from platformctl.errors import Failure
from platformctl.history.history import History, ModuleHistory
from platformctl.plan.flag import SENTENCES
from platformctl.plan.plan import HostPlan, ModulePlan, NotCompared, Plan
from platformctl.reason import Verdict
from platformctl.render.text import trouble, troubled, unknowns

MAX_ROWS: Final = 500
"""Lists that a host can make long are cut there, and say so."""
MAX_FACTS: Final = 60


@dataclass(frozen=True, slots=True)
class Incident:
    """A host that did not answer everything: one cause, and the modules that cannot be judged for it."""

    host: HostPlan
    what: str
    error: Failure
    modules: tuple[ModulePlan, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A host with the modules that are declared for it."""

    name: str
    host: HostPlan | None
    modules: tuple[ModulePlan, ...]


@dataclass(frozen=True, slots=True)
class Uncompared:
    """Something that is not compared, and for how many modules."""

    entry: NotCompared
    modules: int


def worth_words(plan: Plan) -> tuple[ModulePlan, ...]:
    """Return the modules that are not green or flagged, drift first; those of a host that was not reached are its."""
    order = (Verdict.DRIFT, Verdict.INCONCLUSIVE, Verdict.IN_SYNC)
    return tuple(sorted(troubled(plan), key=lambda module: order.index(module.status)))


def proven(plan: Plan) -> tuple[ModulePlan, ...]:
    """Return the modules that need no words: their evidence is all that there is to say."""
    told = {module.name for module in worth_words(plan)}
    return tuple(module for module in plan.modules if module.name not in told)


def broken(plan: Plan, history: History) -> tuple[ModuleHistory, ...]:
    """Return the modules that are as declared, and whose smoke fails all the same."""
    green = {module.name for module in plan.of(Verdict.IN_SYNC)}
    return tuple(module for module in history.modules if module.broken and module.name in green)


def incidents(plan: Plan) -> tuple[Incident, ...]:
    """Return the hosts that did not answer everything."""
    return tuple(_incidents(plan))


def _incidents(plan: Plan) -> Iterator[Incident]:
    for host in plan.hosts:
        what, error = trouble(host), host.error or host.images_error
        if what and error:
            modules = [one for one in plan.modules if one.host == host.name and not host.reached]
            yield Incident(host, what, error, tuple(modules))


def places(plan: Plan) -> tuple[Place, ...]:
    """Return every host of the plan with its modules."""
    hosts = {host.name: host for host in plan.hosts}
    modules: dict[str, list[ModulePlan]] = {name: [] for name in hosts}
    for module in plan.modules:
        modules.setdefault(module.host, []).append(module)
    return tuple(Place(name, hosts.get(name), tuple(found)) for name, found in sorted(modules.items()))


def notes(module: ModulePlan) -> tuple[str, ...]:
    """Return what else is to be said about a module: what is not known of it, and its flags."""
    return (*unknowns(module), *(SENTENCES[flag] for flag in module.flags))


def uncompared(plan: Plan) -> tuple[Uncompared, ...]:
    """Return what the plan says nothing about, the most frequent first."""
    counts = Counter(entry for module in plan.modules for entry in module.not_compared)
    return tuple(Uncompared(entry, count) for entry, count in sorted(counts.items(), key=lambda one: -one[1]))

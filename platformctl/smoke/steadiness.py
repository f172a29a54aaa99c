"""Whether the containers of a module are as declared, and stayed the same ones, between two looks at their host."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from platformctl.catalog.module import Module
from platformctl.catalog.probe import ContainerCheck
from platformctl.observation.container import Container
from platformctl.observation.document import mapping, text
from platformctl.observation.host import FleetObservation, Unreached
from platformctl.observation.snapshot import Document, Snapshot, observation
from platformctl.plan.pairing import Listed, pair
from platformctl.smoke.finding import Finding
from platformctl.smoke.outcome import SEVERITY, ProbeReason

_RESULTS: Final = frozenset({"healthy", "unhealthy"})
"""What a health check can come to; other words are no result."""


@dataclass(frozen=True, slots=True)
class _Start:
    """When a container was started last, and how often its engine has restarted it."""

    at: str
    restarts: str


@dataclass(frozen=True, slots=True)
class _Sight:
    """The containers of one module at one look, and their starts, by ID."""

    containers: Mapping[str, Listed]
    starts: Mapping[str, _Start]


def judge_container(module: Module, check: ContainerCheck, before: Snapshot, after: Snapshot) -> Finding:
    """Judge what two looks show of a module's containers: the worst counts, and of equals the first."""
    first, second = _sight(module, before), _sight(module, after)
    if isinstance(first, Finding):
        return first
    if isinstance(second, Finding):
        return second
    found = [*_changes(module, first, second), *_conditions(module, check, second)]
    steady = Finding(ProbeReason.STEADY, f"{_names(second)}: {_wanted(module, check)}, no restart")
    return max(found, key=lambda finding: SEVERITY.index(finding.reason.outcome), default=steady)


def _sight(module: Module, snapshot: Snapshot) -> _Sight | Finding:
    host = observation(snapshot)
    if isinstance(host, Unreached):
        failure = host.failure
        return Finding(ProbeReason.HOST_UNREACHED, f"{failure.reason}: {failure.message}")
    listed = pair((module,), FleetObservation((host,))).containers[module.name]
    starts = {text(document.get("Id")): _start(document) for document in snapshot.containers}
    return _Sight({one.id: one for one in listed}, starts)


def _start(document: Document) -> _Start:
    return _Start(text(mapping(document.get("State")).get("StartedAt")), str(document.get("RestartCount"))[:20])


def _names(sight: _Sight) -> str:
    return ", ".join(one.name for one in sight.containers.values())


def _changes(module: Module, first: _Sight, second: _Sight) -> Iterator[Finding]:
    gone, come = first.containers.keys() - second.containers.keys(), second.containers.keys() - first.containers.keys()
    if not second.containers or (gone and not come):
        names = sorted(first.containers[one].name for one in gone) or [module.target]
        yield Finding(ProbeReason.CONTAINER_GONE, f"{', '.join(names)}: is not listed any more")
    for one in sorted(first.containers.keys() & second.containers.keys()):
        yield from _restart(second.containers[one].name, first.starts.get(one), second.starts.get(one))
    if come:
        names = sorted(second.containers[one].name for one in come)
        yield Finding(ProbeReason.CONTAINER_REPLACED, f"{', '.join(names)}: is a new container")


def _restart(name: str, before: _Start | None, after: _Start | None) -> Iterator[Finding]:
    if not (before and after and before.at and after.at):
        yield Finding(ProbeReason.CONTAINER_UNKNOWN, f"{name}: the host does not tell when it was started")
    elif before != after:
        message = (
            f"{name}: restarts {before.restarts} and then {after.restarts}, started {before.at} and then {after.at}"
        )
        yield Finding(ProbeReason.CONTAINER_RESTARTED, message)


def _conditions(module: Module, check: ContainerCheck, seen: _Sight) -> Iterator[Finding]:
    state, health = check.state or module.expect.state, check.health or module.expect.health
    for one in seen.containers.values():
        if not isinstance(one, Container):
            yield Finding(ProbeReason.CONTAINER_UNKNOWN, f"{one.name}: the host lists it and does not describe it")
            continue
        if one.state != state:
            yield Finding(ProbeReason.STATE_WRONG, f"{one.name}: should be {state}, is {one.state}")
        if health:
            yield from _health(one, health)


def _health(container: Container, wanted: str) -> Iterator[Finding]:
    if container.health is None:
        yield Finding(ProbeReason.HEALTH_ABSENT, f"{container.name}: should be {wanted}, and has no health check")
    elif container.health not in _RESULTS:
        yield Finding(ProbeReason.HEALTH_STARTING, f"{container.name}: should be {wanted}, is {container.health}")
    elif container.health != wanted:
        yield Finding(ProbeReason.HEALTH_WRONG, f"{container.name}: should be {wanted}, is {container.health}")


def _wanted(module: Module, check: ContainerCheck) -> str:
    return " and ".join(filter(None, (check.state or module.expect.state, check.health or module.expect.health)))

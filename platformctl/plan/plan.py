"""A plan as a value. Its JSON form is published in schemas/plan-1.0.schema.json."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import Final

from platformctl.errors import Failure
from platformctl.observation.engine import Engine
from platformctl.plan.flag import Flag
from platformctl.plan.omission import Omission
from platformctl.published import Published
from platformctl.reason import Reason, Verdict

FORMAT_VERSION: Final = "1.0"
EXIT_CODES: Final = {Verdict.IN_SYNC: 0, Verdict.DRIFT: 1, Verdict.INCONCLUSIVE: 3}


@dataclass(frozen=True, slots=True)
class Tool(Published):
    """What made the plan."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class CatalogState(Published):
    """Which catalog was planned. `commit` is null outside a git work tree, `dirty` says that files differ from it.

    `key` is the same wherever the catalog is checked out; it is no part of what a plan's ID is made of.
    """

    path: str
    commit: str | None
    dirty: bool
    key: str | None = None


@dataclass(frozen=True, slots=True)
class HostPlan(Published):
    """How a host was looked at. `commands` lists every argument list that reached it, second look included.

    `reached` says that it answered, `error` why it gave no answer to the first or the second look, `images_error` why
    it gave no image records.
    """

    name: str
    reached: bool
    attempts: int
    duration_ms: int
    engine: Engine | None
    error: Failure | None
    images_error: Failure | None
    commands: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Acknowledged(Published):
    """Who answers for a change, why it may be so, and the last day (ISO 8601) on which it alarms nobody."""

    owner: str
    reason: str
    until: str


@dataclass(frozen=True, slots=True)
class Change(Published):
    """One proven difference. `container` names the container that differs, for modules with several."""

    path: str
    desired: str | bool
    observed: str | bool
    reason: Reason
    container: str | None = None
    acknowledged: Acknowledged | None = None


@dataclass(frozen=True, slots=True)
class Evidence(Published):
    """One fact that the verdict rests on: the answer to `call` had `value` in `field`.

    `matched` says what it equals: `pinned-digest`, `closure-manifest`, `closure-config`, or null for nothing.
    """

    call: str
    field: str
    value: str
    matched: str | None = None
    container: str | None = None


@dataclass(frozen=True, slots=True)
class NotCompared(Published):
    """A path that this plan says nothing about, and why."""

    path: str
    reason: Omission | Reason
    sentence: str


@dataclass(frozen=True, slots=True)
class ModulePlan(Published):
    """The verdict on one module."""

    name: str
    host: str
    status: Verdict
    reason: Reason
    image: str
    container: str | None
    changes: tuple[Change, ...]
    evidence: tuple[Evidence, ...]
    not_compared: tuple[NotCompared, ...]
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class UnmanagedContainer(Published):
    """A container on an observed host that no module declares."""

    host: str
    container: str
    image: str
    project: str | None
    service: str | None


@dataclass(frozen=True, slots=True)
class Summary(Published):
    """How many of what."""

    modules: int
    in_sync: int
    drift: int
    inconclusive: int
    hosts: int
    hosts_reached: int
    unmanaged: int
    acknowledged: int = 0


@dataclass(frozen=True, slots=True)
class Plan(Published):
    """What is declared against what was seen.

    `plan_id` is the SHA-256 of the content without times. `complete` says that every host answered every question.
    Hosts, modules and unmanaged containers are sorted by name.
    """

    format_version: str
    plan_id: str
    created_at: str
    tool: Tool
    catalog: CatalogState
    status: Verdict
    exit_code: int
    complete: bool
    summary: Summary
    hosts: tuple[HostPlan, ...]
    modules: tuple[ModulePlan, ...]
    unmanaged: tuple[UnmanagedContainer, ...]
    suspicions: tuple[str, ...]

    def of(self, verdict: Verdict) -> tuple[ModulePlan, ...]:
        """Return the modules with this verdict."""
        return tuple(module for module in self.modules if module.status is verdict)


def with_id(plan: Plan) -> Plan:
    """Return a plan without ID under the digest of its content. Times are no content: same facts, same ID."""
    catalog = replace(plan.catalog, key=None)
    hosts = tuple(replace(host, duration_ms=0) for host in plan.hosts)
    timeless = replace(plan, created_at="", catalog=catalog, hosts=hosts)
    canonical = json.dumps(asdict(timeless, dict_factory=_told), sort_keys=True, separators=(",", ":"))
    return replace(plan, plan_id=hashlib.sha256(canonical.encode()).hexdigest())


def _told(items: list[tuple[str, object]]) -> dict[str, object]:
    """Leave out `acknowledged` and `key` where there is nothing: such plans keep the ID that they always had."""
    return {name: value for name, value in items if value or name not in {"acknowledged", "key"}}

"""Making a plan: total, deterministic, without a clock or any other look at the world."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from platformctl.catalog.catalog import Catalog
from platformctl.identity.knowledge import NOTHING, Knowledge
from platformctl.observation.container import Container
from platformctl.observation.host import FleetObservation, HostObservation, Reached, Unreached
from platformctl.plan.judgment import describe, judge_module
from platformctl.plan.listing import distinct
from platformctl.plan.pairing import Listed, pair
from platformctl.plan.plan import (
    EXIT_CODES,
    FORMAT_VERSION,
    CatalogState,
    HostPlan,
    ModulePlan,
    Plan,
    Summary,
    Tool,
    UnmanagedContainer,
    with_id,
)
from platformctl.plan.suspicion import suspicions
from platformctl.reason import Verdict, worst


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a plan records about its making. `created_at` is ISO 8601 in UTC."""

    created_at: str
    tool: Tool
    catalog: CatalogState


def make_plan(
    desired: Catalog,
    scope: frozenset[str],
    observed: FleetObservation,
    circumstances: Circumstances,
    learned: Knowledge = NOTHING,
) -> Plan:
    """Compare the modules named in `scope` with one look at the fleet.

    Containers are joined with all modules of the catalog, so that a narrow plan calls nothing unmanaged that another
    module declares. A module whose host was not observed is inconclusive. `learned` adds to what the locks say.
    """
    knowledge = learned.with_locks(desired.closures)
    fleet = FleetObservation(tuple(distinct(host) for host in observed.hosts))
    pairing = pair(desired.modules, fleet)
    hosts = {host.host: host for host in fleet.hosts}
    modules = tuple(
        judge_module(
            module,
            hosts.get(module.host),
            pairing.containers[module.name],
            knowledge,
        )
        for module in desired.modules
        if module.name in scope
    )
    return assemble(
        circumstances,
        hosts=tuple(_host_plan(host) for host in fleet.hosts),
        modules=modules,
        unmanaged=tuple(_unmanaged(host, container, hosts[host]) for host, container in pairing.unmanaged),
        suspicions=suspicions(modules, fleet),
    )


def assemble(
    circumstances: Circumstances,
    hosts: tuple[HostPlan, ...],
    modules: tuple[ModulePlan, ...],
    unmanaged: tuple[UnmanagedContainer, ...],
    suspicions: tuple[str, ...],
) -> Plan:
    """Put a plan together from its parts: status, exit code, figures and ID follow from them."""
    status = worst(frozenset(module.status for module in modules))
    plan = Plan(
        format_version=FORMAT_VERSION,
        plan_id="",
        created_at=circumstances.created_at,
        tool=circumstances.tool,
        catalog=circumstances.catalog,
        status=status,
        exit_code=EXIT_CODES[status],
        complete=all(host.error is None and host.images_error is None for host in hosts),
        summary=_summary(hosts, modules, len(unmanaged)),
        hosts=hosts,
        modules=modules,
        unmanaged=unmanaged,
        suspicions=suspicions,
    )
    return with_id(plan)


def _summary(hosts: Iterable[HostPlan], modules: tuple[ModulePlan, ...], unmanaged: int) -> Summary:
    statuses = [module.status for module in modules]
    reached = [host.reached for host in hosts]
    return Summary(
        modules=len(modules),
        in_sync=statuses.count(Verdict.IN_SYNC),
        drift=statuses.count(Verdict.DRIFT),
        inconclusive=statuses.count(Verdict.INCONCLUSIVE),
        hosts=len(reached),
        hosts_reached=reached.count(True),
        unmanaged=unmanaged,
        acknowledged=sum(change.acknowledged is not None for module in modules for change in module.changes),
    )


def _host_plan(host: HostObservation) -> HostPlan:
    reached = host if isinstance(host, Reached) else None
    return HostPlan(
        name=host.host,
        reached=reached is not None,
        attempts=host.attempt.tries,
        duration_ms=host.attempt.duration_ms,
        engine=reached.engine if reached else None,
        error=host.failure if isinstance(host, Unreached) else None,
        images_error=reached.images_failure if reached else None,
        commands=host.attempt.commands,
    )


def _unmanaged(host: str, container: Listed, observation: HostObservation) -> UnmanagedContainer:
    name = container.name or container.id
    if not (isinstance(container, Container) and isinstance(observation, Reached)):
        return UnmanagedContainer(host, name, "", None, None)
    compose = container.compose
    return UnmanagedContainer(
        host=host,
        container=name,
        image=container.requested_image or describe(observation.running_image(container)),
        project=compose.project if compose else None,
        service=compose.service if compose else None,
    )

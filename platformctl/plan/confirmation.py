"""The second look: only a difference that both looks show is drift."""

from __future__ import annotations

from dataclasses import replace

from platformctl.plan.make import Circumstances, assemble
from platformctl.plan.omission import Omission
from platformctl.plan.plan import HostPlan, ModulePlan, NotCompared, Plan
from platformctl.reason import Reason, Verdict


def hosts_to_confirm(plan: Plan) -> frozenset[str]:
    """Return the hosts that need a second look."""
    return frozenset(module.host for module in plan.of(Verdict.DRIFT))


def confirm(first: Plan, second: Plan) -> Plan:
    """Merge two looks. Modules that were not drift in the first keep its verdict; `second` may cover fewer hosts."""
    again = {module.name: module for module in second.modules}
    looked_again = {host.name: host for host in second.hosts}
    return assemble(
        Circumstances(first.created_at, first.tool, first.catalog),
        hosts=tuple(_merge_hosts(host, looked_again.get(host.name)) for host in first.hosts),
        modules=tuple(_confirm_module(module, again.get(module.name)) for module in first.modules),
        unmanaged=first.unmanaged,
        suspicions=first.suspicions,
    )


def _confirm_module(first: ModulePlan, second: ModulePlan | None) -> ModulePlan:
    if first.status is not Verdict.DRIFT:
        return first
    seen = {(change.container, change.path) for change in first.changes}
    confirmed = tuple(c for c in (second.changes if second else ()) if (c.container, c.path) in seen)
    if second is None or not confirmed:
        return _changing(first)
    return replace(second, changes=confirmed, reason=confirmed[0].reason)


def _changing(first: ModulePlan) -> ModulePlan:
    """Nothing is proven of what the first look alone showed: its differences become paths that were not compared."""
    unproven = tuple(NotCompared(change.path, Reason.CHANGING, Reason.CHANGING.sentence) for change in first.changes)
    kept = tuple(entry for entry in first.not_compared if isinstance(entry.reason, Omission))
    return replace(
        first,
        status=Verdict.INCONCLUSIVE,
        reason=Reason.CHANGING,
        changes=(),
        not_compared=(*dict.fromkeys(unproven), *kept),
    )


def _merge_hosts(first: HostPlan, second: HostPlan | None) -> HostPlan:
    if second is None:
        return first
    return replace(
        first,
        attempts=first.attempts + second.attempts,
        duration_ms=first.duration_ms + second.duration_ms,
        commands=(*first.commands, *second.commands),
    )

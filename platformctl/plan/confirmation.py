"""The second look: only a difference that both looks show is drift."""

from __future__ import annotations

from dataclasses import replace

from platformctl.plan.make import Circumstances, assemble
from platformctl.plan.plan import Change, HostPlan, ModulePlan, NotCompared, Plan
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
        modules=tuple(
            _confirm_module(module, again.get(module.name), _doubt(looked_again.get(module.host)))
            for module in first.modules
        ),
        unmanaged=first.unmanaged,
        suspicions=second.suspicions,
    )


def _doubt(host: HostPlan | None) -> Reason:
    """Say why a difference was not seen twice: it went away, or the host did not answer again."""
    return host.error.reason if host and host.error else Reason.CHANGING


def _confirm_module(first: ModulePlan, second: ModulePlan | None, doubt: Reason) -> ModulePlan:
    if first.status is not Verdict.DRIFT:
        return first
    again = second.changes if second else ()
    agreed = {_place(change) for change in first.changes} & {_place(change) for change in again}
    confirmed = tuple(change for change in again if _place(change) in agreed)
    seen_once = [change for change in (*first.changes, *again) if _place(change) not in agreed]
    doubtful = [NotCompared(change.path, doubt, doubt.sentence) for change in seen_once]
    kept = second if second and confirmed else first
    return replace(
        kept,
        status=Verdict.DRIFT if confirmed else Verdict.INCONCLUSIVE,
        reason=confirmed[0].reason if confirmed else doubt,
        changes=confirmed,
        not_compared=tuple(dict.fromkeys((*doubtful, *kept.not_compared))),
    )


def _place(change: Change) -> tuple[str | None, str]:
    return (change.container, change.path)


def _merge_hosts(first: HostPlan, second: HostPlan | None) -> HostPlan:
    if second is None:
        return first
    return replace(
        first,
        attempts=first.attempts + second.attempts,
        duration_ms=first.duration_ms + second.duration_ms,
        error=first.error or second.error,
        images_error=first.images_error or second.images_error,
        commands=(*first.commands, *second.commands),
    )

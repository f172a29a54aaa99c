"""The example plan with every text that comes from elsewhere replaced, in places and all at once."""

from __future__ import annotations

from dataclasses import replace

from platformctl.errors import Failure
from platformctl.history.history import History
from platformctl.plan.plan import (
    Change,
    Evidence,
    HostPlan,
    ModulePlan,
    NotCompared,
    Plan,
    UnmanagedContainer,
)


def hostile_plan(plan: Plan, text: str) -> Plan:
    """Return the plan as hosts would have it that call everything by one text. Names stay distinct by a number."""
    return replace(
        plan,
        catalog=replace(plan.catalog, path=text, commit=text),
        hosts=tuple(_host(host, text) for host in plan.hosts),
        modules=tuple(_module(module, number, text) for number, module in enumerate(plan.modules)),
        unmanaged=tuple(UnmanagedContainer(text, text, text, text, text) for _ in plan.unmanaged),
        suspicions=(text,),
    )


def hostile_history(history: History, text: str) -> History:
    """Return the history of the modules of a hostile plan."""
    modules = [
        replace(one, name=f"{number}{text}", host=text, smoke=one.smoke and replace(one.smoke, commit=text))
        for number, one in enumerate(history.modules)
    ]
    return replace(history, modules=tuple(modules))


def _host(host: HostPlan, text: str) -> HostPlan:
    return replace(
        host,
        engine=replace(host.engine, version=text, api_version=text) if host.engine else None,
        error=Failure(host.error.reason, text) if host.error else None,
        images_error=Failure(host.images_error.reason, text) if host.images_error else None,
        commands=((text, text),),
    )


def _module(module: ModulePlan, number: int, text: str) -> ModulePlan:
    return replace(
        module,
        name=f"{number}{text}",
        image=text,
        container=text,
        changes=tuple(Change(text, text, text, one.reason, text) for one in module.changes),
        evidence=tuple(Evidence(one.call, text, text, one.matched, text) for one in module.evidence),
        not_compared=tuple(NotCompared(text, one.reason, text) for one in module.not_compared),
    )

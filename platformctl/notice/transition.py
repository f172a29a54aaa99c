"""The table of transitions: of all that a plan says, only a change of what was told is told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from platformctl.plan.plan import ModulePlan, Plan
from platformctl.published import Published
from platformctl.reason import Reason, Verdict


class Alarm(StrEnum):
    """What somebody was told about a module and was not told to be over."""

    DRIFT = "drift"
    UNKNOWN = "unknown"


class Event(StrEnum):
    """What is told of a module, the most urgent first."""

    DRIFT = "drift"
    UNKNOWN = "unknown"
    RECOVERED = "recovered"
    ACKNOWLEDGED = "acknowledged"


@dataclass(frozen=True, slots=True)
class Watched(Published):
    """What is remembered of a module.

    `alarm` is null where nobody was told, `unknown_runs` counts the plans in a row that could not judge it.
    """

    alarm: Alarm | None = None
    unknown_runs: int = 0


@dataclass(frozen=True, slots=True)
class Told(Published):
    """What is remembered of a catalog: its modules, and when the last plan that counted was made."""

    modules: Mapping[str, Watched]
    plan_id: str
    created_at: str


@dataclass(frozen=True, slots=True)
class Transition:
    """One event of one module."""

    event: Event
    module: ModulePlan


NEVER: Final = Watched()

_OUT_OF_ORDER: Final = timedelta(days=1)
"""By how much a plan can be older than one that was told before it: runs overtake each other, but not by days."""


def watch(before: Watched, verdict: Verdict, limit: int) -> tuple[Watched, Event | None]:
    """Return what is remembered of a module after a plan, and what is told.

    Args:
        before: what was remembered.
        verdict: what the plan says.
        limit: plans in a row that must fail to judge it before that is told.
    """
    match verdict, before.alarm:
        case Verdict.DRIFT, Alarm.DRIFT:
            return replace(before, unknown_runs=0), None
        case Verdict.DRIFT, _:
            return Watched(Alarm.DRIFT), Event.DRIFT
        case Verdict.IN_SYNC, None:
            return NEVER, None
        case Verdict.IN_SYNC, _:
            return NEVER, Event.RECOVERED
        case _, None if before.unknown_runs + 1 >= limit:
            return Watched(Alarm.UNKNOWN, before.unknown_runs + 1), Event.UNKNOWN
        case _:
            return replace(before, unknown_runs=before.unknown_runs + 1), None


def transitions(before: Told, plan: Plan, limit: int) -> tuple[Told, tuple[Transition, ...]]:
    """Return what is remembered after a plan, and what is told of it; a plan that is not newer changes nothing.

    Modules that the plan is not about keep what is remembered of them.
    """
    if _is_old(plan, before):
        return before, ()
    watched, found = dict(before.modules), []
    for module in plan.modules:
        watched[module.name], event = watch(before.modules.get(module.name, NEVER), module.status, limit)
        if event:
            found.append(Transition(_named(event, module), module))
    return Told(watched, plan.plan_id, plan.created_at), tuple(found)


def forget(told: Told, declared: Collection[str]) -> tuple[Told, tuple[str, ...]]:
    """Forget modules that the catalog declares no more, and return those that somebody was told about.

    A later module of the same name is another one: its red is news.
    """
    kept = {name: watched for name, watched in told.modules.items() if name in declared}
    gone = sorted(name for name, watched in told.modules.items() if name not in declared and watched.alarm)
    return replace(told, modules=kept), tuple(gone)


def baseline(plan: Plan) -> Told:
    """Return what is remembered of the first plan: what is red is told in one message, and so can recover."""
    alarms = {module.name: Watched(_first_alarm(module.status)) for module in plan.modules}
    return Told(alarms, plan.plan_id, plan.created_at)


def _named(event: Event, module: ModulePlan) -> Event:
    """What is acknowledged alarms no more, and has not recovered either."""
    known = event is Event.RECOVERED and module.reason is Reason.ACKNOWLEDGED
    return Event.ACKNOWLEDGED if known else event


def _is_old(plan: Plan, before: Told) -> bool:
    """Tell whether a plan was told before, or a newer one was; unless that one came from a clock that ran ahead."""
    if not before.created_at or plan.created_at > before.created_at:
        return False
    if plan.created_at == before.created_at:
        return plan.plan_id == before.plan_id
    ahead = datetime.fromisoformat(before.created_at) - datetime.fromisoformat(plan.created_at)
    return ahead <= _OUT_OF_ORDER


def _first_alarm(verdict: Verdict) -> Alarm | None:
    return {Verdict.DRIFT: Alarm.DRIFT, Verdict.INCONCLUSIVE: Alarm.UNKNOWN}.get(verdict)

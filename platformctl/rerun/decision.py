"""Whether a module's smoke is created now, later or not at all. Only what is proven green is ever created."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from platformctl.plan.plan import ModulePlan, Plan
from platformctl.reason import Reason, Verdict
from platformctl.rerun.receipt import Decision
from platformctl.rerun.scope import Due

Checks: TypeAlias = Literal["green", "pending", "red", "unknown"]
"""What the forge says of a commit's own checks."""

FIRST_PAUSE_S: Final = 5.0
MAX_PAUSE_S: Final = 120.0


@dataclass(frozen=True, slots=True)
class Failed:
    """Why there is no plan. `may_pass` says that another try can give one."""

    message: str
    may_pass: bool


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known at one time about the modules that a merge touches.

    Attributes:
        commit: the merged commit, which the plan must be of.
        plan: of what there is to plan, or why there is none; None where there is nothing to plan.
        checks: what the forge says of the merged commit; green where nobody asks.
        checks_note: one line about them.
        newer: for modules that a newer merge touches, its commit.
    """

    commit: str
    plan: Plan | Failed | None
    checks: Checks = "green"
    checks_note: str = ""
    newer: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a sight means for a module; `may_turn` says that a later sight can mean something else."""

    due: Due
    decision: Decision
    note: str = ""
    plan: str | None = None
    may_turn: bool = False


def decide(due: Due, sight: Sight) -> Outcome:
    """Decide about a module. Every way but one leads to no smoke."""
    newer = sight.newer.get(due.touch.module)
    if newer:
        return Outcome(due, Decision.SUPERSEDED, f"the base branch is at {newer[:12]}, and that touches it too")
    if due.touch.removed:
        return Outcome(due, Decision.MODULE_ABSENT, "it cannot be run")
    if sight.checks != "green":
        note = sight.checks_note or f"they are {sight.checks}"
        return Outcome(due, Decision.CHECKS_NOT_GREEN, note, may_turn=sight.checks != "red")
    return _by_plan(due, sight)


def _by_plan(due: Due, sight: Sight) -> Outcome:
    plan = sight.plan
    if plan is None:
        return Outcome(due, Decision.PLAN_FAILED, "it was not planned", may_turn=True)
    if isinstance(plan, Failed):
        return Outcome(due, Decision.PLAN_FAILED, plan.message, may_turn=plan.may_pass)
    if plan.catalog.commit != sight.commit or plan.catalog.dirty:
        state = f"{(plan.catalog.commit or 'no commit')[:12]}{' with changes' if plan.catalog.dirty else ''}"
        return Outcome(due, Decision.OTHER_COMMIT, f"the plan is of {state}", plan.plan_id)
    found = [module for module in plan.modules if module.name == due.touch.module]
    if not found:
        return Outcome(due, Decision.PLAN_FAILED, "the plan does not speak of it", plan.plan_id)
    return _by_verdict(due, found[0], plan.plan_id)


def _by_verdict(due: Due, module: ModulePlan, plan: str) -> Outcome:
    note = f"{module.reason}: {module.reason.sentence}"
    match module.status:
        case Verdict.IN_SYNC if module.reason is Reason.ACKNOWLEDGED:
            return Outcome(due, Decision.ACKNOWLEDGED, note, plan, may_turn=True)
        case Verdict.IN_SYNC:
            return Outcome(due, Decision.TRIGGERED, note, plan)
        case Verdict.DRIFT:
            return Outcome(due, Decision.DRIFT, note, plan, may_turn=True)
        case Verdict.INCONCLUSIVE:
            return Outcome(due, Decision.INCONCLUSIVE, note, plan, may_turn=True)


def pause_s(tries: int, left_s: float) -> float:
    """Return how long to wait before the next look: longer each time, and never beyond the time that is left."""
    return min(FIRST_PAUSE_S * 2.0 ** min(tries, 10), MAX_PAUSE_S, max(left_s, 0.0))

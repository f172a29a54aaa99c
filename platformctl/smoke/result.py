"""The result of a smoke as a value. Its JSON form is published in schemas/smoke-1.0.schema.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field

from platformctl.catalog.module import Module
from platformctl.catalog.probe import Origin
from platformctl.plan.plan import CatalogState, ModulePlan, Plan
from platformctl.published import Published
from platformctl.reason import Reason, Verdict
from platformctl.smoke.agenda import Key, Kind, Planned, agenda
from platformctl.smoke.finding import Finding, Tally
from platformctl.smoke.outcome import Outcome, ProbeReason, worst

FORMAT_VERSION: Final = "1.0"
PASSED: Final = 0
FAILED: Final = 1
UNPROVEN: Final = 3


@dataclass(frozen=True, slots=True)
class ProbeResult(Published):
    """What became of one probe. `tries` is 0 where it was not run, `origin` null where the engine was asked."""

    name: str
    kind: Kind
    origin: Annotated[Origin | None, Field(alias="from")]
    outcome: Outcome
    reason: ProbeReason
    message: str
    tries: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class PlanReference(Published):
    """The plan that a smoke rests on, and what it says about the module."""

    id: str
    verdict: Verdict
    reason: Reason


@dataclass(frozen=True, slots=True)
class SmokeResult(Published):
    """What a smoke of one module found. Every probe is listed, run or not; times are ISO 8601 in UTC."""

    format_version: str
    module: str
    host: str
    plan: PlanReference
    catalog: CatalogState
    outcome: Outcome
    probes: tuple[ProbeResult, ...]
    started_at: str
    ended_at: str

    @property
    def drifted(self) -> bool:
        """Whether the plan proves that the module is not as declared."""
        return self.plan.verdict is Verdict.DRIFT

    @property
    def exit_code(self) -> int:
        """0 for a pass, 1 for a fail or proven drift, 3 for anything else."""
        if self.outcome is Outcome.FAIL or self.drifted:
            return FAILED
        return PASSED if self.outcome is Outcome.PASS else UNPROVEN


def exit_code(results: tuple[SmokeResult, ...]) -> int:
    """Sum up several: one that failed is enough for 1, and all must have passed for 0."""
    codes = {result.exit_code for result in results} or {UNPROVEN}
    return FAILED if FAILED in codes else max(codes)


def planned_of(module: Module, plan: ModulePlan) -> tuple[Planned, ...]:
    """Return the probes to run: none where the module is not proven to be as declared."""
    return agenda(module) if plan.status is Verdict.IN_SYNC else ()


def smoke_result(
    module: Module, plan: Plan, tallies: Mapping[Key, Tally], started_at: str, ended_at: str
) -> SmokeResult:
    """Put a result together. A probe without a tally was not run, and the plan says why."""
    judged = next(one for one in plan.modules if one.name == module.name)
    probes = tuple(_result(one, tallies.get(one.key), judged) for one in agenda(module))
    return SmokeResult(
        format_version=FORMAT_VERSION,
        module=module.name,
        host=module.host,
        plan=PlanReference(plan.plan_id, judged.status, judged.reason),
        catalog=plan.catalog,
        outcome=worst(probe.outcome for probe in probes),
        probes=probes,
        started_at=started_at,
        ended_at=ended_at,
    )


def _result(planned: Planned, tally: Tally | None, plan: ModulePlan) -> ProbeResult:
    finding = tally.finding if tally else _not_run(plan)
    return ProbeResult(
        name=planned.name,
        kind=planned.kind,
        origin=planned.origin,
        outcome=finding.reason.outcome,
        reason=finding.reason,
        message=finding.message,
        tries=len(tally.findings) if tally else 0,
        duration_ms=tally.duration_ms if tally else 0,
    )


def _not_run(plan: ModulePlan) -> Finding:
    drift = plan.status is Verdict.DRIFT
    return Finding(ProbeReason.PLAN_DRIFT if drift else ProbeReason.PLAN_INCONCLUSIVE, f"the plan says {plan.reason}")

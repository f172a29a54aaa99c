"""Results of smokes as JUnit XML: a suite for a module, a case for its plan and each probe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from platformctl.reason import Verdict
from platformctl.render.junit import Case, Suite, Tag, to_xml
from platformctl.render.smoke_text import asked
from platformctl.smoke.outcome import Outcome
from platformctl.smoke.result import ProbeResult, SmokeResult

_TAGS: Final[Mapping[Outcome, Tag]] = {
    Outcome.FAIL: "failure",
    Outcome.ERROR: "error",
    Outcome.INCONCLUSIVE: "error",
}
"""What a CI has no word for may not pass: a probe that ran and proved nothing is an error to it."""
_PLANNED: Final[Mapping[Verdict, Tag]] = {Verdict.DRIFT: "failure", Verdict.INCONCLUSIVE: "error"}


def to_junit(results: tuple[SmokeResult, ...]) -> str:
    """Return one document for all results. The plan is a case too: else a smoke that did not run would look green."""
    return to_xml([_suite(result) for result in results])


def _suite(result: SmokeResult) -> Suite:
    cases = (_plan(result), *(_probe(result.module, probe) for probe in result.probes))
    duration_ms = sum(probe.duration_ms for probe in result.probes)
    return Suite(result.module, result.host, result.started_at, cases, duration_ms)


def _plan(result: SmokeResult) -> Case:
    plan = result.plan
    return Case(
        classname=result.module,
        name="plan",
        tag=_PLANNED.get(plan.verdict),
        reason=str(plan.reason),
        message=f"{plan.verdict}, plan {plan.id}",
        details=(plan.reason.sentence,),
        duration_ms=0,
    )


def _probe(module: str, probe: ProbeResult) -> Case:
    return Case(
        classname=module,
        name=asked(probe),
        tag=_TAGS.get(probe.outcome) if probe.reason.ran else "skipped",
        reason=str(probe.reason),
        message=probe.message,
        details=(probe.reason.sentence,),
        duration_ms=probe.duration_ms,
    )

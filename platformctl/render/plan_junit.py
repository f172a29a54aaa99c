"""A plan as JUnit XML: a suite for a host, a case for each of its modules.

The host is also the class of a case, because some viewers show suites and others classes; a module's name is one of a
kind in a plan, so no viewer takes two cases for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from platformctl.plan.plan import HostPlan, ModulePlan, Plan
from platformctl.reason import Reason, Verdict
from platformctl.render.advice import ADVICE
from platformctl.render.junit import Case, Suite, Tag, to_xml
from platformctl.render.markdown import fact
from platformctl.render.printable import shown
from platformctl.render.report.plan_view import Place, places
from platformctl.render.text import acknowledgement, counted, details, trouble, verdict

MAX_LINES: Final = 100
"""Of what a host can make long, so many lines are shown, and how many are not."""


def to_junit(plan: Plan) -> str:
    """Return a document with each module exactly once. What is not proven never passes, and neither does a known red.

    Times are those of the plan: the same plan gives the same bytes.
    """
    return to_xml([_suite(plan, place) for place in places(plan)])


def _suite(plan: Plan, place: Place) -> Suite:
    return Suite(
        name=place.name,
        hostname=place.name,
        timestamp=plan.created_at,
        cases=tuple(_case(module, place.host) for module in place.modules),
        duration_ms=place.host.duration_ms if place.host else 0,
        output=_bounded([*_beside(plan, place.name)]),
    )


def _case(module: ModulePlan, host: HostPlan | None) -> Case:
    tag = _tag(module)
    proof = (f"declared {module.image}", *map(fact, module.evidence))
    return Case(
        classname=module.host,
        name=module.name,
        tag=tag,
        reason=str(module.reason),
        message=_message(module),
        details=_bounded([*details(module), *_incident(host), f"What to do: {ADVICE[module.reason]}"]),
        output=_bounded(proof if tag in {"failure", "error"} else [_verdict(module), *_changes(module), *proof]),
    )


def _tag(module: ModulePlan) -> Tag | None:
    """Tell a CI of a verdict. It has no word for a known difference, and `skipped` alone is neither red nor green."""
    match module.status:
        case Verdict.DRIFT:
            return "failure"
        case Verdict.INCONCLUSIVE:
            return "error"
        case Verdict.IN_SYNC:
            return "skipped" if module.reason is Reason.ACKNOWLEDGED else None


def _message(module: ModulePlan) -> str:
    """Return what lists show: the values that differ, or the sentence that says what is not known."""
    if not module.changes or module.status is Verdict.INCONCLUSIVE:
        return module.reason.sentence
    return "; ".join(
        f"{change.path} should be {shown(change.desired)}, is {shown(change.observed)}"
        + (f" ({acknowledgement(change.acknowledged)})" if change.acknowledged else "")
        for change in module.changes
    )


def _verdict(module: ModulePlan) -> str:
    return f"{verdict(module)}, {module.reason}: {module.reason.sentence}"


def _changes(module: ModulePlan) -> Iterable[str]:
    """What a green case does not say elsewhere: what is acknowledged, and what is worth a look."""
    return [*details(module)][1:] if module.changes or module.flags else ()


def _incident(host: HostPlan | None) -> Iterator[str]:
    what, error = (trouble(host), host.error or host.images_error) if host else (None, None)
    if host and what and error:
        yield f"{host.name} {what}"
        yield f"    {error.reason} after {counted(host.attempts, 'look')}: {error.message}"


def _beside(plan: Plan, host: str) -> Iterator[str]:
    """Tell of a host what is no verdict."""
    yield from (f"suspicious: {suspicion}" for suspicion in plan.suspicions)
    for one in plan.unmanaged:
        if one.host == host:
            yield f"not managed by any module: {one.container} {one.image}"


def _bounded(lines: Sequence[str]) -> tuple[str, ...]:
    more = len(lines) - MAX_LINES
    return (*lines[:MAX_LINES], *([f"… and {counted(more, 'line')} more in the kept plan"] if more > 0 else []))

"""Results of smokes as JUnit XML, as CI systems read it: a suite for a module, a case for its plan and each probe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from platformctl.reason import Verdict
from platformctl.render.printable import printable
from platformctl.smoke.outcome import Outcome
from platformctl.smoke.result import ProbeResult, SmokeResult

_TAGS: Final = {Outcome.FAIL: "failure", Outcome.ERROR: "error", Outcome.INCONCLUSIVE: "error"}
"""What a CI has no word for may not pass: a probe that ran and proved nothing is an error to it."""


@dataclass(frozen=True, slots=True)
class _Case:
    """What a CI counts."""

    name: str
    tag: str | None
    reason: str
    message: str
    sentence: str
    duration_ms: int


def to_junit(results: tuple[SmokeResult, ...]) -> str:
    """Return one document for all results. The plan is a case too: else a smoke that did not run would look green."""
    suites = [(result, (_plan(result), *map(_probe, result.probes))) for result in results]
    root = Element("testsuites", _counts([case for _, cases in suites for case in cases]))
    for result, cases in suites:
        suite = SubElement(root, "testsuite", {"name": _legal(result.module), **_counts(cases)})
        suite.set("timestamp", result.started_at)
        suite.set("hostname", _legal(result.host))
        for case in cases:
            _add(suite, result.module, case)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _plan(result: SmokeResult) -> _Case:
    plan = result.plan
    tag = {Verdict.IN_SYNC: None, Verdict.DRIFT: "failure", Verdict.INCONCLUSIVE: "error"}[plan.verdict]
    return _Case("plan", tag, str(plan.reason), f"{plan.verdict}, plan {plan.id}", plan.reason.sentence, 0)


def _probe(probe: ProbeResult) -> _Case:
    tag = _TAGS.get(probe.outcome) if probe.reason.ran else "skipped"
    name = f"{probe.name} from {probe.origin}" if probe.origin else probe.name
    return _Case(name, tag, str(probe.reason), probe.message, probe.reason.sentence, probe.duration_ms)


def _counts(cases: Sequence[_Case]) -> dict[str, str]:
    tags = [case.tag for case in cases]
    return {
        "tests": str(len(cases)),
        "failures": str(tags.count("failure")),
        "errors": str(tags.count("error")),
        "skipped": str(tags.count("skipped")),
        "time": f"{sum(case.duration_ms for case in cases) / 1000:.3f}",
    }


def _add(suite: Element, module: str, case: _Case) -> None:
    time = f"{case.duration_ms / 1000:.3f}"
    element = SubElement(suite, "testcase", {"classname": _legal(module), "name": _legal(case.name), "time": time})
    if case.tag is None:
        return
    told = SubElement(element, case.tag, {"message": _legal(f"{case.reason}: {case.message}")})
    if case.tag != "skipped":
        told.set("type", case.reason)
        told.text = case.sentence


def _legal(text: str) -> str:
    """Spell what XML 1.0 has no character for; the markup is escaped by the library."""
    return "".join(
        one if one not in "\ufffe\uffff" else one.encode("unicode_escape").decode() for one in printable(text)
    )

"""A plan as JUnit XML: what a CI counts, and that it can read it whatever a host says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platformctl.plan.plan import Acknowledged, ModulePlan, Plan
from platformctl.reason import Reason, Verdict
from platformctl.render.plan_junit import MAX_LINES, to_junit
from platformctl.render.smoke_junit import to_junit as smoke_to_junit
from tests.unit.plan.strategies import World, unhurried, worlds
from tests.unit.smoke.findings import FAIL, INCONCLUSIVE, PASS, http, module, result

from .example import example_plan
from .hostile import hostile_plan

PLAN: Final = example_plan()
COUNTED: Final = {"failures": "failure", "errors": "error", "skipped": "skipped"}

# Jenkins' junit-10.xsd: of each element its attributes, those that it must have first, and what may be in it.
REQUIRED: Final[Mapping[str, frozenset[str]]] = {
    "testsuites": frozenset(),
    "testsuite": frozenset({"name", "tests", "failures", "errors"}),
    "testcase": frozenset({"name"}),
    "failure": frozenset(),
    "error": frozenset(),
    "skipped": frozenset(),
    "system-out": frozenset(),
}
OPTIONAL: Final[Mapping[str, frozenset[str]]] = {
    "testsuites": frozenset({"name", "time", "tests", "failures", "errors"}),
    "testsuite": frozenset({"skipped", "time", "timestamp", "hostname"}),
    "testcase": frozenset({"time", "classname"}),
    "failure": frozenset({"type", "message"}),
    "error": frozenset({"type", "message"}),
    "skipped": frozenset({"type", "message"}),
    "system-out": frozenset(),
}
INSIDE: Final[Mapping[str, frozenset[str]]] = {
    "testsuites": frozenset({"testsuite"}),
    "testsuite": frozenset({"testcase", "system-out"}),
    "testcase": frozenset({"failure", "error", "skipped", "system-out"}),
}


def check(text: str) -> Element:
    """Read a document, and fail where it is not as the schema and its own counts say."""
    root = fromstring(text)  # noqa: S314  made here
    assert root.tag == "testsuites"
    for element in root.iter():
        assert REQUIRED[element.tag] <= set(element.keys()) <= REQUIRED[element.tag] | OPTIONAL[element.tag]
        assert {inner.tag for inner in element} <= INSIDE.get(element.tag, frozenset())
    for one in (root, *root):
        told = {key: int(value) for key, value in one.items() if key in {"tests", *COUNTED}}
        found = {key: len(list(one.iter({"tests": "testcase", **COUNTED}[key]))) for key in told}
        assert told == found
    assert all(len({inner.tag for inner in case} & set(COUNTED.values())) <= 1 for case in root.iter("testcase"))
    return root


def tags(root: Element) -> dict[str, str]:
    """Return what became of each module."""
    tagged = ((case, [inner.tag for inner in case if inner.tag != "system-out"]) for case in root.iter("testcase"))
    return {str(case.get("name")): found[0] if found else "passed" for case, found in tagged}


def acknowledged(plan: Plan, *, known: Verdict) -> Plan:
    """Return the plan with every change acknowledged, in modules of this verdict."""
    note = Acknowledged("ops", "until the move", date(2026, 3, 1).isoformat())

    def noted(one: ModulePlan) -> ModulePlan:
        changes = tuple(replace(change, acknowledged=note) for change in one.changes)
        reason = Reason.ACKNOWLEDGED if known is Verdict.IN_SYNC else Reason.HEALTH_UNDECIDED
        return replace(one, changes=changes, status=known, reason=reason) if changes else one

    return replace(plan, modules=tuple(map(noted, plan.modules)))


def test_each_module_is_one_case() -> None:
    """Drift fails, what is not known is an error, what is proven passes, and what is not managed is no case."""
    root = check(to_junit(PLAN))
    assert tags(root) == {
        "np-api": "passed",
        "np-legacy": "passed",
        "worker": "passed",
        "np-backup": "failure",
        "np-guestbook": "passed",
        "np-meerkat-frontend": "passed",
        "np-plausible": "passed",
        "np-umami": "failure",
        "np-far-db": "error",
        "np-far-web": "error",
    }
    assert [suite.get("name") for suite in root] == ["rs1000", "rs2000", "rs3000"]
    assert {(suite.get("name"), case.get("classname")) for suite in root for case in suite.iter("testcase")} == {
        (name, name) for name in ("rs1000", "rs2000", "rs3000")
    }


def test_what_is_acknowledged_is_neither_red_nor_green() -> None:
    """It is skipped, with who answers for it, and where something else is not known it is an error all the same."""
    root = check(to_junit(acknowledged(PLAN, known=Verdict.IN_SYNC)))
    assert (tags(root)["np-backup"], tags(root)["np-umami"], tags(root)["np-api"]) == ("skipped", "skipped", "passed")
    (case,) = (case for case in root.iter("testcase") if case.get("name") == "np-backup")
    assert case[0].get("message") == (
        "acknowledged: container.state should be running, is exited "
        "(acknowledged by ops until 2026-03-01: until the move)"
    )
    assert str(case[1].text).startswith("in-sync (1 acknowledged), acknowledged: It is not as declared;")
    assert tags(check(to_junit(acknowledged(PLAN, known=Verdict.INCONCLUSIVE))))["np-backup"] == "error"


@unhurried
@given(worlds())
def test_nothing_unproven_passes(world: World) -> None:
    """Of every plan each module is there once, and only what is proven and not merely known passes."""
    plan = world.plan()
    found = {Verdict.DRIFT: "failure", Verdict.INCONCLUSIVE: "error", Verdict.IN_SYNC: "passed"}
    assert tags(check(to_junit(plan))) == {one.name: found[one.status] for one in plan.modules}


@pytest.mark.parametrize("text", ["]]></failure><x a='", "\x00\x1b[2J\ud800\ufffe\uffff", "a\nb\r\tc", "\u202eevil"])
def test_hostile_text_is_only_text(text: str) -> None:
    """What XML has no character for is spelled, and markup stays text."""
    root = check(to_junit(hostile_plan(PLAN, text)))
    assert len(list(root.iter("testcase"))) == len(PLAN.modules)
    assert not {"\x1b", "\u202e", "\t", "\r"} & set(to_junit(hostile_plan(PLAN, text)))


@settings(derandomize=True, deadline=None, max_examples=50)
@given(st.text(st.characters(), max_size=40))
def test_any_text_makes_xml(text: str) -> None:
    """Whatever hosts say, a CI can read the plan."""
    check(to_junit(hostile_plan(PLAN, text)))


def test_it_is_bounded() -> None:
    """A host with endless containers makes no endless report, and what is left out is said."""
    many = replace(PLAN, unmanaged=tuple(replace(PLAN.unmanaged[0], container=f"c{n}") for n in range(5000)))
    (suite,) = (suite for suite in check(to_junit(many)) if suite.get("name") == "rs2000")
    lines = str(suite[-1].text).splitlines()
    assert (len(lines), lines[-1]) == (MAX_LINES + 1, "… and 4900 lines more in the kept plan")


def test_smokes_follow_the_same_schema() -> None:
    """Results of smokes are what Jenkins' schema allows, too."""
    check(smoke_to_junit((result(module(http(), http()), PASS, FAIL, INCONCLUSIVE),)))

"""Findings and modules for tests of smokes."""

from __future__ import annotations

from typing import Any, Final

from platformctl.catalog.module import Module
from platformctl.plan.plan import Plan
from platformctl.smoke.agenda import agenda
from platformctl.smoke.finding import Finding, Tally
from platformctl.smoke.outcome import Outcome, ProbeReason
from platformctl.smoke.result import SmokeResult, smoke_result
from tests.unit.plan.one_host import PINNED, container, look, plan

PASS: Final = Finding(ProbeReason.ANSWERED, "status 200")
FAIL: Final = Finding(ProbeReason.STATUS_WRONG, "should be status 200, is 500")
OTHER_FAIL: Final = Finding(ProbeReason.PORT_CLOSED, "127.0.0.1:80: connection refused")
ERROR: Final = Finding(ProbeReason.NO_ROUTE, "192.0.2.1:80: No route to host")
INCONCLUSIVE: Final = Finding(ProbeReason.HEALTH_STARTING, "web: should be healthy, is starting")
BY_OUTCOME: Final = {
    Outcome.PASS: PASS,
    Outcome.FAIL: FAIL,
    Outcome.ERROR: ERROR,
    Outcome.INCONCLUSIVE: INCONCLUSIVE,
}

STARTED: Final = "2026-01-02T03:04:05.000+00:00"
ENDED: Final = "2026-01-02T03:04:06.000+00:00"


def module(*probes: dict[str, Any], name: str = "web", **changes: Any) -> Module:  # noqa: ANN401  as YAML has them
    """Return a module with these probes."""
    document = {"schema": "platformctl/module/v1", "name": name, "host": "h1", "image": PINNED}
    target = {} if "select" in changes else {"container": name}
    smoke = {"smoke": {"probes": probes}} if probes else {}
    return Module.model_validate({**document, **target, **smoke, **changes})


def http(**check: Any) -> dict[str, Any]:  # noqa: ANN401  as YAML has them
    """Return a probe over HTTP as YAML has it."""
    return {"http": {"url": "http://127.0.0.1:8080/health", **check}, "from": "host"}


def in_sync(one: Module) -> Plan:
    """Return a plan by which a module is as declared."""
    return plan(look(container(one.container or "web")), one)


def drifted(one: Module) -> Plan:
    """Return a plan by which it is proven not to be."""
    return plan(look(container(one.container or "web", State={"Status": "exited"})), one)


def undecided(one: Module) -> Plan:
    """Return a plan that proves neither."""
    return plan(look(container(one.container or "web", Image=None, Config={"Image": "other"})), one)


def result(one: Module, *findings: Finding, made: Plan | None = None) -> SmokeResult:
    """Return the result in which the probes of a module found this, each at its only try."""
    pairs = zip(agenda(one), findings, strict=False)
    tallies = {planned.key: Tally(planned.probe.tries).plus(finding, 12) for planned, finding in pairs}
    return smoke_result(one, made or in_sync(one), tallies, STARTED, ENDED)

"""The result of a smoke: every probe in it, run or not, and one sum."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from platformctl.catalog.catalog import Catalog, NamedHost
from platformctl.catalog.inventory import SnapshotHost
from platformctl.plan.plan import Plan
from platformctl.render.schema import schemas
from platformctl.render.smoke_document import from_json, to_json, to_json_array
from platformctl.smoke.agenda import agenda, targets
from platformctl.smoke.finding import Finding
from platformctl.smoke.outcome import ProbeReason
from platformctl.smoke.result import exit_code, planned_of

from .findings import ERROR, FAIL, INCONCLUSIVE, PASS, drifted, http, in_sync, module, result, undecided

STEADY = Finding(ProbeReason.STEADY, "web: running, no restart")
PROBES = (
    {"container": {"stable_for": 3}},
    http(),
    {"name": "mail", "tcp": {"address": "::1", "port": 25}},
)


def test_the_container_is_always_asked_about_and_last() -> None:
    """Probes come as declared; the container's, declared or not, is at the end, since it takes time anyway."""
    assert [(one.name, one.kind, one.origin) for one in agenda(module(*PROBES))] == [
        ("http http://127.0.0.1:8080/health", "http", "host"),
        ("mail", "tcp", "worker"),
        ("container web", "container", None),
    ]
    assert [one.probe.container and one.probe.container.stable_for for one in agenda(module(*PROBES))][-1] == 3
    assert [one.name for one in agenda(module())] == ["container web"]


@pytest.mark.parametrize(
    ("made", "reason", "code"), [(drifted, "plan-drift", 1), (undecided, "plan-inconclusive", 3)], ids=["drift", "?"]
)
def test_without_a_green_plan_nothing_is_asked(made: type[Plan], reason: str, code: int) -> None:
    """Every probe is listed all the same, and says why it was not run."""
    one = module(*PROBES)
    plan = made(one)  # type: ignore[call-arg,arg-type]
    assert planned_of(one, plan.modules[0]) == ()
    found = result(one, made=plan)
    assert {(probe.reason, probe.outcome, probe.tries) for probe in found.probes} == {(reason, "inconclusive", 0)}
    assert (len(found.probes), found.outcome, found.exit_code) == (3, "inconclusive", code)


@pytest.mark.parametrize(
    ("findings", "outcome", "code"),
    [
        ((PASS, PASS, STEADY), "pass", 0),
        ((PASS, FAIL, STEADY), "fail", 1),
        ((ERROR, FAIL, INCONCLUSIVE), "fail", 1),
        ((ERROR, PASS, INCONCLUSIVE), "error", 3),
        ((PASS, PASS, INCONCLUSIVE), "inconclusive", 3),
    ],
)
def test_the_sum(findings: tuple[Finding, ...], outcome: str, code: int) -> None:
    """The worst probe is the smoke's outcome; only a pass ends with 0, and only what is proven with 1."""
    found = result(module(*PROBES), *findings)
    assert (found.outcome, found.exit_code) == (outcome, code)


def test_several_smokes() -> None:
    """One that failed is enough for 1; all must pass for 0; none at all proves nothing."""
    passed, failed, unknown = (result(module(), finding) for finding in (STEADY, FAIL, ERROR))
    assert [exit_code(each) for each in ((passed,), (passed, unknown), (unknown, failed), ())] == [0, 3, 1, 3]


def test_document() -> None:
    """The published form is this, fits its schema, and can be read back."""
    found = result(module(http()), PASS, STEADY)
    document = json.loads(to_json(found))
    assert document == {
        "formatVersion": "1.0",
        "module": "web",
        "host": "h1",
        "plan": {"id": in_sync(module(http())).plan_id, "verdict": "in-sync", "reason": "exact"},
        "catalog": {"path": "catalog", "commit": None, "dirty": False, "key": None},
        "outcome": "pass",
        "probes": [
            {
                "name": "http http://127.0.0.1:8080/health",
                "kind": "http",
                "from": "host",
                "outcome": "pass",
                "reason": "answered",
                "message": "status 200",
                "tries": 1,
                "durationMs": 12,
            },
            {
                "name": "container web",
                "kind": "container",
                "from": None,
                "outcome": "pass",
                "reason": "steady",
                "message": "web: running, no restart",
                "tries": 1,
                "durationMs": 12,
            },
        ],
        "startedAt": "2026-01-02T03:04:05.000+00:00",
        "endedAt": "2026-01-02T03:04:06.000+00:00",
    }
    Draft202012Validator(schemas()["smoke-1.0.schema.json"]).validate(document)
    assert from_json(to_json(found)) == found
    assert json.loads(to_json_array((found, found))) == [document, document]


def test_the_schema_has_the_reasons_as_a_closed_list() -> None:
    """Whoever reads smoke.json can rely on the published codes."""
    definitions = schemas()["smoke-1.0.schema.json"]["$defs"]
    assert definitions["ProbeReason"]["enum"] == [reason.value for reason in ProbeReason]
    assert definitions["Outcome"]["enum"] == ["pass", "inconclusive", "error", "fail"]


def test_what_a_host_has_to_permit() -> None:
    """Every place that a probe connects to from this host, once; what the worker asks needs no permit."""
    web = module(http(), http(connect="[::1]:8443"), {"tcp": {"address": "db", "port": 5432}, "from": "host"})
    api = module(http(), {"tcp": {"address": "worker-only", "port": 1}}, name="api")
    hosts = (NamedHost("h1", SnapshotHost(transport="snapshot", path="h1")),)
    catalog = Catalog((api, web), hosts, ())
    assert [str(target) for target in targets(catalog, "h1")] == ["127.0.0.1:8080", "[::1]:8443", "db:5432"]
    assert targets(catalog, "h2") == ()

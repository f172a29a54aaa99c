"""The whole output of the example fleet's history, and what readers of each form make of it."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Final

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from platformctl.history.history import History
from platformctl.reason import Verdict
from platformctl.render.history.document import history_schema, to_json
from platformctl.render.history.metrics import to_metrics
from platformctl.render.history.phrase import share, span
from platformctl.render.history.text import to_text
from tests.unit.history.nights import history, plans
from tests.unit.plan.strategies import unhurried

from .example import GOLDEN, example_history, example_plan
from .pasts import forms
from .test_harmless import HOSTILE

VALIDATOR: Final = jsonschema.Draft202012Validator(history_schema())


@cache
def example() -> History:
    """Return the history of the example fleet."""
    return example_history(example_plan())


def metrics(of: History) -> dict[str, dict[tuple[str, ...], float]]:
    """Return what Prometheus reads: the value of each series by the values of its labels."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(to_metrics(of)):
        assert family.type == "gauge"
        assert family.documentation
        for sample in family.samples:
            assert sample.timestamp is None
            key = tuple(value for _, value in sorted(sample.labels.items()))
            assert key not in found.setdefault(sample.name, {})
            found[sample.name][key] = sample.value
    return found


@pytest.mark.parametrize("name", ["history.txt", "history.json", "history.prom", "history.html"])
def test_output_is_the_golden_one(name: str) -> None:
    """Text, JSON, metrics and page are byte for byte what was read and approved."""
    assert forms()[name] == (GOLDEN / name).read_text()


def test_json_follows_the_schema() -> None:
    """The published schema holds for a long history and for none."""
    jsonschema.Draft202012Validator.check_schema(history_schema())
    for one in (example(), history(until=plans(web="g")[0].at)):
        VALIDATOR.validate(json.loads(to_json(one)))


def test_metrics_say_what_the_history_says() -> None:
    """Each figure is read back by Prometheus's own parser, and what is not known has no series."""
    found = metrics(history(*plans(web="grog", api="oooo")))
    (web, api) = ("rs1000", "web"), ("rs1000", "api")
    assert found["platformctl_module_verdict"] == {
        (*web, "in-sync"): 1, (*web, "inconclusive"): 0, (*web, "drift"): 0,
        (*api, "in-sync"): 0, (*api, "inconclusive"): 1, (*api, "drift"): 0,
    }  # fmt: skip
    assert found["platformctl_module_last_conclusive_look_timestamp_seconds"] == {web: 1767495600}
    assert found["platformctl_module_stale"] == {web: 0, api: 1}
    assert found["platformctl_module_window_pass_ratio"] == {web: 0.5, api: 0}
    assert found["platformctl_module_window_drift_seconds"] == {web: 2 * 86400, api: 0}
    assert found["platformctl_module_window_flips"] == {web: 3, api: 0}
    assert found["platformctl_module_window_red_flips"] == {web: 2, api: 0}
    assert found["platformctl_module_window_comparisons"] == {web: 3, api: 3}
    assert found["platformctl_history_plans"] == {(): 4}
    smoked = metrics(example())
    frontend, worker = ("rs2000", "np-meerkat-frontend"), ("rs1000", "worker")
    outcomes = {key: value for key, value in smoked["platformctl_module_last_smoke"].items() if key[:2] == frontend}
    assert outcomes == {
        (*frontend, outcome): outcome == "fail" for outcome in ("pass", "inconclusive", "error", "fail")
    }
    assert (*worker, "pass") not in smoked["platformctl_module_last_smoke"]
    assert smoked["platformctl_module_window_smokes"][worker] == 0
    assert smoked["platformctl_module_window_smokes"][frontend] == 11
    assert worker not in smoked["platformctl_module_smoke_failing_since_timestamp_seconds"]


@unhurried
@given(st.sampled_from(HOSTILE) | st.text())
def test_labels_hold_any_name(name: str) -> None:
    """Whatever a module is called, its series are read back, one line each."""
    one = example()
    hostile = replace(one, modules=(replace(one.modules[0], name=name), *one.modules[1:]))
    assert len(metrics(hostile)["platformctl_module_stale"]) == len(one.modules)
    assert to_metrics(hostile).count("\n") == to_metrics(one).count("\n")
    assert to_text(hostile).count("\n") == to_text(one).count("\n")


def test_names_of_metrics_follow_the_conventions() -> None:
    """Names say the program, and the unit last; times and durations are in seconds, shares are ratios."""
    names = metrics(example())
    assert all(name.startswith(("platformctl_module_", "platformctl_history_")) for name in names)
    assert {name.rpartition("_")[2] for name in names if "timestamp" in name or "drift_" in name} == {"seconds"}
    assert not [name for name in names if name.endswith(("_total", "_count", "_bucket", "_sum", "_info"))]


def test_a_green_too_old_is_not_called_green() -> None:
    """Text shows it as stale, with a sign of its own, and counts it apart."""
    made = plans(web="g", api="r", cron="o")
    late = history(*made, until=made[0].at.replace(day=9))
    lines = to_text(late).splitlines()
    assert [line.split()[:4] for line in lines if line.startswith(("-", "~", "?", "="))] == [
        ["~", "api", "rs1000", "drift"],
        ["?", "cron", "rs1000", str(Verdict.INCONCLUSIVE)],
        ["-", "web", "rs1000", "stale"],
    ]
    assert lines[-1] == "1 drift, 1 inconclusive, 1 stale of 3 modules"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3599, "59 min 59 s"),
        (3600, "1 h"),
        (93600, "1 d 2 h"),
        (86400, "1 d"),
        (86400 + 59, "1 d"),
        (400 * 86400, "400 d"),
    ],
)
def test_durations(seconds: int, words: str) -> None:
    """A duration is said in its two largest units."""
    assert span(seconds) == words


@pytest.mark.parametrize(("part", "words"), [(1.0, "100 %"), (0.9999, "99.9 %"), (0.5, "50.0 %"), (0.0, "0.0 %")])
def test_shares(part: float, words: str) -> None:
    """Only the whole is called the whole."""
    assert share(part) == words

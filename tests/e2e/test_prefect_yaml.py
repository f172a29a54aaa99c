"""prefect.yaml against the code, and against what Prefect reads of it: it leaves out what it does not know."""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from prefect.cli.deploy._models import ConcurrencyLimitSpec, DeploymentConfig, PrefectYamlModel, RawScheduleConfig
from prefect.flows import Flow, load_flow_from_entrypoint
from pydantic import BaseModel

from .server import POOL, ROOT

DECLARED: dict[str, Any] = yaml.safe_load((ROOT / "prefect.yaml").read_text())
DEPLOYMENTS: list[dict[str, Any]] = DECLARED["deployments"]


def test_every_key_is_one_that_prefect_reads() -> None:
    """No key of the file is left out by Prefect."""
    assert unknown_keys(DECLARED) == []


def test_a_typo_is_found() -> None:
    """A key with a wrong name is found at every level."""
    wrong = deepcopy(DECLARED)
    wrong["deployment"] = []
    wrong["deployments"][0]["nightly"] = wrong["deployments"][0].pop("name")
    wrong["deployments"][0]["concurrency_limit"]["collision"] = "CANCEL_NEW"
    wrong["deployments"][0]["schedules"][0]["time_zone"] = "Europe/Berlin"
    wrong["deployments"][0]["work_pool"]["pool"] = "platformctl"
    assert unknown_keys(wrong) == ["collision", "deployment", "nightly", "pool", "time_zone"]


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda each: f"{each['entrypoint']}/{each['name']}")
def test_deployment_can_be_loaded(deployment: dict[str, Any]) -> None:
    """The entrypoint is a real flow that knows the parameters, in the one pool; it says what it never does."""
    flow: Flow[..., Any] = load_flow_from_entrypoint(deployment["entrypoint"], use_placeholder_flow=False)
    needed = {name: "a1" * 20 if name == "commit" else "np-edge" for name in flow.parameters.required}
    assert flow.validate_parameters({**needed, **deployment["parameters"]}) == flow.validate_parameters(needed)
    assert deployment["description"].endswith(" changes no host.")
    assert str(flow.description).endswith(" changes no host.")
    assert POOL in deployment["tags"]
    assert deployment["work_pool"]["name"] == POOL
    assert flow.retries == 0


def test_deployments_are_told_apart() -> None:
    """Flow and name together are unique, and these."""
    flows = [load_flow_from_entrypoint(each["entrypoint"], use_placeholder_flow=False).name for each in DEPLOYMENTS]
    assert sorted(f"{flow}/{each['name']}" for flow, each in zip(flows, DEPLOYMENTS, strict=True)) == [
        "nightly-smoke/manual",
        "nightly-smoke/nightly",
        "plan-fleet/manual",
        "reconcile-merges/poll",
        "rerun-after-merge/merge",
        "smoke-module/manual",
        "smoke-module/rerun",
    ]


def test_schedules_can_be_changed_in_place() -> None:
    """A schedule has a slug, by which deploying again finds it, and a time zone: UTC moves by an hour in summer."""
    schedules = [schedule for each in DEPLOYMENTS for schedule in each.get("schedules", [])]
    assert [schedule["slug"] for schedule in schedules] == ["nightly", "poll"]
    assert all(ZoneInfo(schedule["timezone"]) for schedule in schedules)


def test_no_folder_of_one_machine_is_committed() -> None:
    """Where the catalog is stands on the server that was deployed to, and not in the file."""
    assert not {"pull", "build", "push"} & {key for part in (DECLARED, *DEPLOYMENTS) for key in part}


def unknown_keys(document: dict[str, Any]) -> list[str]:
    """Return the keys that Prefect would leave out; `definitions` is for anchors."""
    unknown = set(document) - _read_by(PrefectYamlModel) - {"definitions"}
    for each in document["deployments"]:
        unknown |= set(each) - _read_by(DeploymentConfig)
        unknown |= set(each["work_pool"]) - {"name", "work_queue_name", "job_variables"}
        unknown |= set(each.get("concurrency_limit", ())) - _read_by(ConcurrencyLimitSpec)
        for schedule in each.get("schedules", []):
            unknown |= set(schedule) - _read_by(RawScheduleConfig)
    return sorted(unknown)


def _read_by(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}

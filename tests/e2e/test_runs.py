"""Runs of the deployments, by a worker that was started in another folder: what a person sees of each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.client.schemas.objects import StateType
from prefect.exceptions import PrefectHTTPStatusError

from flows.outcome import RED
from platformctl.adapters.catalog_folder import load_catalog
from tasks.offer_choices import offer
from tests.lab.fleet import SECRET

from .catalog import IN_SYNC, edit_containers, empty_catalog, forget_locks, recorded, waiting
from .plans import plan_folders
from .run import Run, eventually, start
from .server import Server

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.usefixtures("server")]

PLAN = "plan-fleet/manual"
NIGHTLY = "nightly-smoke/manual"
SMOKE = "smoke-module/manual"

ENDINGS = {
    "in-sync": ("COMPLETED", "Completed", "in-sync: 1 in-sync of 1 module on 1 host"),
    "drift": ("FAILED", "Drift", "drift: 1 drift of 1 module on 1 host"),
    "inconclusive": ("CRASHED", "Inconclusive", "inconclusive: 1 inconclusive of 1 module on 1 host"),
    "unknown module": (
        "CRASHED",
        "Unusable",
        "there is no module 'np-umami'; known here: np-meerkat-frontend",
    ),
    "broken catalog": (
        "CRASHED",
        "Unusable",
        "broken/meerkat/modules/np-meerkat-frontend/module.yaml:6: unknown key 'imagee'; did you mean 'image'?",
    ),
}
JUDGED = ("in-sync", "drift", "inconclusive")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the catalogs and stores of this module's runs."""
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def runs(server: Server, place: Path) -> Mapping[str, Run]:
    """One run for each ending, all at once."""
    assert server

    def begin(name: str, catalog: Path, **parameters: object) -> Run:
        store = place / "stores" / name
        return start(PLAN, catalog=str(catalog), store=str(store), **parameters)

    in_sync = recorded(place, "meerkat")
    edit_containers(in_sync, lambda found: found[0]["Config"].update(Env=[f"SESSION_SECRET={SECRET}"]))
    unproven = recorded(place / "unproven", "drifted")
    forget_locks(unproven)
    broken = recorded(place / "broken", "meerkat")
    with (broken / "modules" / IN_SYNC / "module.yaml").open("a") as module:
        module.write("imagee: nginx\n")
    return {
        "in-sync": begin("in-sync", in_sync),
        "drift": begin("drift", recorded(place, "drifted")),
        "inconclusive": begin("inconclusive", unproven),
        "unknown module": begin("unknown module", in_sync, modules=["np-umami"]),
        "broken catalog": begin("broken catalog", broken),
    }


@pytest.mark.parametrize("name", ENDINGS)
def test_final_state(runs: Mapping[str, Run], place: Path, name: str) -> None:
    """The state's type is the colour of the verdict, its name says why, its message is the headline."""
    kind, state, message = runs[name].ending()
    assert (kind, state, message.replace(f"{place}/", "")) == ENDINGS[name]


@pytest.mark.parametrize("name", JUDGED)
def test_run_is_named_and_tagged_by_its_verdict(runs: Mapping[str, Run], name: str) -> None:
    """In a list of runs, the name tells what and how it ended; tags stay, and the verdict's comes to them."""
    run = runs[name].finished()
    assert run.name == f"plan-fleet · 1 module · 1 {name}"
    assert sorted(run.tags) == ["manual", "platformctl", f"verdict:{name}"]


@pytest.mark.parametrize("name", JUDGED)
def test_artifacts_say_what_the_kept_plan_says(runs: Mapping[str, Run], place: Path, name: str) -> None:
    """The Markdown is the kept plan's, with the way to it; each row of the table is a module of its JSON."""
    runs[name].finished()
    (folder,) = plan_folders(place / "stores" / name)
    plan = json.loads((folder / "plan.json").read_text())
    artifacts = runs[name].artifacts()
    [module] = plan["modules"]
    page = f"module-{module['name']}"
    assert {key: found.description for key, found in artifacts.items()} == {
        "plan-fleet": ENDINGS[name][2],
        "plan-fleet-modules": ENDINGS[name][2],
        "plan-fleet-hosts": ENDINGS[name][2],
        page: f"{module['name']} on rs2000: {name}",
    }
    assert str(artifacts[page].data).splitlines()[0].endswith(f"{module['name']} on rs2000: {module['reason']}")
    assert json.loads(str(artifacts["plan-fleet-hosts"].data)) == [
        {
            "host": "rs2000",
            "answered": "yes",
            "engine": "docker 20.10.24+dfsg1",
            **{verdict: str(int(verdict == name)) for verdict in JUDGED},
            "looks": str(plan["hosts"][0]["attempts"]),
            "trouble": "",
        }
    ]
    files = f"{folder}/report.html\n{folder}/plan.json\nplatformctl plan --snapshot {folder}/snapshot"
    kept = f"\n## Kept\n\n```text\n{files}\n```"
    assert artifacts["plan-fleet"].data == (folder / "plan.md").read_text() + kept
    assert json.loads(str(artifacts["plan-fleet-modules"].data)) == [
        {
            "verdict": module["status"],
            "module": module["name"],
            "host": module["host"],
            "reason": module["reason"],
            "declared": module["image"],
            "changes": ", ".join(change["path"] for change in module["changes"]),
        }
        for module in plan["modules"]
    ]
    assert plan["status"] == name


@pytest.mark.parametrize("name", ENDINGS)
def test_log_is_short(runs: Mapping[str, Run], place: Path, name: str) -> None:
    """What is expected to happen leaves no stack in the log, whatever the verdict."""
    runs[name].finished()
    log = runs[name].log()
    assert "Traceback" not in log
    assert ENDINGS[name][2] in log.replace(f"{place}/", "")


@pytest.mark.parametrize("name", ENDINGS)
def test_nothing_tells_a_secret(runs: Mapping[str, Run], place: Path, server: Server, name: str) -> None:
    """The value of a container's variable is in no log, no artifact, no kept file, and nowhere in Prefect's files."""
    runs[name].finished()
    shown = [runs[name].log(), *(str(artifact.data) for artifact in runs[name].artifacts().values())]
    assert not [text for text in shown if SECRET in text]
    written = [*(place / "stores").rglob("*"), *server.folder.rglob("*")]
    assert not [file for file in written if file.is_file() and SECRET.encode() in file.read_bytes()]
    assert SECRET in (place / "meerkat/containers.json").read_text()


def test_nightly_run_is_alone(place: Path) -> None:
    """A night that finds another one still under way is cancelled, and says why."""
    with waiting(empty_catalog(place / "alone")) as (catalog, listener):
        parameters = {"catalog": str(catalog), "store": str(place / "stores/alone")}
        first = start(NIGHTLY, **parameters)
        connection, _ = listener.accept()
        with connection:
            second = start(NIGHTLY, **parameters)
            assert second.ending() == ("CANCELLED", "Cancelled", "Deployment concurrency limit reached.")
            first.cancel()
            assert first.ending()[:2] == ("CANCELLED", "Cancelled")


def test_later_night_adds_a_version(place: Path) -> None:
    """Nights publish under the same keys, each a version of its own."""
    parameters = {"catalog": str(recorded(place / "nightly", "drifted")), "store": str(place / "stores/nightly")}
    nights = []
    for _ in range(2):
        nights.append(night := start(NIGHTLY, **parameters))
        assert night.ending() == ENDINGS["drift"]
        assert night.read().name == "nightly-smoke · 1 module · 1 drift"
    first, second = ({key: artifact.id for key, artifact in run.artifacts().items()} for run in nights)
    assert (
        set(first)
        == set(second)
        == {
            "plan-nightly-smoke",
            "plan-nightly-smoke-modules",
            "plan-nightly-smoke-hosts",
            "module-np-umami",
        }
    )
    assert set(first.values()).isdisjoint(second.values())


def test_value_that_does_not_fit_is_refused() -> None:
    """The server takes no run whose parameters break the form's rules, and says which."""
    with pytest.raises(PrefectHTTPStatusError, match="-1 is less than the minimum of 0"):
        start(PLAN, confirm_after=-1)
    names = r"'np-meerkat' is not one of \['np-edge-proxy', 'np-meerkat-frontend', 'np-umami'\]"
    with pytest.raises(PrefectHTTPStatusError, match=names):
        start(PLAN, modules=["np-meerkat"])
    with pytest.raises(PrefectHTTPStatusError, match=r"'\.\./etc' is not one of \['edge1', 'local', 'rs2000'\]"):
        start(PLAN, hosts=["../etc"])


def test_choices_follow_the_catalog(tmp_path: Path) -> None:
    """Forms offer the names of the catalog that is deployed: whoever changes it, the next plan of it renews them."""
    offer(load_catalog(recorded(tmp_path, "meerkat")))
    assert choices() == (["np-meerkat-frontend"], ["rs2000"], ["np-meerkat-frontend"])
    assert start(PLAN, modules=["np-meerkat-frontend"], store=str(tmp_path / "store")).ending()[1] == "Completed"
    modules = ["np-edge-proxy", "np-meerkat-frontend", "np-umami"]
    assert choices() == (modules, ["edge1", "local", "rs2000"], modules)


def choices() -> tuple[list[str], list[str], list[str]]:
    """Return the modules and hosts that the form of a plan offers, and the modules of the form of a smoke."""
    with get_client(sync_client=True) as client:
        schemas = [client.read_deployment_by_name(each).parameter_openapi_schema for each in (PLAN, SMOKE)]
    plan, smoke = ((schema or {})["properties"] for schema in schemas)
    return plan["modules"]["items"]["enum"], plan["hosts"]["items"]["enum"], smoke["module"]["enum"]


def test_value_that_slipped_through_is_not_red() -> None:
    """Where the server was told not to check, Prefect fails the run itself: that is no drift, and ends in orange."""
    wanted = {"parameters": {"confirm_after": "soon"}, "enforce_parameter_schema": False}
    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name(PLAN)
        path = f"/deployments/{deployment.id}/create_flow_run"
        asked = client._client.post(path, json={**wanted, "state": {"type": "SCHEDULED"}})
    run = Run(UUID(asked.json()["id"]))

    def recoloured() -> str | None:
        state = run.read().state
        return str(state.message) if state and state.is_crashed() else None

    assert "confirm_after: Input should be a valid number" in eventually(recoloured)


def test_only_drift_is_red(runs: Mapping[str, Run]) -> None:
    """Of all runs so far, whoever began them, the red ones are those that proved something."""
    for run in runs.values():
        run.finished()
    with get_client(sync_client=True) as client:
        failed = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.FAILED]))
        red = client.read_flow_runs(flow_run_filter=FlowRunFilter(state=failed))
    assert {"Drift"} <= {str(run.state.name) for run in red if run.state} <= RED


def test_night_is_scheduled() -> None:
    """The server makes runs of the nightly schedule: some releases of what Prefect needs break just this, silently."""
    with get_client(sync_client=True) as client:
        nightly = client.read_deployment_by_name("nightly-smoke/nightly")

        def scheduled() -> list[str] | None:
            state = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED]))
            found = client.read_flow_runs(flow_run_filter=FlowRunFilter(state=state))
            return [run.name for run in found if run.deployment_id == nightly.id] or None

        assert eventually(scheduled)


def test_deploying_again_changes_nothing(server: Server) -> None:
    """The bootstrap can be run at any time: pool, deployments and schedule stay the same ones."""
    names = ("nightly-smoke/nightly", "nightly-smoke/manual", "plan-fleet/manual")

    def deployed() -> list[tuple[UUID, list[str | None]]]:
        with get_client(sync_client=True) as client:
            found = [client.read_deployment_by_name(name) for name in names]
        return [(each.id, [schedule.slug for schedule in each.schedules]) for each in found]

    before = deployed()
    again = server.bootstrap()
    assert (again.returncode, again.stderr) == (0, "")
    assert deployed() == before
    assert [slugs for _, slugs in before] == [["nightly"], [], []]

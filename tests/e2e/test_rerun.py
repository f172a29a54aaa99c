"""From a merge to exactly one smoke, or to a receipt that says why there is none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final

import pytest
import yaml
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.deployments import run_deployment
from prefect.states import Scheduled

from flows.reconcile_merges import reconcile_merges
from flows.smoke_module import smoke_module
from platformctl.adapters.catalog_key import catalog_key
from platformctl.adapters.leasing import leased
from tests.lab.container import compose
from tests.lab.container import start as start_container
from tests.lab.engine import docker
from tests.lab.fleet import meerkat, push
from tests.lab.registry import Registry
from tests.lab.sshd import ssh_hosts as start_ssh_hosts
from tests.repository import GitRepository, git_repository

from .catalog import IN_SYNC, add_host, add_module, empty_catalog, reached_by, recorded
from .merges import Followed, followed
from .plans import ending, plan_folders
from .run import Run, eventually

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.usefixtures("server")]

MODULE: Final = f"modules/{IN_SYNC}/module.yaml"


def from_recording(folder: Path, state: str, name: str) -> tuple[Followed, str]:
    """Follow a repository with a recorded catalog, whose module has a name of this test; return its last merge too."""
    repository = git_repository(folder / "catalog", recorded(folder, state))
    renamed(repository, name)
    repository.commit()
    place = f"modules/{name}/module.yaml"
    commit = repository.merge({place: (repository.folder / place).read_text() + "# changed\n"})
    return followed(repository, folder, name), commit


def renamed(repository: GitRepository, name: str) -> None:
    """Give the one module another name, by which its runs are found among those of all tests."""
    (folder,) = (repository.folder / "modules").iterdir()
    place = folder.rename(folder.with_name(name)) / "module.yaml"
    place.write_text(place.read_text().replace(f"name: {folder.name}", f"name: {name}", 1))


@dataclass(slots=True)
class Service:
    """What a probe asks; `asked` are the paths that it was asked for."""

    port: int = 0
    asked: list[str] = field(default_factory=list)


@contextmanager
def service() -> Iterator[Service]:
    """Answer to probes."""
    counted = Service()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            counted.asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name in the library
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        counted.port = server.server_address[1]
        try:
            yield counted
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.lab
def test_one_merge_one_smoke(lab: Path, registry: Registry, tmp_path: Path) -> None:
    """A merge changes a pin, the container comes a little later, and one smoke runs, whoever tells of it again."""
    with docker(lab, "rs2000") as engine, start_ssh_hosts(lab, {"rs2000": engine}) as ssh, service() as asked:
        running = meerkat(engine, registry)
        newer = push(registry, "fbuchner/meerkat-crm-frontend", "1.5.0", tag="rerun")
        probes = [{"http": {"url": f"http://127.0.0.1:{asked.port}/health"}}, {"container": {"stable_for": 1}}]
        declared = {**running.module("rs2000"), "smoke": {"probes": probes}}
        catalog = empty_catalog(tmp_path / "files")
        add_host(catalog, "rs2000", **reached_by(ssh, "rs2000"))
        add_module(catalog, declared)
        repository = git_repository(tmp_path / "catalog", catalog)
        repository.commit()
        merged = followed(repository, tmp_path, running.name, wait_for_green=3600)

        commit = repository.merge({MODULE: yaml.safe_dump({**declared, "image": newer.pinned})})
        first = delivered(merged, commit)
        assert eventually(lambda: statuses(merged) or None) == ["drift"], "the container is still the old one"
        assert merged.smokes() == {}
        engine.run("rm", "--force", running.name)
        start_container(engine, newer.tagged, running.name, *compose(running.name))

        assert first.ending() == ("COMPLETED", "Completed", f"{commit[:12]}: 1 triggered")
        assert statuses(merged)[-1] == "in-sync"
        (smoke,) = merged.smokes()[running.name]
        assert smoke.ending()[:2] == ("COMPLETED", "Completed")
        assert asked.asked == ["/health"]

        assert delivered(merged, commit).id == first.id
        assert merged.rerun(commit)[:2] == ("COMPLETED", "Completed")
        assert merged.poll() == ("COMPLETED", "Completed", "1 followed")
        again(smoke)
        assert smoke.ending()[:2] == ("CRASHED", "NotRun")
        assert merged.smokes() == {running.name: [smoke]}
        assert asked.asked == ["/health"]
    assert merged.said() == [("push", "triggered", running.name), ("push", "duplicate", None)]
    (receipt,) = merged.branch.ledger.receipts(merged.branch.merge(commit))
    plan = json.loads((plan_folders(merged.store)[-1] / "plan.json").read_text())
    key = catalog_key(repository.folder)  # that of the nightly plans of a clone
    assert plan["catalog"] == {"path": "platform/catalog", "commit": commit, "dirty": False, "key": key}
    assert (receipt.run, receipt.note) == (
        str(smoke.id),
        f"exact: The pinned digest is one of the digests of the running image. ({MODULE} changed)",
    )


def delivered(merged: Followed, commit: str) -> Run:
    """Ask for the run that follows a merge, under its key."""
    run: Any = run_deployment(
        "rerun-after-merge/merge",
        parameters={"repository": "catalog", "commit": commit, "source": "push", **merged.parameters},
        idempotency_key=merged.branch.merge(commit).key,
        timeout=0,
        as_subflow=False,
    )
    return Run(run.id)


def statuses(merged: Followed) -> list[str]:
    """Return the verdicts of all plans that were kept."""
    index = merged.store / "plans/index.jsonl"
    return [json.loads(line)["status"] for line in index.read_text().splitlines()] if index.exists() else []


def again(run: Run) -> None:
    """Execute a run again, as the interface's button does."""
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run.id, Scheduled(), force=True)

    def begun() -> bool | None:
        return run.read().run_count > 1 or None

    assert eventually(begun)


def test_drift_is_not_triggered(tmp_path: Path) -> None:
    """What is proven to differ at the end of the wait gets no smoke, and a red run; made good, it gets one by hand."""
    merged, commit = from_recording(tmp_path, "drifted", "np-drifted")
    assert merged.rerun(commit) == ("FAILED", "Drift", f"{commit[:12]}: 1 drift")
    assert merged.poll() == ("COMPLETED", "Completed", "1 followed")
    assert merged.rerun(commit, "command") == ("FAILED", "Drift", f"{commit[:12]}: 1 drift")
    assert merged.said() == [("push", "drift", "np-drifted"), ("command", "drift", "np-drifted")]
    assert merged.smokes() == {}


def test_inconclusive_is_not_triggered(tmp_path: Path) -> None:
    """A host that answers nothing proves nothing: no smoke, and an orange run."""
    merged, _ = from_recording(tmp_path, "meerkat", "np-dark")
    commit = merged.repository.merge({"containers.json": "[", "modules/np-dark/notes": "x"})
    assert merged.rerun(commit)[:2] == ("CRASHED", "NotTriggered")
    assert merged.said() == [("push", "inconclusive", "np-dark")]
    assert merged.smokes() == {}


def test_merge_that_touches_nothing(tmp_path: Path) -> None:
    """Most merges touch no module: nothing is planned, and the run is green."""
    merged, _ = from_recording(tmp_path, "meerkat", "np-untouched")
    commit = merged.repository.merge({"README.md": "x"})
    said = "The merge touches no module, and none is to be tried again."
    assert merged.rerun(commit) == ("COMPLETED", "Completed", f"{commit[:12]}: {said}")
    assert merged.said() == [("push", "untouched", None)]
    assert not (merged.store / "plans").exists()


def test_unusable_catalog_is_not_triggered(tmp_path: Path) -> None:
    """A merge that breaks the catalog leaves receipts that say where, no traceback and no red."""
    merged, _ = from_recording(tmp_path, "meerkat", "np-broken")
    commit = merged.repository.merge({"modules/np-broken/module.yaml": "schema: platformctl/module/v1\n"})
    assert merged.rerun(commit) == ("CRASHED", "NotTriggered", f"{commit[:12]}: 1 plan-failed")
    (receipt,) = merged.branch.ledger.receipts(merged.branch.merge(commit))
    assert receipt.note.startswith("modules/np-broken/module.yaml:1: ")
    assert merged.smokes() == {}


def test_commit_that_is_no_merge(tmp_path: Path) -> None:
    """What is on no base branch is told apart, and leads to nothing."""
    merged, _ = from_recording(tmp_path, "meerkat", "np-elsewhere")
    assert merged.rerun("ab" * 20)[:2] == ("CRASHED", "NotTriggered")
    assert merged.rerun(merged.repository.run("rev-parse", "feature"))[:2] == ("CRASHED", "NotTriggered")
    assert merged.said() == [("push", "not-on-base", None)] * 2


def test_what_was_lost_is_found_by_the_poller(tmp_path: Path) -> None:
    """A forge that was away when it was asked, and deliveries that never came: the next look sees to both, once."""
    merged, first = from_recording(tmp_path, "meerkat", "np-lost")
    away = merged.repository.folder.rename(tmp_path / "away")
    assert merged.rerun(first)[:2] == ("CRASHED", "NotTriggered")
    assert merged.poll()[:2] == ("CRASHED", "NotTriggered")
    away.rename(merged.repository.folder)
    second = merged.repository.merge({"README.md": "x"})
    third = merged.repository.merge({"modules/np-lost/notes": "x"})
    assert merged.poll()[2] == f"1 followed; {first[:12]}: 1 superseded; {third[:12]}: 1 triggered"
    assert merged.poll() == ("COMPLETED", "Completed", "1 followed")
    assert merged.rerun(second)[:2] == ("COMPLETED", "Completed")
    assert merged.said() == [
        ("push", "not-fetched", None),
        ("reconcile", "superseded", "np-lost"),
        ("reconcile", "untouched", None),
        ("reconcile", "triggered", "np-lost"),
        ("push", "duplicate", None),
    ]
    assert [len(runs) for runs in merged.smokes().values()] == [1]


def test_poller_leaves_living_runs_alone(tmp_path: Path) -> None:
    """What a run follows that lives is not followed twice, and who asks for it anyway is told by which run."""
    merged, commit = from_recording(tmp_path, "meerkat", "np-leased")
    branch = merged.branch
    branch.mirror.fetch(branch.clone)
    with leased(branch.ledger, branch.merge(commit), "another run"):
        assert merged.poll() == ("COMPLETED", "Completed", "1 followed")
        assert merged.rerun(commit)[:2] == ("COMPLETED", "Completed")
        assert merged.said() == [("push", "duplicate", None)]
    assert merged.poll()[2] == f"1 followed; {commit[:12]}: 1 triggered"


def test_poller_looks_once_and_comes_again(tmp_path: Path) -> None:
    """What is not green yet stays open for the next look, without a receipt; when it is, its smoke is created."""
    merged, commit = from_recording(tmp_path, "drifted", "np-slow")
    patient = followed(merged.repository, tmp_path, "np-slow", wait_for_green=3600)
    for _ in range(2):
        assert patient.poll() == ("COMPLETED", "Completed", f"1 followed; {commit[:12]}: 1 waiting")
    assert patient.said() == []
    followed(merged.repository, tmp_path, "np-slow", wait_for_green=0)
    assert patient.poll() == ("FAILED", "Drift", f"1 followed; {commit[:12]}: 1 drift")
    assert patient.poll() == ("COMPLETED", "Completed", "1 followed")


def test_one_branch_keeps_no_other_from_being_looked_at(tmp_path: Path) -> None:
    """A repository that is gone is named, and the others are looked at all the same."""
    merged, commit = from_recording(tmp_path, "meerkat", "np-beside")
    place = tmp_path / "repositories.yaml"
    document = yaml.safe_load(place.read_text())
    gone = {**document["repositories"]["catalog"], "name": "platform/gone", "clone": str(tmp_path / "gone")}
    place.write_text(yaml.safe_dump({**document, "repositories": {"a-gone": gone, **document["repositories"]}}))
    kind, name, message = merged.poll()
    assert (kind, name) == ("CRASHED", "NotTriggered")
    assert f"{commit[:12]}: 1 triggered; a-gone: git fetch: " in message


def test_nothing_is_followed_without_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who follows no repository has a poller that finds nothing; a file that somebody names has to be there."""
    monkeypatch.chdir(tmp_path)
    state: State[Any] = reconcile_merges(store=str(tmp_path / "store"), return_state=True)
    assert ending(state) == ("COMPLETED", "Completed", "no branch is followed")
    state = reconcile_merges(repositories="other.yaml", store=str(tmp_path / "store"), return_state=True)
    assert ending(state) == ("CRASHED", "Unusable", "other.yaml: cannot be read: No such file or directory")


def test_smoke_of_a_merge_runs_once(tmp_path: Path) -> None:
    """Of two runs for the same smoke the second runs nothing; a smoke of another merge runs."""
    merged, commit = from_recording(tmp_path, "drifted", "np-once")
    branch = merged.branch
    branch.mirror.fetch(branch.clone)

    def smoked(which: str) -> tuple[str, str, str]:
        parameters = {"repository": "catalog", "commit": which, **merged.parameters}
        state: State[Any] = smoke_module("np-once", **parameters, return_state=True)
        return ending(state)

    assert smoked(commit)[:2] == ("FAILED", "Drift")
    (claim,) = branch.ledger.claims()
    assert smoked(commit) == (
        "CRASHED",
        "NotRun",
        f"the flow run {claim.run} claimed this smoke at {claim.at}: the smoke of a merge runs once",
    )
    assert smoked(merged.repository.run("rev-parse", f"{commit}^1"))[:2] == ("FAILED", "Drift")
    assert len(list((merged.store / "smokes/np-once").iterdir())) == 2
    assert smoked("ab" * 20)[:2] == ("CRASHED", "Unusable")
    assert smoked("")[:2] == ("CRASHED", "Unusable")
    assert len(branch.ledger.claims()) == 2

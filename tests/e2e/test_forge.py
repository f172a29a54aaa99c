"""What a forge is asked before a smoke, and told after it, by real runs."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.states import Crashed, Running

from flows.smoke_module import smoke_module
from platformctl.adapters.following import at
from platformctl.adapters.smoke_lock import smoke_alone
from platformctl.render.merge_comment import marker
from platformctl.rerun.claim import Claim
from platformctl.rerun.run_sight import RunSight
from tasks.ask_server import WORKER, see_run
from tests.repository import git_repository
from tests.unit.adapters.forge_server import TOKEN, ForgeServer, forge_server

from .catalog import IN_SYNC, recorded
from .merges import Followed, followed
from .run import eventually
from .server import POOL

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.usefixtures("server")]


def test_forge_is_asked_and_told(tmp_path: Path) -> None:
    """A smoke is created when the checks are green; its status and the one comment tell how it ended."""
    name = "np-told"
    repository = git_repository(tmp_path / "catalog", recorded(tmp_path, "meerkat"))
    place = f"modules/{name}/module.yaml"
    (repository.folder / "modules" / IN_SYNC).rename(repository.folder / "modules" / name)
    repository.commit({place: (repository.folder / place).read_text().replace(f"name: {IN_SYNC}", f"name: {name}", 1)})
    commit = repository.merge({place: (repository.folder / place).read_text() + "# changed\n"})
    with forge_server("gitea") as (state, server):
        state.commit = commit
        (tmp_path / "token").touch(mode=0o600)
        (tmp_path / "token").write_text(TOKEN)
        reached = {"api": f"http://{server.address}/api", "token_file": "token", "required_checks": True}
        merged = followed(repository, tmp_path, name, wait_for_green=3600, **reached)

        state.status("ci/test", "pending")
        merged.poll()
        assert merged.smokes() == {}

        state.status("ci/test", "success")
        merged.poll()
        (smoke,) = merged.smokes()[name]
        kind, _, message = smoke.ending()
        ended = eventually(lambda: _ended(state.statuses.get(f"smoke/{name}")))
        assert ended == {"COMPLETED": "success", "FAILED": "failure", "CRASHED": "error"}[kind]
        (comment,) = eventually(lambda: [each for each in state.comments if message in each["body"]] or None)
        assert comment["body"].startswith(marker(merged.branch.merge(commit)))
        assert len(state.comments) == 1
        assert all(TOKEN not in text for text in (smoke.log(), comment["body"]))

        killed_before_it_told(merged, state, commit, ended)
        killed_in_the_middle(merged, state, commit)


def test_a_run_is_left_when_nobody_hears_of_its_worker() -> None:
    """What the server says is told: of a run with a living worker, with a lost one, of an ended one, and of none."""
    with get_client(sync_client=True) as client:
        deployed = client.read_deployment_by_name("smoke-module/rerun").id
        run = client.create_flow_run_from_deployment(deployed, parameters={"module": "np-x"}, state=Running()).id
        (worker,) = eventually(lambda: client.read_workers_for_work_pool(POOL) or None)
        assert see_run.fn(str(run)) == RunSight("Running")
        client.update_flow_run_labels(run, {WORKER: worker.name})
        assert see_run.fn(str(run)) == RunSight("Running")
        client.update_flow_run_labels(run, {WORKER: "of a machine that is lost"})
        assert see_run.fn(str(run)) == RunSight("Running", is_left=True)
        client.set_flow_run_state(run, Crashed(), force=True)
        assert see_run.fn(str(run)) == RunSight("Crashed", is_final=True)
        client.delete_flow_run(run)
    assert see_run.fn(str(run)) == RunSight(None)


def killed_before_it_told(merged: Followed, state: ForgeServer, commit: str, ended: str) -> None:
    """Where the result is there, and the run died before it told of it, the poller tells, and nothing died."""
    (name,) = merged.modules
    (mark,) = (merged.store / "claims").rglob(f"{name}.ended")
    mark.unlink()
    state.status(f"smoke/{name}", "pending")
    assert merged.poll() == ("COMPLETED", "Completed", "1 followed")
    assert (_ended(state.statuses[f"smoke/{name}"]), mark.exists()) == (ended, True)
    assert ("reconcile", "smoke-died", name) not in merged.said()
    assert merged.branch.ledger.open_claims(merged.branch.repository) == ()
    assert [line["decision"] for line in _lines(merged) if line["merge"]["commit"] == commit] == ["triggered"]


def killed_in_the_middle(merged: Followed, state: ForgeServer, commit: str) -> None:
    """A smoke that may still run is never called dead; when its run has ended, everybody is told, once."""
    branch = merged.branch
    with get_client(sync_client=True) as client:
        run = client.create_flow_run(smoke_module, parameters={"module": "np-cut"}, state=Running())
    branch.ledger.claim(Claim(branch.merge(commit), "np-cut", str(run.id), at()))
    with smoke_alone(merged.store, "np-cut"):
        assert merged.poll() == ("COMPLETED", "Completed", "1 followed")
    assert merged.poll() == ("COMPLETED", "Completed", "1 followed"), (
        "nobody holds its lock, but the server says it runs"
    )
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run.id, Crashed(), force=True)
    with smoke_alone(merged.store, "np-cut"):
        assert merged.poll() == ("COMPLETED", "Completed", "1 followed"), "the server is wrong: its lock is held"
    with ThreadPoolExecutor(2) as pool:
        found = {each.result() for each in [pool.submit(copy_context().run, merged.poll) for _ in range(2)]}
    assert ("CRASHED", "NotTriggered", f"1 followed; {commit[:12]}: 1 smoke-died") in found
    assert merged.poll() == ("COMPLETED", "Completed", "1 followed")
    (line,) = (line for line in _lines(merged) if line["decision"] == "smoke-died")
    note = "its flow run ended as Crashed; smoke-module/manual tries the module"
    assert (line["module"], line["run"], line["note"]) == ("np-cut", str(run.id), note)
    assert state.statuses["smoke/np-cut"] == {
        "context": "smoke/np-cut",
        "status": "error",
        "description": f"The module's smoke was cut off, and is not run again for this merge. {note}",
        "target_url": None,
    }
    (comment,) = state.comments
    assert "| np-cut | 🟠 error | The module's smoke was cut off" in comment["body"]


def _lines(merged: Followed) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (merged.store / "reruns/receipts.jsonl").read_text().splitlines()]


def _ended(status: dict[str, str] | None) -> str | None:
    return status["status"] if status and status["status"] != "pending" else None

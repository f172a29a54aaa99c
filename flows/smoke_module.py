"""The flow that tries whether one service works: its plan must be green, then its probes run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from flows.form import (
    CatalogFolder,
    ConfirmAfter,
    FollowedCommit,
    FollowedRepository,
    InventoryFile,
    Module,
    RepositoriesFile,
    StoreFolder,
)
from flows.outcome import concluded, only_proof_is_red
from flows.plan_fleet import HOSTS_AT_ONCE, look
from platformctl.adapters.following import at
from platformctl.adapters.git_checkout import checkout
from platformctl.adapters.git_history import checked
from platformctl.adapters.planning import CONFIRM_AFTER_S, Job, Request, final_plan
from platformctl.adapters.smoke_lock import smoke_alone
from platformctl.adapters.smoking import Smoking, smoking
from platformctl.adapters.store import Store, chosen_store
from platformctl.observation.snapshot import Snapshot
from platformctl.rerun.claim import Claim
from platformctl.smoke.agenda import Key, Planned
from platformctl.smoke.finding import Tally
from platformctl.smoke.result import SmokeResult
from tasks.ask_forge import report_smoke
from tasks.claim_smoke import claim_smoke, end_smoke, refuse_claimed
from tasks.follow_branch import read_repository
from tasks.inspect_host import Inspection, inspect_host, outcome
from tasks.keep_plan import keep_plan
from tasks.keep_smoke import keep_smoke
from tasks.prepare_job import prepare_job
from tasks.publish_smoke import label_smoke, publish_smoke
from tasks.quiet import quieten
from tasks.run_probe import run_probe

quieten()


@flow(
    name="smoke-module",
    description="Plans a module and, where it is as declared, runs its probes. It only asks, and changes no host.",
    task_runner=HOSTS_AT_ONCE,
    persist_result=False,
    on_failure=[only_proof_is_red],
)
def smoke_module(  # noqa: PLR0913, PLR0917  each is a field of the form in Prefect's interface
    module: Module,
    confirm_after: ConfirmAfter = CONFIRM_AFTER_S,
    catalog: CatalogFolder = ".",
    inventory: InventoryFile = "",
    store: StoreFolder = "",
    repository: FollowedRepository = "",
    commit: FollowedCommit = "",
    repositories: RepositoriesFile = "repositories.yaml",
) -> State[Any]:
    """Plan a module and, where it is as declared, run its probes.

    It ends Completed when all probes passed, Failed (SmokeFailed) when one failed, Failed (Drift) when the plan proves
    drift, and Crashed (Inconclusive) when something could not be tried or proven. The smoke that a merge leads to runs
    once: whoever comes later for the same one ends Crashed (NotRun).
    """
    request = Request(Path(catalog), Path(inventory) if inventory else None, modules=(module,))

    def smoke() -> SmokeResult:
        kept_in = chosen_store(Path(store) if store else None)
        if repository:
            return _smoke_merged(Path(repositories), repository, commit, module, kept_in, confirm_after)
        return _smoke_now(request, module, kept_in, confirm_after)

    return concluded(smoke)


def _smoke_now(request: Request, module: str, store: Store, confirm_after: float) -> SmokeResult:
    """Run a smoke that somebody asked for. Those of one module run one after the other."""
    with smoke_alone(store.root, module):
        return smoke_at(request, store, confirm_after)


def _smoke_merged(  # noqa: PLR0913, PLR0917  the flow's parameters
    repositories: Path, repository: str, commit: str, module: str, store: Store, confirm_after: float
) -> SmokeResult:
    """Run the one smoke that a merge leads to."""
    branch = read_repository(repositories, repository, store)
    claim = Claim(branch.merge(checked(commit)), module, str(flow_run.id), at())
    refuse_claimed(branch, claim)
    with smoke_alone(store.root, module):
        with checkout(branch.scoping.history, commit) as folder:
            claim_smoke(branch, claim)
            result = smoke_at(branch.request(folder, (module,)), store, confirm_after)
        report_smoke(branch, claim, result)
        end_smoke(branch, claim)
    return result


def smoke_at(request: Request, store: Store, confirm_after: float) -> SmokeResult:
    """Run the smoke of a module, and keep and publish what it found."""
    job = prepare_job(request, store)
    with job.connections:
        looks = look(job, confirm_after, kept=frozenset(job.transports))
        plan = final_plan(job, looks)
        keep_plan(plan, looks, store)
        result = _smoked(job, smoking(job, looks, plan, request.catalog))
    publish_smoke(result, keep_smoke(result, store))
    label_smoke(result)
    return result


def _smoked(job: Job, smokes: Smoking) -> SmokeResult:
    (judged,) = smokes.plan.modules
    modules = smokes.modules(judged.host)
    planned = smokes.planned(modules)
    tallies = _run([one for one in planned if one.kind != "container"], smokes)
    tallies |= smokes.watched(judged.host, planned, lambda: _look_again(job, judged.host))
    tallies |= _run(smokes.unsettled(planned, tallies), smokes)
    (result,) = smokes.results(modules, tallies)
    return result


def _run(planned: Sequence[Planned], smokes: Smoking) -> dict[Key, Tally]:
    return {one.key: run_probe(smokes.prober, one) for one in planned}


def _look_again(job: Job, host: str) -> Snapshot:
    inspection = Inspection(host, job.transports[host], again=True)
    future = inspect_host.submit(inspection)
    return outcome(inspection, future)

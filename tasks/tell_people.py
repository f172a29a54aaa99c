"""Telling people what a plan changed, and that none can be made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger
from prefect.runtime import flow_run

from platformctl.adapters.notifying import Outcome, notify, notify_no_plan
from platformctl.adapters.planning import Job
from platformctl.adapters.store import Store
from platformctl.errors import PlatformctlError
from platformctl.plan.plan import Plan


@task(task_run_name="tell people", cache_policy=NO_CACHE, persist_result=False)
def tell_people(plan: Plan, job: Job, catalog: Path, store: Store) -> None:
    """Tell the targets of notify.yaml. That somebody cannot be told is an error in the log, and colours no run."""
    declared = [module.name for module in job.catalog.modules]
    _tell(lambda: notify(plan, catalog, store, str(flow_run.id), declared))


@task(task_run_name="tell people of no plan", cache_policy=NO_CACHE, persist_result=False)
def tell_of_no_plan(catalog: Path, store: Store) -> None:
    """Count a run that could make no plan; the targets are told when there were enough in a row."""
    _tell(lambda: notify_no_plan(catalog, store, str(flow_run.id)))


def _tell(tell: Callable[[], Sequence[Outcome]]) -> None:
    log = get_run_logger()
    try:
        for outcome in tell():
            (log.info if outcome.taken else log.error)("%s", outcome.line)
    except PlatformctlError as error:
        log.error("nobody was told: %s", error)  # noqa: TRY400  where it was raised tells nobody anything

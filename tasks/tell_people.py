"""Telling people what a plan changed."""

from __future__ import annotations

from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger
from prefect.runtime import flow_run

from platformctl.adapters.notifying import notify
from platformctl.adapters.store import Store
from platformctl.errors import PlatformctlError
from platformctl.plan.plan import Plan


@task(task_run_name="tell people", cache_policy=NO_CACHE, persist_result=False)
def tell_people(plan: Plan, catalog: Path, store: Store) -> None:
    """Tell the targets of notify.yaml. That somebody cannot be told is an error in the log, and colours no run."""
    log = get_run_logger()
    try:
        for outcome in notify(plan, catalog, store, str(flow_run.id)):
            (log.info if outcome.taken else log.error)("%s", outcome.line)
    except PlatformctlError as error:
        log.error("nobody was told: %s", error)  # noqa: TRY400  where it was raised tells nobody anything

"""Reading the catalog and choosing what to look at."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from platformctl.adapters.planning import Job, Request, prepare
from platformctl.adapters.store import Store


@task(task_run_name="read catalog", cache_policy=NO_CACHE, persist_result=False)
def prepare_job(request: Request, store: Store) -> Job:
    """Read the catalog. What is wrong with it stays wrong, so it is not tried again."""
    return prepare(request, store)

"""Reading the catalog and choosing what to look at."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from platformctl.adapters.planning import Job, Request, prepare
from platformctl.adapters.store import Store


@task(task_run_name="read catalog", cache_policy=NO_CACHE, persist_result=False)
def prepare_job(request: Request, store: Store) -> Job:
    """Read the catalog, and make sure that a plan can be kept. What is wrong stays wrong, so it is not tried again."""
    job = prepare(request, store)
    store.check()
    return job

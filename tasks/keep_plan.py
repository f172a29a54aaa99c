"""Writing a plan and what it was made from into the store."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from platformctl.adapters.store import Kept, Looks, Store
from platformctl.plan.plan import Plan


@task(task_run_name="keep plan", cache_policy=NO_CACHE, persist_result=False)
def keep_plan(plan: Plan, looks: Looks, store: Store) -> Kept:
    """Keep a plan. Keeping it twice is harmless."""
    return store.keep(plan, looks)

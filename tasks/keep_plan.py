"""Writing a plan and what it was made from into the store."""

from __future__ import annotations

from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from platformctl.adapters.store import Kept, Looks, Store, default_store
from platformctl.plan.plan import Plan


@task(task_run_name="keep plan", cache_policy=NO_CACHE, persist_result=False)
def keep_plan(plan: Plan, looks: Looks, store: str) -> Kept:
    """Keep a plan; an empty store name means the default one. Keeping it twice is harmless."""
    return (Store(Path(store).expanduser()) if store else default_store()).keep(plan, looks)

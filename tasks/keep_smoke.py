"""Writing the result of a smoke into the store."""

from __future__ import annotations

from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from platformctl.adapters.smoke_store import SmokeStore
from platformctl.adapters.store import Store
from platformctl.smoke.result import SmokeResult


@task(task_run_name="keep smoke", cache_policy=NO_CACHE, persist_result=False)
def keep_smoke(result: SmokeResult, store: Store) -> Path:
    """Keep a result. Keeping it twice is harmless."""
    return SmokeStore(store.root).keep(result)

"""Asking the Prefect server what became of a run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import httpx
from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import WorkerFilter, WorkerFilterLastHeartbeatTime
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.logging import get_run_logger

from platformctl.rerun.run_sight import RunSight

WORKER: Final = "prefect.worker.name"
"""The label that a worker leaves on each run that it begins."""

LONG: Final = timedelta(minutes=10)
"""A worker is heard of every 30 seconds."""


@task(task_run_name="ask for run {run}", cache_policy=NO_CACHE, persist_result=False)
def see_run(run: str) -> RunSight | None:
    """Return what the server says of a flow run; None where it does not answer."""
    try:
        with get_client(sync_client=True) as client:
            return _seen(client, client.read_flow_run(UUID(run)))
    except (ObjectNotFound, ValueError):
        return RunSight(None)
    except (PrefectHTTPStatusError, httpx.HTTPError) as error:
        get_run_logger().warning("what became of the flow run %s is not known: %s", run, type(error).__name__)
        return None


def _seen(client: SyncPrefectClient, run: FlowRun) -> RunSight:
    if run.state is None:
        return RunSight("Unknown")
    final = run.state.is_final()
    return RunSight(str(run.state.name), final, is_left=not final and _is_left(client, run))


def _is_left(client: SyncPrefectClient, run: FlowRun) -> bool:
    worker = run.labels.get(WORKER)
    if worker is None or run.work_pool_name is None:
        return False
    lately = WorkerFilterLastHeartbeatTime(after_=datetime.now(UTC) - LONG)
    heard = client.read_workers_for_work_pool(run.work_pool_name, WorkerFilter(last_heartbeat_time=lately))
    return worker not in {each.name for each in heard}

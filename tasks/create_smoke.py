"""Creating the one smoke that a merge leads to for a module."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import httpx
from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import FlowRun, State, TaskRun
from prefect.deployments import run_deployment
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.tasks import Task, exponential_backoff

from platformctl.adapters.following import Following
from platformctl.errors import InputInvalid, Problem, QueueUnavailable
from platformctl.rerun.scope import Due

DEPLOYMENT: Final = "smoke-module/rerun"
_SERVER_ERROR: Final = 500


def _may_pass(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """A server that is busy or restarts can answer later; nothing is created twice, since the key is the same."""
    return isinstance(state.result(raise_on_failure=False), QueueUnavailable)


@task(
    task_run_name="create smoke of {due.touch.module}",
    retries=5,
    retry_delay_seconds=exponential_backoff(2),
    retry_jitter_factor=0.5,
    retry_condition_fn=_may_pass,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def create_smoke(branch: Following, repositories: Path, due: Due) -> str:
    """Create the run, or find the one that is there, and return its ID. The server's unique index sees to it."""
    try:
        return _created(branch, repositories, due)
    except ObjectNotFound:
        said = f"the server has no deployment {DEPLOYMENT}; deployments/bootstrap.sh makes it"
        raise InputInvalid([Problem("", 0, said)]) from None
    except PrefectHTTPStatusError as error:
        if error.response.status_code < _SERVER_ERROR:
            raise
        raise QueueUnavailable(f"the Prefect server answers with {error.response.status_code}") from None
    except httpx.TransportError as error:
        raise QueueUnavailable(f"the Prefect server does not answer: {type(error).__name__}") from None


def _created(branch: Following, repositories: Path, due: Due) -> str:
    module, commit = due.touch.module, due.commit
    run = run_deployment(
        DEPLOYMENT,
        parameters={
            "module": module,
            "repository": branch.name,
            "commit": commit,
            "repositories": str(repositories),
            "store": str(branch.store.root),
        },
        flow_run_name=f"{module} {commit[:12]}",
        idempotency_key=branch.merge(commit).smoke_key(module),
        tags=[f"repository:{branch.name}", f"module:{module}"],
        timeout=0,
        as_subflow=False,
    )
    if not isinstance(run, FlowRun):
        raise TypeError
    return str(run.id)

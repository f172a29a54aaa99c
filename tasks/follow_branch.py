"""Reading which branch is followed, fetching it, and finding what a merge to it touches."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task, exponential_backoff

from platformctl.adapters.following import Following, all_following, following
from platformctl.adapters.store import Store
from platformctl.errors import GitFailed
from platformctl.rerun.scope import MergeScope

USUAL: Final = Path("repositories.yaml")


def _may_pass(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    error = state.result(raise_on_failure=False)
    return isinstance(error, GitFailed) and error.may_pass


@task(task_run_name="read repositories", cache_policy=NO_CACHE, persist_result=False)
def read_repository(repositories: Path, name: str, store: Store) -> Following:
    """Read how a branch is followed. What is wrong with it stays wrong, so it is not tried again."""
    return following(repositories, name, store)


@task(task_run_name="read repositories", cache_policy=NO_CACHE, persist_result=False)
def read_repositories(repositories: Path, store: Store) -> tuple[Following, ...]:
    """Read how all branches are followed. Where nobody has written the usual file, none is."""
    if repositories == USUAL and not repositories.exists():
        return ()
    return all_following(repositories, store)


@task(
    task_run_name="fetch {branch.name}",
    retries=2,
    retry_delay_seconds=exponential_backoff(2),
    retry_jitter_factor=0.5,
    retry_condition_fn=_may_pass,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def fetch_branch(branch: Following) -> None:
    """Fetch a branch. Time limits are git's own: Prefect's cannot end a thread."""
    branch.mirror.fetch(branch.clone)


@task(task_run_name="find what {commit} touches", cache_policy=NO_CACHE, persist_result=False)
def find_scope(branch: Following, commit: str) -> MergeScope:
    """Find what a merge touches."""
    return branch.scope(commit)


@task(task_run_name="find what newer merges touch", cache_policy=NO_CACHE, persist_result=False)
def find_newer(branch: Following, commit: str) -> Mapping[str, str]:
    """Find what newer merges touch."""
    return branch.newer(commit)

"""Asking registries what would decide the images that a look leaves open."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from platformctl.adapters.planning import Job, learn_more
from platformctl.identity.knowledge import Knowledge
from platformctl.observation.snapshot import Snapshot


@task(task_run_name="ask registries", cache_policy=NO_CACHE, persist_result=False)
def ask_registries(job: Job, snapshots: tuple[Snapshot, ...], learned: Knowledge) -> Knowledge:
    """Return what is known then. A registry that does not answer is a part of it; its client tries again by itself."""
    return learn_more(job, snapshots, learned)

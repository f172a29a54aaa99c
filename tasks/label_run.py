"""Naming a run so that a list of runs tells what each was about, and how it ended."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.runtime import flow_run

from platformctl.adapters.planning import Job
from platformctl.plan.plan import Plan
from platformctl.render.text import counted, counts


@task(task_run_name="name run", cache_policy=NO_CACHE, persist_result=False)
def name_run(job: Job) -> None:
    """Say what is planned: how many modules, of which commit."""
    with get_client(sync_client=True) as client:
        client.update_flow_run(flow_run.id, name=_about(job))


@task(task_run_name="label run", cache_policy=NO_CACHE, persist_result=False)
def label_run(job: Job, plan: Plan) -> None:
    """Add the verdict to the name, and a tag that finds all runs with the same one."""
    name = f"{_about(job)} · {counts(plan)}"
    with get_client(sync_client=True) as client:
        client.update_flow_run(flow_run.id, name=name, tags=[*flow_run.tags, f"verdict:{plan.status}"])


def _about(job: Job) -> str:
    """Return such as `plan-fleet · 42 modules · main@3f2c1a0`; a commit with changes is marked by a plus."""
    state = job.circumstances.catalog
    modules = counted(len(job.selection.modules), "module")
    if state.commit is None:
        return f"{flow_run.flow_name} · {modules}"
    branch = f"{job.branch}@" if job.branch else ""
    return f"{flow_run.flow_name} · {modules} · {branch}{state.commit[:7]}{'+' if state.dirty else ''}"

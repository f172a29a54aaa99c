"""Showing a plan in the Prefect UI."""

from __future__ import annotations

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.runtime import flow_run

from platformctl.adapters.store import Kept
from platformctl.plan.plan import Plan
from platformctl.render.escape import escaped, fenced
from platformctl.render.markdown import to_markdown
from platformctl.render.printable import printable
from platformctl.render.text import headline


@task(task_run_name="publish plan", cache_policy=NO_CACHE, persist_result=False)
def publish_plan(plan: Plan, kept: Kept) -> None:
    """Publish a plan as Markdown and as a table, under keys that stay the same from run to run of a flow.

    The interface drops links to files, so the folder of the kept plan is shown as text to copy.
    """
    key = f"plan-{flow_run.flow_name.removeprefix('plan-')}"
    place = "\n".join(["", "## Kept", "", *fenced([str(kept.plan), f"platformctl plan --snapshot {kept.snapshot}"])])
    create_markdown_artifact(to_markdown(plan) + place, key=key, description=escaped(headline(plan)))
    create_table_artifact(_rows(plan), key=f"{key}-modules", description=escaped(headline(plan)))


@task(task_run_name="label run", cache_policy=NO_CACHE, persist_result=False)
def label_run(plan: Plan) -> None:
    """Give the run a name that tells its verdict, and a tag that finds all runs with the same one."""
    with get_client(sync_client=True) as client:
        client.update_flow_run(
            flow_run.id,
            name=f"{flow_run.flow_name} · {headline(plan)}",
            tags=[*flow_run.tags, f"verdict:{plan.status}"],
        )


def _rows(plan: Plan) -> list[dict[str, str]]:
    """Cells are shown as plain text, so they are made printable and not escaped."""
    return [
        {
            "verdict": str(module.status),
            "module": module.name,
            "host": module.host,
            "reason": str(module.reason),
            "declared": printable(module.image),
            "changes": ", ".join(change.path for change in module.changes),
        }
        for module in plan.modules
    ]

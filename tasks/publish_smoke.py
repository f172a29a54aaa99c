"""Showing the result of a smoke in the Prefect UI."""

from __future__ import annotations

from pathlib import Path

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.runtime import flow_run

from platformctl.render.escape import escaped
from platformctl.render.smoke_markdown import artifact_key, table, to_markdown
from platformctl.render.smoke_text import headline
from platformctl.smoke.result import SmokeResult
from tasks.show_place import kept_at, link_to


@task(task_run_name="publish smoke", cache_policy=NO_CACHE, persist_result=False)
def publish_smoke(result: SmokeResult, kept: Path) -> None:
    """Publish a result as Markdown and as a table, under keys that stay the same from run to run of a module."""
    document = to_markdown(result, link_to(kept)) + kept_at(str(kept / "smoke.json"))
    told = escaped(headline(result))
    create_markdown_artifact(document, key=artifact_key("smoke", result.module), description=told)
    create_table_artifact(table(result), key=artifact_key("probes", result.module), description=told)


@task(task_run_name="label smoke", cache_policy=NO_CACHE, persist_result=False)
def label_smoke(result: SmokeResult) -> None:
    """Give the run a name that tells its outcome, and a tag that finds all runs with the same one."""
    with get_client(sync_client=True) as client:
        client.update_flow_run(
            flow_run.id,
            name=f"{flow_run.flow_name} · {headline(result)}",
            tags=[*flow_run.tags, f"smoke:{result.outcome}", f"verdict:{result.plan.verdict}"],
        )

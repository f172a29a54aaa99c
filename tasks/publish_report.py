"""Showing in the Prefect UI what became of merges."""

from __future__ import annotations

from collections.abc import Sequence

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.runtime import flow_run

from platformctl.render.escape import escaped
from platformctl.render.merge_report import to_markdown, to_rows
from platformctl.rerun.report import Report


@task(task_run_name="publish report", cache_policy=NO_CACHE, persist_result=False)
def publish_report(report: Report) -> None:
    """Publish what became of a merge as Markdown and as a table, and name the run by it."""
    told = escaped(report.headline)
    create_markdown_artifact(to_markdown(report), key="rerun", description=told)
    create_table_artifact(to_rows([report]), key="rerun-receipts", description=told)
    with get_client(sync_client=True) as client:
        client.update_flow_run(flow_run.id, name=f"{flow_run.flow_name} · {report.headline}")


@task(task_run_name="publish reports", cache_policy=NO_CACHE, persist_result=False)
def publish_reports(reports: Sequence[Report]) -> None:
    """Publish what became of the merges that a look at the base branches found, if it found any."""
    for report in reports:
        create_markdown_artifact(to_markdown(report), key="reconciled", description=escaped(report.headline))
    if reports:
        create_table_artifact(to_rows(reports), key="reconciled-receipts")

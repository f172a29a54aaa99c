"""Showing a plan in the Prefect UI."""

from __future__ import annotations

from typing import Final

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run

from platformctl.adapters.store import Kept
from platformctl.plan.plan import ModulePlan, Plan
from platformctl.reason import Verdict
from platformctl.render.escape import escaped
from platformctl.render.markdown import module_to_markdown, to_markdown
from platformctl.render.printable import printable
from platformctl.render.smoke_markdown import artifact_key
from platformctl.render.text import headline, trouble, verdict
from tasks.show_place import kept_at, link_to

MAX_PAGES: Final = 50
"""Modules that get a page of their own in one run."""


@task(task_run_name="publish plan", cache_policy=NO_CACHE, persist_result=False)
def publish_plan(plan: Plan, kept: Kept) -> None:
    """Publish a plan as Markdown and as tables, under keys that stay the same from run to run of a flow."""
    key = f"plan-{flow_run.flow_name.removeprefix('plan-')}"
    link = link_to(kept.folder)
    place = kept_at(str(kept.report), str(kept.plan), f"platformctl plan --snapshot {kept.snapshot}")
    create_markdown_artifact(to_markdown(plan, link) + place, key=key, description=escaped(headline(plan)))
    create_table_artifact(_rows(plan), key=f"{key}-modules", description=escaped(headline(plan)))
    create_table_artifact(_hosts(plan), key=f"{key}-hosts", description=escaped(headline(plan)))
    for module in worth_a_page(plan):
        told = escaped(f"{module.name} on {module.host}: {verdict(module)}")
        create_markdown_artifact(
            module_to_markdown(plan, module, link), key=artifact_key("module", module.name), description=told
        )


def worth_a_page(plan: Plan) -> tuple[ModulePlan, ...]:
    """Return the modules that get a page of their own, so that one click shows a module's history.

    In a large fleet only those that are not plainly green, drift first: each page is a request to the server.
    """
    if len(plan.modules) <= MAX_PAGES:
        return plan.modules
    found = [m for m in plan.modules if m.changes or m.status is not Verdict.IN_SYNC]
    return tuple(sorted(found, key=lambda module: module.status is not Verdict.DRIFT)[:MAX_PAGES])


def _hosts(plan: Plan) -> list[dict[str, str]]:
    """What each host answered, and how many of its modules have which verdict."""
    return [
        {
            "host": host.name,
            "answered": "yes" if host.reached else "no",
            "engine": printable(f"{host.engine.name} {host.engine.version}") if host.engine else "",
            **{str(one): str(sum(m.host == host.name and m.status is one for m in plan.modules)) for one in Verdict},
            "looks": str(host.attempts),
            "trouble": printable(trouble(host) or ""),
        }
        for host in plan.hosts
    ]


def _rows(plan: Plan) -> list[dict[str, str]]:
    """Cells are shown as plain text, so they are made printable and not escaped."""
    return [
        {
            "verdict": verdict(module),
            "module": module.name,
            "host": module.host,
            "reason": str(module.reason),
            "declared": printable(module.image),
            "changes": ", ".join(change.path for change in module.changes),
        }
        for module in plan.modules
    ]

"""The flow that looks at the base branches, so that no merge is forgotten whose delivery or run was lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.runtime import flow_run

from flows.follow import follow
from flows.form import ConfirmAfter, RepositoriesFile, StoreFolder
from flows.left_smokes import settle_left
from flows.outcome import concluded, only_proof_is_red
from flows.plan_fleet import HOSTS_AT_ONCE
from platformctl.adapters.following import Following, Trigger
from platformctl.adapters.planning import CONFIRM_AFTER_S
from platformctl.adapters.store import Store, chosen_store
from platformctl.errors import PlatformctlError
from platformctl.render.printable import one_line
from platformctl.rerun.report import Reconciled, Report
from tasks.follow_branch import fetch_branch, read_repositories
from tasks.publish_report import publish_reports
from tasks.quiet import quieten

quieten()


@flow(
    name="reconcile-merges",
    description="Looks for merges that no run saw to, and sees to them. It changes no host.",
    task_runner=HOSTS_AT_ONCE,
    persist_result=False,
    on_failure=[only_proof_is_red],
)
def reconcile_merges(
    confirm_after: ConfirmAfter = CONFIRM_AFTER_S,
    repositories: RepositoriesFile = "repositories.yaml",
    store: StoreFolder = "",
) -> State[Any]:
    """Look for merges that no run saw to, and see to them.

    It waits for nothing: what is not green yet is looked at again by the next run, until the time of the merge is over.
    """
    return concluded(
        lambda: _reconcile(Path(repositories), chosen_store(Path(store) if store else None), confirm_after)
    )


def _reconcile(repositories: Path, store: Store, confirm_after: float) -> Reconciled:
    branches = read_repositories(repositories, store)
    reports: list[Report] = []
    problems: list[str] = []
    for branch in branches:
        try:
            reports.extend(_branch(branch, repositories, confirm_after))
        except PlatformctlError as error:
            get_run_logger().error("%s: %s", branch.name, error)
            problems.append(f"{branch.name}: {one_line(error)}")
        except Exception as error:  # noqa: BLE001  one branch keeps no other from being looked at
            get_run_logger().exception("this is a bug in platformctl")
            problems.append(f"{branch.name}: {type(error).__name__}")
    publish_reports(reports)
    return Reconciled(len(branches), tuple(reports), tuple(problems))


def _branch(branch: Following, repositories: Path, confirm_after: float) -> Iterator[Report]:
    fetch_branch(branch)
    for commit in branch.open_merges():
        run = str(flow_run.id)
        trigger = Trigger(commit, "reconcile", run, repositories, waits=False, confirm_after_s=confirm_after)
        report = follow(branch, trigger)
        if report:
            yield report
    yield from settle_left(branch)

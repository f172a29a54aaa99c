"""The flow that follows a merge: the smokes of the modules that it touches run once, when they are proven green."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from flows.follow import follow, told
from flows.form import Commit, ConfirmAfter, RepositoriesFile, Repository, StoreFolder, ToldBy
from flows.outcome import concluded, only_proof_is_red
from flows.plan_fleet import HOSTS_AT_ONCE
from platformctl.adapters.following import Trigger
from platformctl.adapters.planning import CONFIRM_AFTER_S
from platformctl.adapters.store import Store, chosen_store
from platformctl.errors import GitFailed, StoreBusy
from platformctl.rerun.receipt import Decision
from platformctl.rerun.report import Report
from tasks.follow_branch import fetch_branch, read_repository
from tasks.publish_report import publish_report
from tasks.quiet import quieten

quieten()


@flow(
    name="rerun-after-merge",
    description="Plans what a merge touches, and creates a smoke for each module that is green. It changes no host.",
    task_runner=HOSTS_AT_ONCE,
    persist_result=False,
    on_failure=[only_proof_is_red],
)
def rerun_after_merge(  # noqa: PLR0913, PLR0917  each is a field of the form in Prefect's interface
    repository: Repository,
    commit: Commit,
    source: ToldBy = "command",
    confirm_after: ConfirmAfter = CONFIRM_AFTER_S,
    repositories: RepositoriesFile = "repositories.yaml",
    store: StoreFolder = "",
) -> State[Any]:
    """Plan what a merge touches, and create a smoke for each module that is green.

    It ends Completed when every module that the merge touches was seen to, Failed (Drift) when one is still proven to
    differ at the end of the wait, and Crashed (NotTriggered) when something could not be proven.
    """
    trigger = Trigger(commit, source, str(flow_run.id), Path(repositories), waits=True, confirm_after_s=confirm_after)
    return concluded(lambda: _rerun(repository, trigger, chosen_store(Path(store) if store else None)))


def _rerun(repository: str, trigger: Trigger, store: Store) -> Report:
    branch = read_repository(trigger.repositories, repository, store)
    try:
        fetch_branch(branch)
    except (GitFailed, StoreBusy) as error:
        branch.know(trigger.commit)
        report = told(branch, trigger, Decision.NOT_FETCHED, str(error))
    else:
        report = follow(branch, trigger) or Report(branch.merge(trigger.commit), ())
    publish_report(report)
    return report

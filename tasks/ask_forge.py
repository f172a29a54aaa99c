"""Asking a forge for the checks of a commit, and telling it what became of a merge. Nothing of it ends a run."""

from __future__ import annotations

from collections.abc import Iterable

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger

from platformctl.adapters.following import Following
from platformctl.adapters.forge_api import forge_api
from platformctl.adapters.writing_back import WritingBack, run_url
from platformctl.render.commit_status import decided_status, ended_status
from platformctl.rerun.claim import Claim
from platformctl.rerun.commit_status import CommitStatus
from platformctl.rerun.decision import Checks
from platformctl.rerun.merge import Merge
from platformctl.rerun.report import Report
from platformctl.smoke.result import SmokeResult


@task(task_run_name="ask for checks", cache_policy=NO_CACHE, persist_result=False)
def ask_checks(branch: Following, commit: str) -> tuple[Checks, str]:
    """Return what the forge says of a commit's own checks, and a line about it; green where none are required."""
    api = forge_api(branch.repository, branch.base)
    if not branch.repository.required_checks or api is None:
        return "green", ""
    found = api.checks(commit)
    return found.state.value, found.note


@task(task_run_name="report to the forge", cache_policy=NO_CACHE, persist_result=False)
def report_back(branch: Following, report: Report) -> None:
    """Tell the forge what became of a merge. What fails here changes nothing."""
    for merge in sorted({receipt.merge for receipt in report.receipts}):
        found = (decided_status(each, run_url(each.run)) for each in report.receipts if each.merge == merge)
        _tell(branch, merge, [status for status in found if status])


@task(task_run_name="report smoke to the forge", cache_policy=NO_CACHE, persist_result=False)
def report_smoke(branch: Following, claim: Claim, result: SmokeResult) -> None:
    """Tell the forge what a claimed smoke found. What fails here changes nothing."""
    _tell(branch, claim.merge, [ended_status(result, run_url(claim.run))])


def _tell(branch: Following, merge: Merge, statuses: Iterable[CommitStatus]) -> None:
    api = forge_api(branch.repository, branch.base)
    if api is None:
        return
    for problem in WritingBack(api, branch.store.root, merge).tell(statuses):
        get_run_logger().warning("%s", problem)

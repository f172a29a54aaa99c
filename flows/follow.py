"""Following a merge: what both the run after a merge and the look at the base branches do."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime

from prefect.logging import get_run_logger

from flows.plan_fleet import look
from platformctl.adapters.following import Following, Trigger, now
from platformctl.adapters.git_checkout import checkout, relative
from platformctl.adapters.leasing import leased
from platformctl.adapters.planning import final_plan
from platformctl.errors import GitFailed, InputInvalid, PlatformctlError, StoreBusy
from platformctl.plan.plan import Plan
from platformctl.rerun.decision import Failed, Outcome, Sight, decide, pause_s
from platformctl.rerun.receipt import Decision, Receipt
from platformctl.rerun.report import Report
from platformctl.rerun.scope import Due
from tasks.ask_forge import ask_checks, report_back
from tasks.create_smoke import create_smoke
from tasks.follow_branch import fetch_branch, find_newer, find_scope
from tasks.keep_plan import keep_plan
from tasks.keep_receipts import keep_receipts, settle
from tasks.prepare_job import prepare_job


def follow(branch: Following, trigger: Trigger) -> Report | None:
    """Decide about every module that a merge touches; None where another run does already, and nobody asked us."""
    try:
        return _follow_alone(branch, trigger)
    except (GitFailed, InputInvalid) as error:
        return told(branch, trigger, Decision.PLAN_FAILED, str(error))


def _follow_alone(branch: Following, trigger: Trigger) -> Report | None:
    if not branch.mirror.has(trigger.commit):
        return told(branch, trigger, Decision.NOT_ON_BASE)
    with leased(branch.ledger, branch.merge(trigger.commit), trigger.run) as other:
        if other and trigger.source == "reconcile":
            return None
        if other:
            return told(branch, trigger, Decision.DUPLICATE, f"the flow run {other.run} follows it")
        return _follow(branch, trigger)


def told(branch: Following, trigger: Trigger, decision: Decision, note: str = "") -> Report:
    """Leave a receipt about a merge as a whole."""
    receipt = branch.whole(trigger.commit, trigger.source, decision, note)
    if not branch.is_said(receipt):
        keep_receipts(branch, (receipt,))
    return Report(branch.merge(trigger.commit), (receipt,))


def _follow(branch: Following, trigger: Trigger) -> Report:
    deadline = branch.deadline(trigger.commit)
    scope = find_scope(branch, trigger.commit)
    done = branch.triggered(scope.commits)
    due = tuple(each for each in scope.due if (each.commit, each.touch.module) not in done)
    if not due and branch.is_settled(trigger.commit):
        return told(branch, trigger, Decision.DUPLICATE, "everything that it touches was seen to")
    receipts = branch.beside(scope, trigger.source)
    keep_receipts(branch, receipts)
    decided, waiting = _decide(branch, trigger, due, deadline)
    if not waiting:
        settle(branch, scope.commits)
    names = tuple(each.touch.module for each in waiting)
    report = Report(branch.merge(trigger.commit), (*receipts, *decided), names, scope.notes)
    report_back(branch, report)
    return report


def _decide(
    branch: Following, trigger: Trigger, due: tuple[Due, ...], deadline: datetime
) -> tuple[tuple[Receipt, ...], tuple[Due, ...]]:
    """Look until all is decided or the time is over. What is green is not kept waiting for what is not."""
    receipts: list[Receipt] = []
    tries = 0
    while due:
        sight = _sight(branch, trigger, due)
        left_s = (deadline - now()).total_seconds()
        outcomes = [decide(each, sight) for each in due]
        waiting = [each for each in outcomes if each.may_turn and left_s > 0]
        receipts.extend(_concluded(branch, trigger, [each for each in outcomes if each not in waiting]))
        due = tuple(each.due for each in waiting)
        if not due or not trigger.waits:
            break
        _pause(waiting, pause_s(tries, left_s))
        _fetch_again(branch)
        tries += 1
    return tuple(receipts), due


def _pause(waiting: Iterable[Outcome], seconds: float) -> None:
    for each in waiting:
        get_run_logger().info("%s is not green yet: %s %s", each.due.touch.module, each.decision, each.note)
    time.sleep(seconds)


def _fetch_again(branch: Following) -> None:
    """A forge that is away for a while keeps nobody from looking at the hosts."""
    try:
        fetch_branch(branch)
    except (GitFailed, StoreBusy) as error:
        get_run_logger().warning("newer merges are not known: %s", error)


def _concluded(branch: Following, trigger: Trigger, outcomes: Iterable[Outcome]) -> Iterable[Receipt]:
    for outcome in outcomes:
        triggers = outcome.decision is Decision.TRIGGERED
        run = create_smoke(branch, trigger.repositories, outcome.due) if triggers else None
        receipt = branch.receipt(outcome, trigger.source, run)
        keep_receipts(branch, (receipt,))
        yield receipt


def _sight(branch: Following, trigger: Trigger, due: tuple[Due, ...]) -> Sight:
    newer = find_newer(branch, trigger.commit)
    checks, note = ask_checks(branch, trigger.commit)
    names = [each.touch.module for each in due if not each.touch.removed and each.touch.module not in newer]
    plan = _planned(branch, trigger, names) if names and checks == "green" else None
    return Sight(trigger.commit, plan, checks, note, newer)


def _planned(branch: Following, trigger: Trigger, names: Iterable[str]) -> Plan | Failed:
    """Plan modules at the merged commit. A merge that cannot be planned is an answer, and no error."""
    try:
        return _plan(branch, trigger, names)
    except InputInvalid as error:
        return Failed(str(error.problems[0]), may_pass=False)
    except PlatformctlError as error:
        return Failed(str(error), may_pass=True)
    except Exception as error:  # noqa: BLE001  see above
        get_run_logger().exception("this is a bug in platformctl")
        return Failed(f"{type(error).__name__}; this is a bug in platformctl", may_pass=True)


def _plan(branch: Following, trigger: Trigger, names: Iterable[str]) -> Plan:
    with checkout(branch.scoping.history, trigger.commit) as folder:
        try:
            job = prepare_job(branch.request(folder, names), branch.store)
        except InputInvalid as error:
            raise relative(error, folder) from None
        with job.connections:
            looks = look(job, trigger.confirm_after_s)
        plan = final_plan(job, looks)
        keep_plan(plan, looks, branch.store)
    return plan

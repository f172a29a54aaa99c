"""What the checks of a commit say: the sum of all but our own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from platformctl.rerun.commit_status import CONTEXT

_SHOWN: Final = 3


class Checks(StrEnum):
    """What is known of the checks of a commit."""

    GREEN = "green"
    PENDING = "pending"
    RED = "red"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Check:
    """One check by its name, and what it says."""

    name: str
    says: Checks


@dataclass(frozen=True, slots=True)
class CommitChecks:
    """The checks of a commit in sum; `note` is one line that says why they are not green."""

    state: Checks
    note: str


def status_check(context: str, state: str) -> Check | None:
    """Return the check that a commit status is. Our own are none: they wait for the others."""
    if context.startswith(CONTEXT):
        return None
    return Check(context, _STATES.get(state, Checks.UNKNOWN))


def run_check(name: str, status: str, conclusion: str | None) -> Check:
    """Return the check that a check run of GitHub is."""
    if status != "completed":
        return Check(name, Checks.PENDING)
    return Check(name, _CONCLUSIONS.get(conclusion or "", Checks.UNKNOWN))


def sum_up(checks: Iterable[Check], *, whole: bool) -> CommitChecks:
    """Sum up. One red is enough; green takes all of them, and at least one: before a CI has begun there are none.

    Args:
        checks: those that were read.
        whole: whether they are all that there are.
    """
    found = sorted(set(checks), key=lambda check: check.name)
    for state in (Checks.RED, Checks.UNKNOWN, Checks.PENDING):
        names = [check.name for check in found if check.says is state]
        if names:
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            return CommitChecks(state, f"{state}: {', '.join(names[:_SHOWN])}{more}")
        if state is Checks.RED and not whole:
            return CommitChecks(Checks.UNKNOWN, "there are more checks than are read")
    if not found:
        return CommitChecks(Checks.PENDING, "no check has reported on the commit")
    return CommitChecks(Checks.GREEN, f"{len(found)} green")


_STATES: Final = {
    "success": Checks.GREEN,
    "skipped": Checks.GREEN,
    "warning": Checks.GREEN,
    "pending": Checks.PENDING,
    "failure": Checks.RED,
    "error": Checks.RED,
}
"""As Gitea sums them up (modules/commitstatus, Combine): a warning and a skipped one hold nobody up."""

_CONCLUSIONS: Final = {
    "success": Checks.GREEN,
    "neutral": Checks.GREEN,
    "skipped": Checks.GREEN,
    "failure": Checks.RED,
    "timed_out": Checks.RED,
    "cancelled": Checks.RED,
    "action_required": Checks.RED,
    "startup_failure": Checks.RED,
    "stale": Checks.RED,
}
"""As GitHub's branch protection takes them: a neutral and a skipped one hold nobody up."""

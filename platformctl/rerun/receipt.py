"""Receipts: what became of every trigger, above all of those that led to nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from platformctl.coded import Coded
from platformctl.published import Published
from platformctl.rerun.merge import Merge

Source: TypeAlias = Literal["push", "pull-request", "command", "reconcile"]
"""Who told of a merge: a delivery of either kind, a person or a CI step, or our own look at the base branch."""


class Decision(Coded):
    """What became of a trigger. The codes are stable: a published one keeps its meaning for ever."""

    sentence: str

    def __init__(self, _code: str, sentence: str) -> None:
        self.sentence = sentence

    QUEUED = "queued", "The merge is known, and a run follows it."
    TRIGGERED = "triggered", "The plan is green, and the module's smoke was created."

    # about a delivery
    DUPLICATE = "duplicate", "The merge is known already: another delivery told of it."
    NOT_MERGED = "not-merged", "Nothing was merged."
    OTHER_BASE = "other-base", "The merge went to another branch than the one that is followed."
    OTHER_REPOSITORY = "other-repository", "The delivery is about another repository than its address."
    NOT_ON_BASE = "not-on-base", "The commit is not on the base branch."
    NOT_FETCHED = "not-fetched", "The repository could not be fetched: the next look at its base branch tries again."

    # about a module
    UNTOUCHED = "untouched", "The merge touches no module, and none is to be tried again."
    SUPERSEDED = "superseded", "A newer merge touches the module: its smoke is the one that counts."
    CHECKS_NOT_GREEN = "checks-not-green", "The checks of the merged commit are not green."
    DRIFT = "drift", "The plan proves that the module is not as declared."
    ACKNOWLEDGED = "acknowledged", "What runs is not what was merged, though that is acknowledged."
    INCONCLUSIVE = "inconclusive", "It is not proven that the module is as declared."
    PLAN_FAILED = "plan-failed", "There is no plan: the merged catalog cannot be used, or the planner broke."
    OTHER_COMMIT = "other-commit", "The plan is not one of the merged commit."
    MODULE_ABSENT = "module-absent", "The merged catalog has no such module."
    SMOKE_DIED = "smoke-died", "The module's smoke was cut off, and is not run again for this merge."

    @property
    def triggers(self) -> bool:
        """Whether something is run for it."""
        return self in {Decision.QUEUED, Decision.TRIGGERED}


@dataclass(frozen=True, slots=True)
class Receipt(Published):
    """What became of one trigger.

    `module` is null where the merge as a whole is meant, `run` is the ID of the flow run that was created or that died,
    `plan` the ID of the plan it rests on, `note` one line for people, `at` when, in UTC.
    """

    merge: Merge
    source: Source
    module: str | None
    decision: Decision
    note: str
    run: str | None
    plan: str | None
    at: str

    def repeats(self, other: Receipt) -> bool:
        """Tell whether another one says the same was decided about the same."""
        return (self.merge, self.module, self.decision) == (other.merge, other.module, other.decision)

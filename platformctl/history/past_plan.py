"""What history needs of a plan: each module's verdict, and what was declared of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from platformctl.plan.plan import Plan
from platformctl.published import Published
from platformctl.reason import Reason, Verdict


@dataclass(frozen=True, slots=True)
class Judgment(Published):
    """What one plan proved of a module, and whether that was acknowledged.

    `declared` changes whenever host, container or image is declared otherwise.
    """

    module: str
    host: str
    verdict: Verdict
    declared: str
    acknowledged: bool = False

    @property
    def status(self) -> Verdict:
        """The verdict in the plan: what is acknowledged alarms nobody."""
        return Verdict.IN_SYNC if self.acknowledged else self.verdict


@dataclass(frozen=True, slots=True)
class PastPlan:
    """A plan at the time at which it was made. It says nothing about modules that it does not hold.

    `seen` names the hosts of which it read a recording, and when that was taken: what it proves, it proves of then.
    """

    at: datetime
    judgments: tuple[Judgment, ...]
    seen: tuple[tuple[str, datetime], ...] = ()


def past_plan(plan: Plan, seen: tuple[tuple[str, datetime], ...] = ()) -> PastPlan:
    """Return what history needs of a plan."""
    return PastPlan(datetime.fromisoformat(plan.created_at), judgments(plan), seen)


def judgments(plan: Plan) -> tuple[Judgment, ...]:
    """Return the verdicts of a plan."""
    return tuple(
        judgment(one.name, one.host, one.status, one.reason, (one.container, one.image)) for one in plan.modules
    )


def judgment(module: str, host: str, status: Verdict, reason: str, declared: tuple[str | None, str]) -> Judgment:
    """Return what a plan proved of a module: a difference that is acknowledged is one all the same."""
    acknowledged = reason == Reason.ACKNOWLEDGED
    proven = Verdict.DRIFT if acknowledged else status
    return Judgment(module, host, proven, declaration_of(host, *declared), acknowledged)


def declaration_of(host: str, container: str | None, image: str) -> str:
    """Return a name for what a plan tells of a module's declaration. Only equality means something."""
    canonical = json.dumps([host, container, image])
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]

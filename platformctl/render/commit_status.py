"""What a forge is told about a module after a merge, in one line."""

from __future__ import annotations

from typing import Final

from platformctl.render.smoke_text import headline
from platformctl.rerun.commit_status import CommitStatus, StatusState
from platformctl.rerun.receipt import Decision, Receipt
from platformctl.smoke.outcome import Outcome
from platformctl.smoke.result import SmokeResult

_DECIDED: Final[dict[Decision, StatusState]] = {
    Decision.TRIGGERED: "pending",
    Decision.DRIFT: "failure",
    Decision.INCONCLUSIVE: "error",
    Decision.CHECKS_NOT_GREEN: "error",
    Decision.PLAN_FAILED: "error",
    Decision.OTHER_COMMIT: "error",
    Decision.SMOKE_DIED: "error",
}
"""Other decisions leave nothing to be told about the module after this merge."""

_ENDED: Final[dict[Outcome, StatusState]] = {
    Outcome.PASS: "success",
    Outcome.FAIL: "failure",
    Outcome.ERROR: "error",
    Outcome.INCONCLUSIVE: "error",
}


def decided_status(receipt: Receipt, url: str | None) -> CommitStatus | None:
    """Return what was decided about a module. A smoke that was created is pending until it has ended."""
    state = _DECIDED.get(receipt.decision)
    if state is None or receipt.module is None:
        return None
    note = f" {receipt.note}" if receipt.note and receipt.decision is not Decision.TRIGGERED else ""
    return CommitStatus(receipt.module, state, f"{receipt.decision.sentence}{note}", url, runs=receipt.run is not None)


def ended_status(result: SmokeResult, url: str | None) -> CommitStatus:
    """Return what a smoke found."""
    state: StatusState = "failure" if result.drifted else _ENDED[result.outcome]
    return CommitStatus(result.module, state, headline(result), url)

"""Seeing to the smokes of merges whose run was cut off: people are told, once, and the smoke is not run again."""

from __future__ import annotations

from collections.abc import Iterator

from prefect.logging import get_run_logger

from platformctl.adapters.claimed_smoke import death, found_result
from platformctl.adapters.following import Following
from platformctl.adapters.smoke_lock import smoke_alone, smoke_runs
from platformctl.errors import StoreBusy
from platformctl.rerun.claim import Claim
from platformctl.rerun.report import Report
from tasks.ask_forge import report_back, report_smoke
from tasks.ask_server import see_run
from tasks.claim_smoke import bury_smoke, end_smoke
from tasks.keep_receipts import keep_receipts


def settle_left(branch: Following) -> Iterator[Report]:
    """Tell of each smoke that was claimed and cut off. What the server or the store does not know is left for later."""
    for claim in branch.ledger.open_claims(branch.repository):
        end = None if smoke_runs(branch.store.root, claim.module) else _end(claim)
        report = _settle_alone(branch, claim, end) if end else None
        if report:
            yield report


def _end(claim: Claim) -> str | None:
    """Return how a run ended, of which no process holds the lock of its smoke any more."""
    seen = see_run(claim.run)
    if seen and seen.end is None:
        get_run_logger().warning(
            "the smoke of %s is run by nobody here, but the server says of the flow run %s that it is %s. Where its "
            "machine is lost, set the run to Crashed; where it runs, the store's locks do not reach its machine",
            claim.module, claim.run, seen.state,
        )  # fmt: skip
    return seen.end if seen else None


def _settle_alone(branch: Following, claim: Claim, end: str) -> Report | None:
    """Settle a claim while nobody else does, and nobody runs a smoke of the module."""
    try:
        with smoke_alone(branch.store.root, claim.module, 0):
            return _settle(branch, claim, end) if branch.ledger.is_open(claim) else None
    except StoreBusy:
        return None


def _settle(branch: Following, claim: Claim, end: str) -> Report | None:
    """Make up for what the run did not come to. Cut off in here, all of it is done again without harm."""
    result = found_result(branch, claim)
    if result:
        report_smoke(branch, claim, result)
        end_smoke(branch, claim)
        return None
    report = Report(claim.merge, (death(claim, end),))
    keep_receipts(branch, report.receipts, once=True)
    report_back(branch, report)
    bury_smoke(branch, claim)
    return report

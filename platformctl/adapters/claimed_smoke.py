"""Smokes that were claimed: what became of one whose run did not say so."""

from __future__ import annotations

from platformctl.adapters.following import Following, at
from platformctl.adapters.smoke_store import SmokeStore
from platformctl.render.printable import one_line
from platformctl.rerun.claim import Claim
from platformctl.rerun.receipt import Decision, Receipt
from platformctl.smoke.result import SmokeResult


def found_result(branch: Following, claim: Claim) -> SmokeResult | None:
    """Return the result that a claimed smoke left before its run could say so, or None."""
    kept = SmokeStore(branch.store.root).since(claim.module, claim.at)
    return next((result for result in kept if branch.is_of(result.catalog, claim.merge.commit)), None)


def death(claim: Claim, end: str) -> Receipt:
    """Return the receipt of a smoke that was cut off, and how its run ended."""
    note = one_line(f"{end}; smoke-module/manual tries the module")
    return Receipt(claim.merge, "reconcile", claim.module, Decision.SMOKE_DIED, note, claim.run, None, at())

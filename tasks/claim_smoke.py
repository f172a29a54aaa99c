"""Claiming the one smoke that a merge leads to for a module."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from platformctl.adapters.following import Following
from platformctl.errors import AlreadyClaimed
from platformctl.rerun.claim import Claim


@task(task_run_name="look for a claim", cache_policy=NO_CACHE, persist_result=False)
def refuse_claimed(branch: Following, claim: Claim) -> None:
    """Stop at once where the smoke is claimed: nobody waits for what will not run."""
    earlier = branch.ledger.claimed(claim.merge, claim.module)
    if earlier:
        raise AlreadyClaimed(earlier.refusal(claim.run))


@task(task_run_name="claim smoke of {claim.module}", cache_policy=NO_CACHE, persist_result=False)
def claim_smoke(branch: Following, claim: Claim) -> None:
    """Claim a smoke. Of all that ever come for it, one goes on from here."""
    earlier = branch.ledger.claim(claim)
    if earlier:
        raise AlreadyClaimed(earlier.refusal(claim.run))


@task(task_run_name="end smoke of {claim.module}", cache_policy=NO_CACHE, persist_result=False)
def end_smoke(branch: Following, claim: Claim) -> None:
    """Note that a claimed smoke has ended. Noting it twice is harmless."""
    branch.ledger.end(claim)


@task(task_run_name="bury smoke of {claim.module}", cache_policy=NO_CACHE, persist_result=False)
def bury_smoke(branch: Following, claim: Claim) -> None:
    """Note that a claimed smoke was cut off, and that this was told. Noting it twice is harmless."""
    branch.ledger.bury(claim)

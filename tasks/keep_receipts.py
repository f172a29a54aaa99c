"""Writing receipts into the ledger, and that a merge is settled."""

from __future__ import annotations

from collections.abc import Iterable

from prefect import task
from prefect.cache_policies import NO_CACHE

from platformctl.adapters.following import Following, now
from platformctl.rerun.receipt import Receipt


@task(task_run_name="keep receipts", cache_policy=NO_CACHE, persist_result=False)
def keep_receipts(branch: Following, receipts: Iterable[Receipt], *, once: bool = False) -> None:
    """Keep receipts. Keeping one twice is harmless, and with `once` leaves one line."""
    for receipt in receipts:
        branch.ledger.record(receipt, once=once)


@task(task_run_name="settle", cache_policy=NO_CACHE, persist_result=False)
def settle(branch: Following, commits: Iterable[str]) -> None:
    """Note that nothing is left to be done for these merges."""
    for commit in commits:
        branch.ledger.settle(branch.merge(commit), now())

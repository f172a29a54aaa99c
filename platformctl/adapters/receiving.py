"""What becomes of a merge that was told of: a run that follows it, and a receipt."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter

from platformctl.adapters.file import append_line
from platformctl.adapters.prefect_api import Queue, Wanted
from platformctl.adapters.receiving_secret import SecretFile
from platformctl.catalog.repository import Repository
from platformctl.rerun.merge import Merge
from platformctl.rerun.receipt import Decision, Receipt, Source

RERUN: Final = "rerun-after-merge/merge"
"""The deployment whose runs follow merges."""

_RECEIPT: Final = TypeAdapter(Receipt)


@dataclass(frozen=True, slots=True)
class Followed:
    """A repository, the name that it has in repositories.yaml, and where its deliveries are signed, their secret."""

    name: str
    repository: Repository
    secret: SecretFile | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a trigger, and the run that follows the merge if there is one."""

    decision: Decision
    run: UUID | None = None


def run_after(name: str, merge: Merge, source: Source) -> Wanted:
    """Return the run that follows a merge of the repository that is called so. Its key is the merge's alone."""
    return Wanted(
        deployment=RERUN,
        key=merge.key,
        name=f"{name} {merge.commit[:12]}",
        parameters={"repository": name, "commit": merge.commit, "source": source},
        tags=(f"repository:{name}",),
    )


async def queue_merge(queue: Queue, name: str, merge: Merge, source: Source) -> Outcome:
    """See to it that one run follows a merge, whoever told of it and however often.

    Raises:
        QueueUnavailable: it is not known whether one does.
    """
    queued = await queue.ensure(run_after(name, merge, source))
    return Outcome(Decision.QUEUED if queued.created else Decision.DUPLICATE, queued.run)


async def keep_receipt(store: Path, merge: Merge, source: Source, outcome: Outcome) -> None:
    """Add a line to the receipts in a store's folder. What became of a merge in the end, its own run records.

    Raises:
        StoreUnwritable: the file cannot be written.
    """
    receipt = Receipt(
        merge=merge,
        source=source,
        module=None,
        decision=outcome.decision,
        note="",
        run=str(outcome.run) if outcome.run else None,
        plan=None,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    line = _RECEIPT.dump_json(receipt, by_alias=True).decode()
    await asyncio.to_thread(append_line, store / "reruns" / "receipts.jsonl", line)

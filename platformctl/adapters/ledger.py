"""The ledger of reruns: which merges are known and settled, who handles one, and what became of every trigger.

reruns/receipts.jsonl                                every receipt, oldest first
reruns/<branch>/merges/<commit>/known.json           since when the merge is known
reruns/<branch>/merges/<commit>/lease.json           who handles it at present
reruns/<branch>/merges/<commit>/settled.json         since when nothing is left to be done for it
reruns/<branch>/merges/<commit>/receipts/<module>.json   the last receipt of a module; @merge for the merge as a whole
claims/<branch>/<commit>/<module>.json               which flow run may run the smoke
claims/<branch>/<commit>/<module>.ended              that it ended, and all who are told of that were
claims/<branch>/<commit>/<module>.died               that it was cut off, and the same

Each file is whole or not there, and what was ended half-way is done again without harm.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter

from platformctl.adapters.file import append_line, create_exclusively, remove, write_atomically
from platformctl.adapters.file_lock import locked
from platformctl.catalog.repository import Forge, Repository
from platformctl.rerun.claim import Claim
from platformctl.rerun.lease import Lease
from platformctl.rerun.merge import COMMIT, Merge
from platformctl.rerun.receipt import Decision, Receipt

WHOLE: Final = "@merge"
"""Stands for the merge as a whole among the names of modules, none of which can begin like this."""

_LOCK_S: Final = 20.0
_MAX_LINE: Final = 64 * 1024
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_]+")

_PASSING: Final = frozenset({Decision.QUEUED, Decision.DUPLICATE})
"""What is said of a delivery, and not of what the merge led to."""

_MARKS: Final = ("ended", "died")
_ENDS: Final = tuple(f".{name}" for name in _MARKS)

_RECEIPT: Final = TypeAdapter(Receipt)
_LEASE: Final = TypeAdapter(Lease)
_CLAIM: Final = TypeAdapter(Claim)
_Value = TypeVar("_Value")


def branch_folder(forge: Forge, repository: str, base: str) -> str:
    """Return the name of a base branch's folder: readable, and its own whatever the names hold."""
    name = f"{forge}:{repository}:{base}"
    return f"{_UNSAFE.sub('-', name)[:80]}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger in a store's folder. Times are arguments."""

    root: Path

    def branch(self, repository: Repository) -> Path:
        """Return the folder of a base branch."""
        return self.root / "reruns" / branch_folder(repository.forge, repository.name, repository.base)

    def know(self, merge: Merge, now: datetime) -> datetime:
        """Note that a merge is known, and return since when it has been.

        Raises:
            StoreUnwritable: the ledger cannot be written.
        """
        place = self._place(merge) / "known.json"
        create_exclusively(place, json.dumps({"commit": merge.commit, "at": now.isoformat()}) + "\n")
        return _time(place) or now

    def known(self, repository: Repository) -> frozenset[str]:
        """Return the commits of all known merges of a base branch."""
        return frozenset(self._having(repository, "known.json"))

    def settle(self, merge: Merge, now: datetime) -> None:
        """Note that nothing is left to be done for a merge.

        Raises:
            StoreUnwritable: the ledger cannot be written.
        """
        self.know(merge, now)
        create_exclusively(
            self._place(merge) / "settled.json", json.dumps({"commit": merge.commit, "at": now.isoformat()}) + "\n"
        )

    def settled(self, repository: Repository) -> frozenset[str]:
        """Return the commits of the merges of a base branch for which nothing is left to be done."""
        return frozenset(self._having(repository, "settled.json"))

    def record(self, receipt: Receipt, *, once: bool = False) -> None:
        """Keep a receipt: as a line, which stays, and as the last word about its module.

        The line comes first: ended in between, a run writes it again, and none is lost. With `once` there is no second
        line where one says the same about the merge and module; of several at the same time, callers take turns.

        Raises:
            StoreUnwritable: the ledger cannot be written.
        """
        text = _RECEIPT.dump_json(receipt, by_alias=True).decode()
        if not (once and any(receipt.repeats(line) for line in self.history())):
            append_line(self.root / "reruns" / "receipts.jsonl", text)
        if receipt.decision not in _PASSING:
            write_atomically(self._place(receipt.merge) / "receipts" / f"{receipt.module or WHOLE}.json", f"{text}\n")

    def receipts(self, merge: Merge) -> tuple[Receipt, ...]:
        """Return the last receipt of each module of a merge, sorted by module, and of the merge as a whole first."""
        places = sorted((self._place(merge) / "receipts").glob("[!.]*.json"))
        return tuple(found for place in places if (found := _read(place, _RECEIPT)))

    def history(self) -> Iterator[Receipt]:
        """Yield every receipt, oldest first; a line that a writer could not end is left out."""
        with suppress(FileNotFoundError), (self.root / "reruns" / "receipts.jsonl").open("rb") as file:
            while line := file.readline(_MAX_LINE):
                with suppress(ValueError):
                    yield _RECEIPT.validate_json(line)

    def take(self, merge: Merge, run: str, now: datetime, lasting: timedelta) -> Lease | None:
        """Take or renew the lease of a merge; return that of another living run, which keeps it.

        Raises:
            StoreBusy: the lock of the leases is not free.
            StoreUnwritable: the ledger cannot be written.
        """
        place = self._place(merge) / "lease.json"
        with locked(place.with_name("lease.lock"), _LOCK_S):
            held = _read(place, _LEASE)
            if held and held.keeps_out(run, now):
                return held
            write_atomically(place, _LEASE.dump_json(Lease(run, now + lasting), by_alias=True).decode() + "\n")
        return None

    def release(self, merge: Merge, run: str) -> None:
        """Give up a lease, if it is this run's."""
        place = self._place(merge) / "lease.json"
        with locked(place.with_name("lease.lock"), _LOCK_S):
            held = _read(place, _LEASE)
            if held and held.run == run:
                remove(place)

    def claim(self, claim: Claim) -> Claim | None:
        """Claim a smoke; return the claim that was there before, which stands.

        Raises:
            StoreUnwritable: the ledger cannot be written.
        """
        place = self._claim(claim.merge, claim.module)
        if create_exclusively(place, _CLAIM.dump_json(claim, by_alias=True).decode() + "\n"):
            return None
        return self.claimed(claim.merge, claim.module) or replace(claim, run="unknown", at="an unknown time")

    def claimed(self, merge: Merge, module: str) -> Claim | None:
        """Return who claimed a smoke, or None."""
        return _read(self._claim(merge, module), _CLAIM)

    def end(self, claim: Claim) -> None:
        """Note that a claimed smoke has ended, with whatever result.

        Raises:
            StoreUnwritable: the ledger cannot be written.
        """
        write_atomically(self._mark(claim, "ended"), "")

    def bury(self, claim: Claim) -> None:
        """Note that a claimed smoke was cut off, and that this was told.

        Raises:
            StoreUnwritable: the ledger cannot be written.
        """
        write_atomically(self._mark(claim, "died"), "")

    def is_open(self, claim: Claim) -> bool:
        """Tell whether a claimed smoke runs, or died unnoticed."""
        return not any(self._mark(claim, name).exists() for name in _MARKS)

    def open_claims(self, repository: Repository) -> tuple[Claim, ...]:
        """Return the claims to a base branch's smokes that run, or died unnoticed. Only those are read."""
        folder = self.root / "claims" / branch_folder(repository.forge, repository.name, repository.base)
        places = {str(place) for place in folder.glob("*/[!.]*")}
        marked = {f"{name.removesuffix(end)}.json" for name in places for end in _ENDS if name.endswith(end)}
        found = (_read(Path(place), _CLAIM) for place in sorted(places - marked) if place.endswith(".json"))
        return tuple(claim for claim in found if claim)

    def unended(self) -> tuple[Claim, ...]:
        """Return the newest claim of each module whose smoke has not ended: it runs, or its run died."""
        newest: dict[str, Claim] = {}
        for claim in sorted(self.claims(), key=lambda each: each.at):
            newest[claim.module] = claim
        return tuple(each for each in newest.values() if not self._mark(each, "ended").exists())

    def claims(self) -> tuple[Claim, ...]:
        """Return all claims."""
        places = sorted((self.root / "claims").glob("*/*/[!.]*.json"))
        return tuple(found for place in places if (found := _read(place, _CLAIM)))

    def _place(self, merge: Merge) -> Path:
        return self.root / "reruns" / branch_folder(merge.forge, merge.repository, merge.base) / "merges" / _name(merge)

    def _claim(self, merge: Merge, module: str) -> Path:
        folder = self.root / "claims" / branch_folder(merge.forge, merge.repository, merge.base) / _name(merge)
        return folder / f"{module}.json"

    def _mark(self, claim: Claim, name: str) -> Path:
        return self._claim(claim.merge, claim.module).with_name(f"{claim.module}.{name}")

    def _having(self, repository: Repository, file: str) -> Iterator[str]:
        return (place.parent.name for place in (self.branch(repository) / "merges").glob(f"*/{file}"))


def _name(merge: Merge) -> str:
    """Whatever is not a commit's name could lead out of the folder."""
    if not COMMIT.fullmatch(merge.commit):
        raise ValueError("a merge is named by the 40 or 64 hex digits of its commit")
    return merge.commit


def _time(place: Path) -> datetime | None:
    try:
        return datetime.fromisoformat(json.loads(place.read_bytes())["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _read(place: Path, adapter: TypeAdapter[_Value]) -> _Value | None:
    """Read what we wrote; what somebody else made of it counts as absent."""
    with suppress(OSError, ValueError):
        found: Any = adapter.validate_json(place.read_bytes())
        value: _Value = found
        return value
    return None

"""What a run that follows a merge came to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum, auto

from platformctl.rerun.merge import Merge
from platformctl.rerun.receipt import Decision, Receipt


class Colour(Enum):
    """How a run ends: as it should, with proven drift, or with something that nobody could prove."""

    GREEN = auto()
    RED = auto()
    ORANGE = auto()


_FINE = frozenset({
    Decision.QUEUED, Decision.TRIGGERED, Decision.DUPLICATE, Decision.UNTOUCHED, Decision.SUPERSEDED,
    Decision.MODULE_ABSENT,
})  # fmt: skip
"""Decisions that leave nothing open: the smoke was created, there is none to create, or another run sees to it."""


@dataclass(frozen=True, slots=True)
class Report:
    """The receipts that a run wrote for a merge. `waiting` are modules that a later run looks at again."""

    merge: Merge
    receipts: tuple[Receipt, ...]
    waiting: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def colour(self) -> Colour:
        """Sum up. Only proven drift is red."""
        decisions = {receipt.decision for receipt in self.receipts}
        if Decision.DRIFT in decisions:
            return Colour.RED
        return Colour.GREEN if decisions <= _FINE else Colour.ORANGE

    @property
    def headline(self) -> str:
        """Say in one line what became of the modules."""
        counts = Counter(str(receipt.decision) for receipt in self.receipts if receipt.module)
        parts = [f"{count} {decision}" for decision, count in sorted(counts.items(), key=lambda item: (-item[1], item))]
        parts += [f"{len(self.waiting)} waiting"] if self.waiting else []
        whole = [receipt.decision.sentence for receipt in self.receipts if not receipt.module]
        return f"{self.merge.commit[:12]}: {', '.join(parts) or ' '.join(whole) or 'nothing to do'}"


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a look at the base branches found. `problems` are branches that could not be looked at, and why."""

    branches: int
    reports: tuple[Report, ...]
    problems: tuple[str, ...] = ()

    @property
    def colour(self) -> Colour:
        """Sum up. What could not be looked at is not fine, and drift outranks it."""
        colours = {report.colour for report in self.reports}
        if Colour.RED in colours:
            return Colour.RED
        return Colour.ORANGE if self.problems or Colour.ORANGE in colours else Colour.GREEN

    @property
    def headline(self) -> str:
        """Say in one line what was found."""
        followed = "no branch is followed" if not self.branches else f"{self.branches} followed"
        return "; ".join([followed, *(report.headline for report in self.reports), *self.problems])

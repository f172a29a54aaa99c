"""What a delivery tells: a merge that is followed, or why it is none."""

from __future__ import annotations

from dataclasses import dataclass

from platformctl.rerun.merge import Merge
from platformctl.rerun.receipt import Decision, Source


@dataclass(frozen=True, slots=True)
class Merged:
    """A merge to the branch that is followed."""

    merge: Merge
    source: Source


@dataclass(frozen=True, slots=True)
class Ignored:
    """No such merge.

    Attributes:
        merge: what it is about; without a commit where nothing was merged.
        source: the kind of delivery; None for one that never tells of merges.
        decision: why it leads to nothing.
    """

    merge: Merge
    source: Source | None
    decision: Decision


Announcement = Merged | Ignored

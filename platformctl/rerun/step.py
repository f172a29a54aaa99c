"""The steps of a base branch, and which of them a merge stands for."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

MAX_STEPS: Final = 200
"""Older steps are taken together: what they touch counts for the oldest that is taken by itself."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a first-parent line: a commit, and the one before it, which the first commit of all lacks."""

    before: str | None
    commit: str


def steps_since(line: Sequence[Step], known: AbstractSet[str]) -> tuple[Step, ...]:
    """Return the steps that the newest one of a line stands for, oldest first.

    Those are all since the last merge that is known otherwise, since deliveries of some may have been lost; where none
    is known, it is the newest alone.
    """
    older = [step.commit for step in line[1:]]
    count = next((1 + index for index, commit in enumerate(older) if commit in known), 1)
    taken = line[: min(count, MAX_STEPS)]
    oldest = Step(line[count - 1].before, taken[-1].commit)
    return (oldest, *reversed(taken[:-1]))


def open_merges(line: Sequence[str], known: AbstractSet[str], settled: AbstractSet[str]) -> tuple[str, ...]:
    """Return the merges that are to be handled, oldest first, of a base branch's line, newest first.

    What is older than all known merges is none of ours; of a branch that nothing is known of, the newest step is. An
    unknown merge below one that is handled goes with it.
    """
    oldest = max((index for index, commit in enumerate(line) if commit in known), default=0)
    found: list[str] = []
    is_covered = False
    for commit in line[: oldest + 1]:
        is_open = commit not in settled
        if is_open and (commit in known or not is_covered):
            found.append(commit)
        is_covered = is_open
    return tuple(reversed(found))

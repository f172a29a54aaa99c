"""A claim: which flow run may run the one smoke that a merge leads to for a module."""

from __future__ import annotations

from dataclasses import dataclass

from platformctl.published import Published
from platformctl.rerun.merge import Merge


@dataclass(frozen=True, slots=True)
class Claim(Published):
    """The first flow run that came for a smoke. `at` is when, in UTC."""

    merge: Merge
    module: str
    run: str
    at: str

    def refusal(self, run: str) -> str:
        """Say why a run that comes later runs nothing."""
        if run == self.run:
            return f"this run was executed before, at {self.at}: the smoke of a merge runs once"
        return f"the flow run {self.run} claimed this smoke at {self.at}: the smoke of a merge runs once"

"""What a store holds of a catalog's past, plans and smokes, and the history that they make."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from platformctl.adapters.past_plans import PastPlans, read_past_plans
from platformctl.adapters.past_smokes import PastSmokes, read_past_smokes
from platformctl.errors import Problem
from platformctl.history.history import History
from platformctl.history.make import make_history
from platformctl.history.past_plan import PastPlan
from platformctl.history.window import Window


@dataclass(frozen=True, slots=True)
class Past:
    """The plans and smokes of one catalog in a window."""

    plans: PastPlans
    smokes: PastSmokes

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What cannot be read and does not count."""
        return (*self.plans.problems, *self.smokes.problems)

    def history(self, window: Window, plans: Iterable[PastPlan] | None = None) -> History:
        """Sum up, with other plans in place of those that were read where there are any."""
        chosen = self.plans.plans if plans is None else plans
        catalogs = {one.key: one for one in self.plans.catalogs}
        return replace(
            make_history(chosen, window, self.smokes.smokes),
            catalog=catalogs.pop(self.plans.catalog or "", None),
            other_catalogs=tuple(catalogs.values()),
        )


def read_past(root: Path, window: Window, catalog: str | None = None) -> Past:
    """Read the plans and smokes of a catalog: of the one with this key, or of the newest plan's.

    Raises:
        InputInvalid: there is no index of plans, or it cannot be read.
    """
    plans = read_past_plans(root, window, catalog)
    return Past(plans, read_past_smokes(root, window, plans.catalog))

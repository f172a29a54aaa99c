"""History as a value. Its JSON form is published in schemas/history-1.0.schema.json."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from platformctl.history.past_smoke import SmokeOutcome
from platformctl.published import Published
from platformctl.reason import Verdict

FORMAT_VERSION: Final = "1.0"


@dataclass(frozen=True, slots=True)
class Drift(Published):
    """From the first red to the next green. `nextGreen` is null while there is none, and `seconds` go on until then."""

    first_red: str
    next_green: str | None
    seconds: int


@dataclass(frozen=True, slots=True)
class Nights(Published):
    """Nights in a row, from `first` to `last`, whose worst verdict was the same. A night is a date in UTC."""

    first: str
    last: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class SmokeHistory(Published):
    """The smokes of one module over the window: how the last one ended, when it began, and at which commit.

    `dirty` says that files differed from the commit. `passRate` is the share of `smokes` that passed. `failingSince` is
    the first that failed after the last that passed, and null where none did.
    """

    outcome: SmokeOutcome
    started_at: str
    seconds_ago: int
    commit: str | None
    dirty: bool
    smokes: int
    pass_rate: float
    failing_since: str | None


@dataclass(frozen=True, slots=True)
class CatalogHistory(Published):
    """A catalog of which plans were kept in the window: its key, and what the last of them calls it."""

    key: str
    path: str
    plans: int
    last_plan: str


@dataclass(frozen=True, slots=True)
class ModuleHistory(Published):
    """One module over the window.

    `verdict` is that of the last plan that holds the module, and `since` the first of the plans in a row that say the
    same. A look is conclusive when it proved in-sync or drift; `stale` says that the last such look is too old, or
    that there is none, and a look at a recording is as old as the recording. `passRate` is the share of looks that
    proved in-sync. `flips` counts changes of colour while the declaration stayed the same, out of `comparisons` of two
    looks in a row; `redFlips` only those between in-sync and drift, whatever was inconclusive in between. Nights on
    which no plan held the module are in none of `nights`. `smoke` is null where the window has no smoke of the module.
    `acknowledged` says that the last plan proved a difference that alarms nobody: it is `in-sync`, and in drift still.
    """

    name: str
    host: str
    verdict: Verdict
    stale: bool
    since: str
    last_look: str
    last_conclusive: str | None
    looks: int
    pass_rate: float
    comparisons: int
    flips: int
    red_flips: int
    flip_rate: float | None
    drift_seconds: int
    drifts: tuple[Drift, ...]
    nights: tuple[Nights, ...]
    smoke: SmokeHistory | None = None
    acknowledged: bool = False

    @property
    def broken(self) -> bool:
        """Tell whether its smoke fails, whatever its verdict is."""
        return self.smoke is not None and self.smoke.failing_since is not None

    @property
    def outdated(self) -> bool:
        """Tell whether it was green for the last time too long ago to be called so."""
        return self.stale and self.verdict is Verdict.IN_SYNC


@dataclass(frozen=True, slots=True)
class History(Published):
    """What the plans from `since` to `until` say together.

    `firstPlan` is the time of the first plan, null where there is none. Modules are sorted by name. `catalog` is the
    one that this is the history of, null where no plan says which it is of; `otherCatalogs` have plans there too.
    """

    format_version: str
    since: str
    until: str
    stale_after_seconds: int
    plans: int
    first_plan: str | None
    modules: tuple[ModuleHistory, ...]
    catalog: CatalogHistory | None = None
    other_catalogs: tuple[CatalogHistory, ...] = ()

    def of(self, names: Iterable[str]) -> History:
        """Return the history of some modules."""
        wanted = frozenset(names)
        return replace(self, modules=tuple(module for module in self.modules if module.name in wanted))

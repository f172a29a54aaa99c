"""Making a history: total, deterministic, without a clock or any other look at the world."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import pandas as pd

from platformctl.history.history import FORMAT_VERSION, Drift, History, ModuleHistory, Nights, SmokeHistory
from platformctl.history.past_plan import PastPlan
from platformctl.history.past_smoke import PastSmoke
from platformctl.history.smokes import smoke_histories
from platformctl.history.window import Window
from platformctl.reason import SEVERITY, Verdict

_RANKS: Final = {str(verdict): rank for rank, verdict in enumerate(SEVERITY)}
_COLUMNS: Final = ["module", "host", "verdict", "declared", "status", "acknowledged", "at", "seen"]


def make_history(plans: Iterable[PastPlan], window: Window, smokes: Iterable[PastSmoke] = ()) -> History:
    """Sum up the plans of a window, and the smokes of their modules.

    Of plans made at the same time the later one of `plans` counts as later.
    """
    within = sorted((plan for plan in plans if window.since <= plan.at <= window.until), key=lambda plan: plan.at)
    looks = _looks(within)
    return History(
        format_version=FORMAT_VERSION,
        since=_text(window.since),
        until=_text(window.until),
        stale_after_seconds=int(window.stale_after.total_seconds()),
        plans=len(within),
        first_plan=_text(within[0].at) if within else None,
        modules=_modules(looks, window, smoke_histories(smokes, window)) if len(looks) else (),
    )


def _looks(plans: Iterable[PastPlan]) -> pd.DataFrame:
    """Return a row for each module in each plan, in the order of time for each module."""
    rows = [
        (
            one.module,
            one.host,
            str(one.verdict),
            one.declared,
            str(one.status),
            one.acknowledged,
            plan.at,
            seen.get(one.host, plan.at),
        )
        for plan in plans
        for seen in ({host: min(taken, plan.at) for host, taken in plan.seen},)
        for one in plan.judgments
    ]
    return pd.DataFrame(rows, columns=_COLUMNS).sort_values("module", kind="stable", ignore_index=True)


def _modules(looks: pd.DataFrame, window: Window, smokes: Mapping[str, SmokeHistory]) -> tuple[ModuleHistory, ...]:
    conclusive = looks[looks["verdict"] != str(Verdict.INCONCLUSIVE)]
    compared, since = _compared(looks), _since(looks)
    red_flips = _compared(conclusive).groupby("module")["flip"].sum()
    last_conclusive = conclusive.groupby("module")["seen"].max()
    drifts, nights = _drifts(conclusive, window.until), _nights(looks)
    return tuple(
        _module(
            row,
            since=since[row["module"]],
            last_conclusive=last_conclusive.get(row["module"]),
            red_flips=int(red_flips.get(row["module"], 0)),
            drifts=drifts.get(row["module"], ()),
            nights=nights[row["module"]],
            smoke=smokes.get(row["module"]),
            window=window,
        )
        for row in _totals(compared)
    )


def _module(  # noqa: PLR0913  one parameter for each table that a part comes from
    row: Mapping[Hashable, Any],
    *,
    since: datetime,
    last_conclusive: datetime | None,
    red_flips: int,
    drifts: tuple[Drift, ...],
    nights: tuple[Nights, ...],
    smoke: SmokeHistory | None,
    window: Window,
) -> ModuleHistory:
    return ModuleHistory(
        name=row["module"],
        host=row["host"],
        verdict=Verdict(row["status"]),
        stale=last_conclusive is None or window.until - last_conclusive > window.stale_after,
        since=_text(since),
        last_look=_text(row["at"]),
        last_conclusive=_text(last_conclusive) if last_conclusive is not None else None,
        looks=row["looks"],
        pass_rate=row["passes"] / row["looks"],
        comparisons=row["comparisons"],
        flips=row["flips"],
        red_flips=red_flips,
        flip_rate=row["flips"] / row["comparisons"] if row["comparisons"] else None,
        drift_seconds=sum(drift.seconds for drift in drifts),
        drifts=drifts,
        nights=nights,
        smoke=smoke,
        acknowledged=row["acknowledged"],
    )


def _totals(compared: pd.DataFrame) -> list[dict[Hashable, Any]]:
    """Return a row for each module: its last look, and how many of what."""
    totals = compared.assign(passed=compared["verdict"] == str(Verdict.IN_SYNC)).groupby("module", as_index=False)
    return totals.agg(
        host=("host", "last"),
        status=("status", "last"),
        acknowledged=("acknowledged", "last"),
        at=("at", "last"),
        looks=("at", "size"),
        passes=("passed", "sum"),
        comparisons=("same", "sum"),
        flips=("flip", "sum"),
    ).to_dict("records")


def _compared(looks: pd.DataFrame) -> pd.DataFrame:
    """Compare each look with the one before it: `same` where the declaration is, `flip` where the colour is not."""
    before = looks.groupby("module")[["verdict", "declared"]].shift()
    same = before["declared"] == looks["declared"]
    return looks.assign(same=same, flip=same & (before["verdict"] != looks["verdict"]))


def _since(looks: pd.DataFrame) -> Mapping[Hashable, datetime]:
    """Return for each module when its last run of equal verdicts began; acknowledged or not are two."""
    said = looks["status"] + looks["acknowledged"].map({True: " ", False: ""})
    begins = looks[said.groupby(looks["module"]).shift() != said]
    return begins.groupby("module")["at"].last().to_dict()


def _drifts(conclusive: pd.DataFrame, until: datetime) -> Mapping[str, tuple[Drift, ...]]:
    """Join each first red with the next green: of a module the two alternate, so the n-th belong together."""
    red = conclusive["verdict"] == str(Verdict.DRIFT)
    was_red = conclusive.groupby("module")["verdict"].shift() == str(Verdict.DRIFT)
    joined = _numbered(conclusive[red & ~was_red]).merge(
        _numbered(conclusive[~red & was_red]), how="left", on=["module", "number"], suffixes=("", "_green")
    )
    found: dict[str, tuple[Drift, ...]] = {}
    for module, first, green in zip(joined["module"], joined["at"], joined["at_green"], strict=True):
        ended = None if pd.isna(green) else _text(green)
        seconds = int(((until if ended is None else green) - first).total_seconds())
        found[module] = (*found.get(module, ()), Drift(_text(first), ended, seconds))
    return found


def _numbered(looks: pd.DataFrame) -> pd.DataFrame:
    return looks[["module", "at"]].assign(number=looks.groupby("module").cumcount())


def _nights(looks: pd.DataFrame) -> Mapping[str, tuple[Nights, ...]]:
    """Return the nights of each module by their worst verdicts, equal ones in a row as one."""
    ranked = looks.assign(night=looks["at"].dt.floor("D"), rank=looks["verdict"].map(_RANKS))
    worst = ranked.groupby(["module", "night"], as_index=False)["rank"].max()
    before = worst.groupby("module")[["night", "rank"]].shift()
    goes_on = (before["rank"] == worst["rank"]) & (worst["night"] - before["night"] == timedelta(days=1))
    rows = worst.assign(run=(~goes_on).cumsum()).groupby("run")
    runs = rows.agg(
        module=("module", "first"), first=("night", "first"), last=("night", "last"), rank=("rank", "first")
    )
    found: dict[str, tuple[Nights, ...]] = {}
    for module, first, last, rank in runs.itertuples(index=False, name=None):
        found[module] = (*found.get(module, ()), Nights(str(first.date()), str(last.date()), SEVERITY[rank]))
    return found


def _text(time: datetime) -> str:
    return time.isoformat(timespec="seconds")

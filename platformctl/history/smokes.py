"""Summing up the smokes of each module: how the last one ended, how many passed, and since when it fails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import pandas as pd

from platformctl.history.history import SmokeHistory
from platformctl.history.past_smoke import PastSmoke
from platformctl.history.window import Window

_COLUMNS: Final = ["module", "at", "outcome", "commit", "dirty"]


def smoke_histories(smokes: Iterable[PastSmoke], window: Window) -> Mapping[str, SmokeHistory]:
    """Sum up the smokes of a window for each module. Of smokes that began together the later one counts as later."""
    rows = [
        (one.module, one.at, one.outcome, one.commit or "", one.dirty)  # a table has no None among texts
        for one in smokes
        if window.since <= one.at <= window.until
    ]
    if not rows:
        return {}
    tries = pd.DataFrame(rows, columns=_COLUMNS).sort_values(["module", "at"], kind="stable", ignore_index=True)
    failing = _failing(tries)
    return {row["module"]: _smoke(row, failing.get(row["module"]), window.until) for row in _totals(tries)}


def _totals(tries: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a row for each module: its last smoke, and how many there are and passed."""
    groups = tries.assign(passed=tries["outcome"] == "pass").groupby("module", as_index=False)
    last = tries.drop_duplicates("module", keep="last")
    counted = groups.agg(smokes=("at", "size"), passes=("passed", "sum"))
    return [{str(key): value for key, value in row.items()} for row in last.merge(counted).to_dict("records")]


def _failing(tries: pd.DataFrame) -> Mapping[str, datetime]:
    """Return for each module that fails the first fail after its last pass: a smoke that proves nothing ends none."""
    conclusive = tries[tries["outcome"].isin(["pass", "fail"])]
    begins = conclusive[conclusive.groupby("module")["outcome"].shift() != conclusive["outcome"]]
    last = begins.drop_duplicates("module", keep="last")
    fails = last[last["outcome"] == "fail"]
    return dict(zip(fails["module"], fails["at"], strict=True))


def _smoke(row: Mapping[str, Any], failing: datetime | None, until: datetime) -> SmokeHistory:
    return SmokeHistory(
        outcome=row["outcome"],
        started_at=row["at"].isoformat(timespec="seconds"),
        seconds_ago=int((until - row["at"]).total_seconds()),
        commit=row["commit"] or None,
        dirty=row["dirty"],
        smokes=row["smokes"],
        pass_rate=row["passes"] / row["smokes"],
        failing_since=failing.isoformat(timespec="seconds") if failing is not None else None,
    )

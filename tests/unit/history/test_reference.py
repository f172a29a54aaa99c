"""What pandas makes of any plans and smokes is what a few plain loops make of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final, get_args

from hypothesis import given
from hypothesis import strategies as st

from platformctl.history.history import Drift, ModuleHistory, Nights, SmokeHistory
from platformctl.history.make import make_history
from platformctl.history.past_plan import Judgment, PastPlan
from platformctl.history.past_smoke import PastSmoke, SmokeOutcome
from platformctl.history.window import Window
from platformctl.reason import SEVERITY, Verdict
from tests.unit.plan.strategies import unhurried

BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
WINDOW: Final = Window(BEGIN, BEGIN + timedelta(days=60))
MODULES: Final = ("api", "web")

# Nights in a row and weeks apart, several plans in one night or at one second, in any order, and outside the window.
times = st.one_of(
    st.integers(-2, 62).map(lambda day: timedelta(days=day, hours=3)),
    st.integers(0, 96).map(lambda hours: timedelta(hours=hours)),
    st.integers(0, 60 * 86400).map(lambda seconds: timedelta(seconds=seconds)),
).map(lambda since: BEGIN + since)
judgments = st.builds(
    Judgment,
    st.sampled_from(MODULES),
    st.sampled_from(["rs1000", "rs2000"]),
    st.sampled_from(Verdict),
    st.sampled_from("12"),
).flatmap(lambda one: st.sampled_from([one, replace(one, acknowledged=one.verdict is Verdict.DRIFT)]))
past_plans = st.builds(
    PastPlan,
    times,
    st.lists(judgments, max_size=2, unique_by=lambda one: one.module).map(tuple),
    st.lists(st.tuples(st.just("rs1000"), times), max_size=1).map(tuple),
)
past_smokes = st.builds(
    PastSmoke,
    st.sampled_from((*MODULES, "gone")),
    times,
    st.sampled_from(get_args(SmokeOutcome)),
    st.sampled_from([None, "c0ffee"]),
    st.booleans(),
)


@dataclass(frozen=True, slots=True)
class Look:
    """A module in a plan."""

    at: datetime
    seen: datetime
    judgment: Judgment

    @property
    def verdict(self) -> Verdict:
        """What the plan says."""
        return self.judgment.verdict


@unhurried
@given(st.lists(past_plans, max_size=12), st.lists(past_smokes, max_size=8))
def test_a_history_is_what_plain_loops_say(plans: list[PastPlan], smokes: list[PastSmoke]) -> None:
    """Every figure of every module is that of the reference, whatever the plans hold and however they are spread."""
    expected = [
        reference(name, looks, [one for one in smokes if one.module == name])
        for name in MODULES
        if (looks := looks_at(name, plans))
    ]
    history = make_history(plans, WINDOW, smokes)
    assert list(history.modules) == expected
    assert history.plans == sum(WINDOW.since <= plan.at <= WINDOW.until for plan in plans)


def looks_at(name: str, plans: Sequence[PastPlan]) -> list[Look]:
    """Return the looks at a module in the order of time."""
    return [
        Look(plan.at, min(plan.at, dict(plan.seen).get(one.host, plan.at)), one)
        for plan in sorted(plans, key=lambda plan: plan.at)
        for one in plan.judgments
        if one.module == name and WINDOW.since <= plan.at <= WINDOW.until
    ]


def reference(name: str, looks: Sequence[Look], smokes: Sequence[PastSmoke]) -> ModuleHistory:
    """Sum up one module, look by look."""
    last, conclusive = looks[-1], [look for look in looks if look.verdict is not Verdict.INCONCLUSIVE]
    proven = max((look.seen for look in conclusive), default=None)
    passes = sum(look.verdict is Verdict.IN_SYNC for look in looks)
    comparisons, flips = compared(looks)
    drifts = drifts_of(conclusive)
    return ModuleHistory(
        name=name,
        host=last.judgment.host,
        verdict=Verdict.IN_SYNC if last.judgment.acknowledged else last.verdict,
        stale=proven is None or WINDOW.until - proven > WINDOW.stale_after,
        since=text(since(looks)),
        last_look=text(last.at),
        last_conclusive=text(proven) if proven else None,
        looks=len(looks),
        pass_rate=passes / len(looks),
        comparisons=comparisons,
        flips=flips,
        red_flips=compared(conclusive)[1],
        flip_rate=flips / comparisons if comparisons else None,
        drift_seconds=sum(drift.seconds for drift in drifts),
        drifts=tuple(drifts),
        nights=tuple(nights_of(looks)),
        smoke=smoke_of(smokes),
        acknowledged=last.judgment.acknowledged,
    )


def since(looks: Sequence[Look]) -> datetime:
    """Go back as long as the verdict is that of the last look, and acknowledged where that is."""
    first = looks[-1]
    for look in reversed(looks):
        if (look.verdict, look.judgment.acknowledged) != (first.verdict, first.judgment.acknowledged):
            break
        first = look
    return first.at


def compared(looks: Sequence[Look]) -> tuple[int, int]:
    """Count the pairs in a row of one declaration, and those of them that differ in colour."""
    pairs = [(before, look) for before, look in pairwise(looks) if before.judgment.declared == look.judgment.declared]
    return len(pairs), sum(before.verdict is not look.verdict for before, look in pairs)


def drifts_of(conclusive: Sequence[Look]) -> list[Drift]:
    """Open a drift at a red, close it at the next green, and leave the last one open."""
    found, red = [], None
    for look in conclusive:
        if look.verdict is Verdict.DRIFT:
            red = red or look.at
        elif red:
            found.append(Drift(text(red), text(look.at), int((look.at - red).total_seconds())))
            red = None
    if red:
        found.append(Drift(text(red), None, int((WINDOW.until - red).total_seconds())))
    return found


def nights_of(looks: Sequence[Look]) -> list[Nights]:
    """Take the worst verdict of each date, and join equal ones of dates in a row."""
    worst: dict[datetime, Verdict] = {}
    for look in looks:
        night = look.at.replace(hour=0, minute=0, second=0)
        worst[night] = max(worst.get(night, SEVERITY[0]), look.verdict, key=SEVERITY.index)
    found: list[Nights] = []
    for night, verdict in sorted(worst.items()):
        day, before = str(night.date()), str((night - timedelta(days=1)).date())
        if found and found[-1].last == before and found[-1].verdict is verdict:
            found[-1] = Nights(found[-1].first, day, verdict)
        else:
            found.append(Nights(day, day, verdict))
    return found


def smoke_of(smokes: Sequence[PastSmoke]) -> SmokeHistory | None:
    """Go through the smokes in the order of time."""
    within = sorted((one for one in smokes if WINDOW.since <= one.at <= WINDOW.until), key=lambda one: one.at)
    if not within:
        return None
    last, failing = within[-1], None
    for one in within:
        if one.outcome == "pass":
            failing = None
        elif one.outcome == "fail":
            failing = failing or one.at
    return SmokeHistory(
        outcome=last.outcome,
        started_at=text(last.at),
        seconds_ago=int((WINDOW.until - last.at).total_seconds()),
        commit=last.commit,
        dirty=last.dirty,
        smokes=len(within),
        pass_rate=sum(one.outcome == "pass" for one in within) / len(within),
        failing_since=text(failing) if failing else None,
    )


def text(time: datetime) -> str:
    """Return a time as a history has it."""
    return time.isoformat(timespec="seconds")


def test_recordings_of_any_time_can_be_summed_up() -> None:
    """A recording can be said to be as old as time itself: then nothing is proven any more, and nothing breaks."""
    ancient = datetime(1, 1, 1, tzinfo=UTC)
    judgment = Judgment("web", "rs1000", Verdict.IN_SYNC, "1")
    (module,) = make_history([PastPlan(BEGIN, (judgment,), (("rs1000", ancient),))], WINDOW).modules
    assert (module.last_conclusive, module.outdated) == ("0001-01-01T00:00:00+00:00", True)

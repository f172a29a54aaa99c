"""What many plans say together, each case a table of nights."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from platformctl.history.history import Drift, History, ModuleHistory, Nights
from platformctl.history.make import make_history
from platformctl.history.past_plan import PastPlan, declaration_of, past_plan
from platformctl.history.window import Window, window_until
from platformctl.reason import Reason, Verdict
from platformctl.render.history.text import to_text
from tests.unit.render.example import example_plan

from .nights import FIRST, history, plans

HOUR = timedelta(hours=1)


def only(of: History) -> ModuleHistory:
    """Return the one module of a history."""
    (module,) = of.modules
    return module


def at(night: int) -> str:
    """Return the time of a night's plan."""
    return (FIRST + timedelta(days=night)).isoformat()


def test_a_whole_history() -> None:
    """Every figure of a module that was green, drifted, could not be judged, and is green again."""
    assert history(*plans(web="ggrrog"), until=FIRST + timedelta(days=6)) == History(
        format_version="1.0",
        since="2026-01-01T03:00:00+00:00",
        until="2026-01-07T03:00:00+00:00",
        stale_after_seconds=26 * 3600,
        plans=6,
        first_plan="2026-01-01T03:00:00+00:00",
        modules=(
            ModuleHistory(
                name="web",
                host="rs1000",
                verdict=Verdict.IN_SYNC,
                stale=False,
                since="2026-01-06T03:00:00+00:00",
                last_look="2026-01-06T03:00:00+00:00",
                last_conclusive="2026-01-06T03:00:00+00:00",
                looks=6,
                pass_rate=0.5,
                comparisons=5,
                flips=3,
                red_flips=2,
                flip_rate=0.6,
                drift_seconds=3 * 86400,
                drifts=(Drift("2026-01-03T03:00:00+00:00", "2026-01-06T03:00:00+00:00", 3 * 86400),),
                nights=(
                    Nights("2026-01-01", "2026-01-02", Verdict.IN_SYNC),
                    Nights("2026-01-03", "2026-01-04", Verdict.DRIFT),
                    Nights("2026-01-05", "2026-01-05", Verdict.INCONCLUSIVE),
                    Nights("2026-01-06", "2026-01-06", Verdict.IN_SYNC),
                ),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("table", "flips", "red_flips", "comparisons"),
    [
        ("g", 0, 0, 0),
        ("gggg", 0, 0, 3),
        ("grgr", 3, 3, 3),
        ("gr|gr", 2, 2, 2),
        ("g|r|g|r", 0, 0, 0),
        ("gg|rr", 0, 0, 2),
        ("gogo", 3, 0, 3),
        ("goor", 2, 1, 3),
        ("rooor", 2, 0, 4),
        ("go|or", 2, 0, 2),
        ("g..r", 1, 1, 1),
        ("ooo", 0, 0, 2),
    ],
)
def test_flips(table: str, flips: int, red_flips: int, comparisons: int) -> None:
    """A change of colour is a flip where the declaration is the same before and after, and no flip otherwise."""
    module = only(history(*plans(web=table)))
    assert (module.flips, module.red_flips, module.comparisons) == (flips, red_flips, comparisons)
    assert module.flip_rate == (flips / comparisons if comparisons else None)


@pytest.mark.parametrize(
    ("table", "drifts"),
    [
        ("ggg", []),
        ("ooo", []),
        ("grg", [(1, 2)]),
        ("rrg", [(0, 2)]),
        ("grrr", [(1, None)]),
        ("grorg", [(1, 4)]),
        ("groog", [(1, 4)]),
        ("r..g", [(0, 3)]),
        ("grgrgr", [(1, 2), (3, 4), (5, None)]),
        ("gr|rg", [(1, 3)]),
    ],
)
def test_drifts(table: str, drifts: list[tuple[int, int | None]]) -> None:
    """Drift lasts from the first red to the next green, over everything inconclusive, or to the end of the window."""
    made = plans(web=table)
    module, end = only(history(*made)), made[-1].at + HOUR
    expected = [
        Drift(
            at(first),
            None if green is None else at(green),
            int((end - FIRST).total_seconds()) - first * 86400 if green is None else (green - first) * 86400,
        )
        for first, green in drifts
    ]
    assert list(module.drifts) == expected
    assert module.drift_seconds == sum(one.seconds for one in expected)


@pytest.mark.parametrize(
    ("table", "since", "last_conclusive"),
    [("gggg", 0, 3), ("grrr", 1, 3), ("rggo", 3, 2), ("oooo", 0, None), ("gr..", 1, 1), ("grgg", 2, 3), ("g|gg", 0, 2)],
)
def test_since_when_and_last_conclusive(table: str, since: int, last_conclusive: int | None) -> None:
    """A verdict holds since the first look of the unbroken row, whatever was deployed meanwhile."""
    module = only(history(*plans(web=table)))
    assert module.since == at(since)
    assert module.last_conclusive == (None if last_conclusive is None else at(last_conclusive))


@pytest.mark.parametrize(
    ("table", "later", "stale", "outdated"),
    [
        ("g", timedelta(hours=26), False, False),
        ("g", timedelta(hours=26, seconds=1), True, True),
        ("r", timedelta(hours=27), True, False),
        ("go", timedelta(hours=3), True, False),
        ("go", timedelta(hours=2), False, False),
        ("o", timedelta(), True, False),
    ],
)
def test_stale(table: str, later: timedelta, *, stale: bool, outdated: bool) -> None:
    """What was last proven longer ago than the limit is stale; only a green is no longer called by its colour."""
    made = plans(web=table)
    module = only(history(*made, until=made[-1].at + later))
    assert (module.stale, module.outdated) == (stale, outdated)


def test_partial_plans_count_only_for_what_they_hold() -> None:
    """A module that a plan does not hold has no look there: neither a gap nor a flip comes of it."""
    web, api = sorted(history(*plans(web="g.gg.g", api=".r....")).modules, key=lambda one: one.name, reverse=True)
    assert (web.looks, web.comparisons, web.flips, web.pass_rate) == (4, 3, 0, 1.0)
    assert [(run.first[-2:], run.last[-2:]) for run in web.nights] == [("01", "01"), ("03", "04"), ("06", "06")]
    assert (api.looks, api.verdict, api.last_look, api.stale) == (1, Verdict.DRIFT, at(1), True)


def test_a_night_has_its_worst_verdict() -> None:
    """Several plans of one night count as several looks and show as one, and drift outranks what is unknown."""
    green, orange, red = (plans(web=letter)[0] for letter in "gor")
    made = [
        green,
        replace(orange, at=FIRST + HOUR),
        replace(red, at=FIRST + 2 * HOUR),
        replace(green, at=FIRST + 3 * HOUR),
    ]
    assert only(history(*made)).nights == (Nights("2026-01-01", "2026-01-01", Verdict.DRIFT),)
    assert only(history(*made)).looks == 4
    assert only(history(*made[:2])).nights == (Nights("2026-01-01", "2026-01-01", Verdict.INCONCLUSIVE),)


def test_a_night_is_a_date_in_utc() -> None:
    """Two plans around midnight are of two nights."""
    plan = plans(web="g")[0]
    midnight = FIRST.replace(hour=0) + timedelta(days=1)
    made = [replace(plan, at=midnight - timedelta(seconds=1)), replace(plan, at=midnight)]
    assert only(history(*made)).nights == (Nights("2026-01-01", "2026-01-02", Verdict.IN_SYNC),)
    assert only(history(made[0])).nights == (Nights("2026-01-01", "2026-01-01", Verdict.IN_SYNC),)


def test_only_the_window_counts() -> None:
    """What was before or after it is not there; its ends are."""
    made = plans(web="rgggr")
    found = make_history(made, Window(made[1].at, made[3].at))
    assert (found.plans, found.first_plan, only(found).looks, only(found).drifts) == (3, at(1), 3, ())


@pytest.mark.parametrize("made", [[], [PastPlan(FIRST, ())]], ids=["none", "empty"])
def test_nothing_to_sum_up(made: list[PastPlan]) -> None:
    """No plan, or one without modules, is a history without modules."""
    found = make_history(made, window_until(FIRST))
    assert (found.plans, found.modules) == (len(made), ())


def test_the_order_of_plans_does_not_matter() -> None:
    """Plans are taken in the order of their times."""
    made = plans(web="grogg", api="rr.gg")
    assert history(*reversed(made)) == history(*made)


def test_a_first_plan() -> None:
    """One plan alone is a history: nothing to compare, and drift that has just begun."""
    plan = example_plan()
    found = make_history([past_plan(plan)], window_until(past_plan(plan).at))
    assert [(one.name, one.verdict) for one in found.modules] == [(one.name, one.status) for one in plan.modules]
    assert {(one.looks, one.comparisons, one.flips, one.flip_rate) for one in found.modules} == {(1, 0, 0, None)}
    assert {one.drift_seconds for one in found.modules} == {0}
    assert found.of(["np-umami", "gone"]).modules == tuple(one for one in found.modules if one.name == "np-umami")


def test_what_is_declared() -> None:
    """Another host, container or image is another declaration, and nothing else is."""
    declared = [
        ("a", "b", "c"),
        ("x", "b", "c"),
        ("a", "x", "c"),
        ("a", "b", "x"),
        ("a", None, "c"),
        ("a", "None", "c"),
    ]
    assert len({declaration_of(*one) for one in declared}) == len(declared)
    plan = past_plan(example_plan())
    assert plan == past_plan(replace(example_plan(), plan_id="other", hosts=()))


def test_an_acknowledged_difference_alarms_nobody_and_is_drift_all_the_same() -> None:
    """The module is in-sync as its plans say it, marked, since it was acknowledged; its time in drift goes on."""
    plan = example_plan()
    (drifted,) = (module for module in plan.modules if module.name == "np-umami")
    known = replace(drifted, status=Verdict.IN_SYNC, reason=Reason.ACKNOWLEDGED)
    made = [
        replace(past_plan(replace(plan, modules=(module,))), at=FIRST + night * timedelta(days=1))
        for night, module in enumerate((drifted, known, known))
    ]
    found = only(history(*made))
    assert (found.verdict, found.acknowledged, found.flips) == (Verdict.IN_SYNC, True, 0)
    assert found.since == (FIRST + timedelta(days=1)).isoformat(timespec="seconds")
    assert [drift.next_green for drift in found.drifts] == [None]
    assert found.drift_seconds == int(timedelta(days=2, hours=1).total_seconds())
    *_, row, _, said = to_text(history(*made)).splitlines()
    assert row.startswith("=  np-umami  rs2000  in-sync (acknowledged)  2026-01-02 03:00  ")
    assert said == "1 in-sync (1 acknowledged) of 1 module"

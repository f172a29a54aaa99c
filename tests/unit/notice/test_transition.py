"""The table of transitions, state by state, over repeats, restarts and gaps."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformctl.notice.transition import NEVER, Alarm, Event, Told, Watched, baseline, transitions, watch
from platformctl.plan.plan import Plan
from platformctl.reason import Verdict
from tests.unit.plan.one_host import WEB, container, look, plan, unreached
from tests.unit.plan.strategies import declared
from tests.unit.plan.test_plan import DARK

LIMIT: Final = 3
DRIFT, GREEN, UNKNOWN = Verdict.DRIFT, Verdict.IN_SYNC, Verdict.INCONCLUSIVE
TABLE: Final = [
    # before, verdict, after, told
    (NEVER, GREEN, NEVER, None),
    (NEVER, DRIFT, Watched(Alarm.DRIFT), Event.DRIFT),
    (NEVER, UNKNOWN, Watched(None, 1), None),
    (Watched(None, 1), GREEN, NEVER, None),
    (Watched(None, 1), DRIFT, Watched(Alarm.DRIFT), Event.DRIFT),
    (Watched(None, 1), UNKNOWN, Watched(None, 2), None),
    (Watched(None, 2), UNKNOWN, Watched(Alarm.UNKNOWN, 3), Event.UNKNOWN),
    (Watched(Alarm.DRIFT), GREEN, NEVER, Event.RECOVERED),
    (Watched(Alarm.DRIFT), DRIFT, Watched(Alarm.DRIFT), None),
    (Watched(Alarm.DRIFT), UNKNOWN, Watched(Alarm.DRIFT, 1), None),
    (Watched(Alarm.DRIFT, 7), UNKNOWN, Watched(Alarm.DRIFT, 8), None),
    (Watched(Alarm.DRIFT, 7), DRIFT, Watched(Alarm.DRIFT), None),
    (Watched(Alarm.DRIFT, 7), GREEN, NEVER, Event.RECOVERED),
    (Watched(Alarm.UNKNOWN, 3), GREEN, NEVER, Event.RECOVERED),
    (Watched(Alarm.UNKNOWN, 3), DRIFT, Watched(Alarm.DRIFT), Event.DRIFT),
    (Watched(Alarm.UNKNOWN, 3), UNKNOWN, Watched(Alarm.UNKNOWN, 4), None),
]


@pytest.mark.parametrize(("before", "verdict", "after", "told"), TABLE)
def test_table(before: Watched, verdict: Verdict, after: Watched, told: Event | None) -> None:
    """What is remembered and what is told, for every kind of memory and every verdict."""
    assert watch(before, verdict, LIMIT) == (after, told)


@given(st.lists(st.sampled_from(Verdict)))
def test_a_recovery_is_told_only_of_what_was_told(verdicts: list[Verdict]) -> None:
    """Over any nights, alarms and recoveries take turns, and a change from unknown to drift is an alarm of its own."""
    told, open_alarm = NEVER, False
    for verdict in verdicts:
        told, event = watch(told, verdict, LIMIT)
        assert not (event is Event.RECOVERED and not open_alarm)
        assert not (event is Event.UNKNOWN and open_alarm)
        open_alarm = open_alarm if event is None else event is not Event.RECOVERED
        assert (told.alarm is not None) == open_alarm


@given(st.lists(st.sampled_from(Verdict)))
def test_a_red_is_told_once(verdicts: list[Verdict]) -> None:
    """Between two greens drift is told at most once, whatever comes between."""
    told, count = NEVER, 0
    for verdict in verdicts:
        told, event = watch(told, verdict, LIMIT)
        count = 0 if verdict is GREEN else count + (event is Event.DRIFT)
        assert count <= 1


def made(at: str, state: str = "running") -> Plan:
    """Return a plan of the module web at a time, with its container in a state."""
    return replace(plan(look(container(State={"Status": state}))), created_at=f"2026-01-{at}T03:17:00+00:00")


def events(before: Told, seen: Plan) -> list[tuple[str, str]]:
    """Return what is told of which module."""
    return [(str(one.event), one.module.name) for one in transitions(before, seen, LIMIT)[1]]


def test_the_first_plan_tells_nothing_by_itself_and_what_was_red_in_it_can_recover() -> None:
    """A red of the baseline is no event on the second night, and its recovery is one."""
    first = baseline(made("01", "exited"))
    assert events(first, made("02", "exited")) == []
    assert events(first, made("02")) == [("recovered", "web")]


def test_a_plan_counts_once() -> None:
    """The same plan again, after a restart or by two runs, tells and changes nothing; neither does an older one."""
    first = baseline(made("01"))
    after, told = transitions(first, made("02", "exited"), LIMIT)
    assert [one.event for one in told] == [Event.DRIFT]
    assert transitions(after, made("02", "exited"), LIMIT) == (after, ())
    assert transitions(after, made("01"), LIMIT) == (after, ())


def test_modules_that_a_plan_is_not_about_keep_their_memory() -> None:
    """A plan of one module neither recovers nor forgets another."""
    other = declared("db", "h1", "db", image=WEB.image)
    first = baseline(replace(plan(look(container()), WEB, other), created_at="2026-01-01T03:17:00+00:00"))
    assert first.modules["db"] == Watched(Alarm.DRIFT)
    after, told = transitions(first, made("02"), LIMIT)
    assert (after.modules["db"], told) == (Watched(Alarm.DRIFT), ())


def test_a_module_that_is_new_is_told_when_it_is_red() -> None:
    """A module that was not there before is not a second baseline: a red is news."""
    assert events(Told({}, "", ""), made("02", "exited")) == [("drift", "web")]
    assert events(Told({}, "", ""), made("02")) == []


def test_a_host_that_does_not_answer_is_told_on_the_third_night() -> None:
    """One bad night is nobody's business, three in a row are; the answer of the fourth is a recovery."""
    told = baseline(made("01"))
    found = []
    for night in ("02", "03", "04", "05"):
        dark = replace(plan(unreached(DARK)), created_at=f"2026-01-{night}T03:17:00+00:00")
        found.append(events(told, dark))
        told, _ = transitions(told, dark, LIMIT)
    assert found == [[], [], [("unknown", "web")], []]
    assert events(told, made("06")) == [("recovered", "web")]

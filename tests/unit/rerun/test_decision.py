"""Only a module that is proven green at the merged commit gets its smoke; each other case has a receipt of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformctl.errors import Failure
from platformctl.plan.plan import CatalogState, Plan
from platformctl.reason import Reason, Verdict
from platformctl.rerun.decision import Checks, Failed, Outcome, Sight, decide, pause_s
from platformctl.rerun.receipt import Decision
from platformctl.rerun.scope import Due, Touch
from tests.unit.plan.one_host import container, look, plan, unreached

COMMIT: Final = "a1" * 20
NEWER: Final = "b2" * 20
DUE: Final = Due(Touch("web", ("modules/web/module.yaml changed",)), COMMIT)
EXITED: Final = container(State={"Status": "exited"})


def of_commit(made: Plan, commit: str | None = COMMIT, *, dirty: bool = False) -> Plan:
    """Return a plan of a commit."""
    return replace(made, plan_id="p1", catalog=CatalogState("platform/catalog", commit, dirty))


GREEN: Final = of_commit(plan(look(container(), images=())))
DRIFT: Final = of_commit(plan(look(EXITED)))
UNREACHED: Final = of_commit(plan(unreached(Failure(Reason.TIMED_OUT, "no answer within 10 s"))))


def test_green_triggers() -> None:
    """What is proven to be as declared gets its smoke, and the receipt names the plan and the proof."""
    assert GREEN.status is Verdict.IN_SYNC
    reason = GREEN.modules[0].reason
    assert decide(DUE, Sight(COMMIT, GREEN)) == Outcome(DUE, Decision.TRIGGERED, f"{reason}: {reason.sentence}", "p1")


@pytest.mark.parametrize(
    ("sight", "outcome"),
    [
        (
            Sight(COMMIT, DRIFT),
            Outcome(
                DUE, Decision.DRIFT, "state-differs: The container is in another state than declared.", "p1",
                may_turn=True,
            ),
        ),
        (
            Sight(COMMIT, UNREACHED),
            Outcome(
                DUE, Decision.INCONCLUSIVE, "timed-out: The host did not answer in time.", "p1", may_turn=True
            ),
        ),
        (
            Sight(COMMIT, Failed("modules/web/module.yaml:3: unknown key", may_pass=False)),
            Outcome(DUE, Decision.PLAN_FAILED, "modules/web/module.yaml:3: unknown key"),
        ),
        (
            Sight(COMMIT, Failed("KeyError; this is a bug in platformctl", may_pass=True)),
            Outcome(DUE, Decision.PLAN_FAILED, "KeyError; this is a bug in platformctl", may_turn=True),
        ),
        (Sight(COMMIT, None), Outcome(DUE, Decision.PLAN_FAILED, "it was not planned", may_turn=True)),
        (
            Sight(COMMIT, of_commit(GREEN, NEWER)),
            Outcome(DUE, Decision.OTHER_COMMIT, "the plan is of b2b2b2b2b2b2", "p1"),
        ),
        (
            Sight(COMMIT, of_commit(GREEN, None)),
            Outcome(DUE, Decision.OTHER_COMMIT, "the plan is of no commit", "p1"),
        ),
        (
            Sight(COMMIT, of_commit(GREEN, dirty=True)),
            Outcome(DUE, Decision.OTHER_COMMIT, "the plan is of a1a1a1a1a1a1 with changes", "p1"),
        ),
        (
            Sight(COMMIT, replace(GREEN, modules=())),
            Outcome(DUE, Decision.PLAN_FAILED, "the plan does not speak of it", "p1"),
        ),
        (
            Sight(COMMIT, GREEN, newer={"web": NEWER, "api": NEWER}),
            Outcome(DUE, Decision.SUPERSEDED, "the base branch is at b2b2b2b2b2b2, and that touches it too"),
        ),
        (
            Sight(COMMIT, GREEN, checks="pending", checks_note="2 of 3 are pending"),
            Outcome(DUE, Decision.CHECKS_NOT_GREEN, "2 of 3 are pending", may_turn=True),
        ),
        (
            Sight(COMMIT, GREEN, checks="unknown"),
            Outcome(DUE, Decision.CHECKS_NOT_GREEN, "they are unknown", may_turn=True),
        ),
        (Sight(COMMIT, GREEN, checks="red"), Outcome(DUE, Decision.CHECKS_NOT_GREEN, "they are red")),
    ],
    ids=[
        "drift", "unreached", "unusable catalog", "broken planner", "no plan", "other commit", "no commit", "changes",
        "plan of others", "superseded", "checks pending", "checks unknown", "checks red",
    ],
)  # fmt: skip
def test_everything_else_does_not(sight: Sight, outcome: Outcome) -> None:
    """No other sight triggers; the note says why, and whether a later look can find something else."""
    assert decide(DUE, sight) == outcome


def test_what_is_no_longer_declared_is_not_run() -> None:
    """A module that a merge removes is listed and never run."""
    removed = replace(DUE, touch=replace(DUE.touch, removed=True))
    assert decide(removed, Sight(COMMIT, GREEN)) == Outcome(removed, Decision.MODULE_ABSENT, "it cannot be run")


@given(
    st.sampled_from([GREEN, DRIFT, UNREACHED, None, Failed("x", may_pass=False), Failed("x", may_pass=True)]),
    st.sampled_from([COMMIT, NEWER, None]),
    st.booleans(),
    st.sampled_from(["green", "pending", "red", "unknown"]),
    st.sampled_from([{}, {"web": NEWER}, {"api": NEWER}]),
    st.booleans(),
)
def test_whatever_is_not_proven_never_triggers(  # noqa: PLR0913, PLR0917  all that a decision rests on
    made: Plan | Failed | None,
    commit: str | None,
    dirty: bool,  # noqa: FBT001
    checks: Checks,
    newer: dict[str, str],
    removed: bool,  # noqa: FBT001
) -> None:
    """Of all combinations one triggers: everything green, of that very commit, without a newer merge."""
    seen = of_commit(made, commit, dirty=dirty) if isinstance(made, Plan) else made
    due = replace(DUE, touch=replace(DUE.touch, removed=removed))
    found = decide(due, Sight(COMMIT, seen, checks, newer=newer))
    proven = made is GREEN and commit == COMMIT and not dirty
    assert (found.decision is Decision.TRIGGERED) == (
        proven and checks == "green" and "web" not in newer and not removed
    )
    assert not (found.may_turn and found.decision.triggers)


def test_pauses_grow_and_end_with_the_time() -> None:
    """A deploy that takes minutes is not looked at every few seconds, and the last look is when the time is over."""
    assert [pause_s(tries, 3600) for tries in range(7)] == [5, 10, 20, 40, 80, 120, 120]
    assert pause_s(0, 2.5) == 2.5
    assert pause_s(3, -1) == 0
    assert pause_s(10**6, 3600) == 120

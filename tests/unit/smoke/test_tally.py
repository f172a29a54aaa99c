"""What several tries mean: one pass decides, a fail needs all of its tries, an error never becomes one."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platformctl.smoke.finding import ERROR_TRIES, Finding, ProbeEnded, Tally
from platformctl.smoke.outcome import Outcome, ProbeReason

from .findings import BY_OUTCOME, ERROR, FAIL, INCONCLUSIVE, OTHER_FAIL, PASS

NO_WAY = Finding(ProbeReason.NO_WAY, "h1")


def tallied(tries: int, *findings: Finding) -> Tally:
    """Count findings until they decide, as a prober does."""
    tally = Tally(tries)
    for finding in findings:
        assert not tally.decided
        tally = tally.plus(finding, 5)
    assert tally.decided
    return tally


@pytest.mark.parametrize(
    ("findings", "reason", "message"),
    [
        ((PASS,), "answered", "status 200"),
        ((FAIL, PASS), "answered", "status 200 (1 of 2 tries: status-wrong)"),
        ((FAIL, ERROR, PASS), "answered", "status 200 (2 of 3 tries: status-wrong, no-route)"),
        ((FAIL, FAIL, FAIL), "status-wrong", FAIL.message),
        ((FAIL, OTHER_FAIL, FAIL), "status-wrong", f"{FAIL.message} (1 of 3 tries: port-closed)"),
        ((FAIL, ERROR, FAIL, FAIL), "status-wrong", f"{FAIL.message} (1 of 4 tries: no-route)"),
        ((ERROR, ERROR, ERROR), "no-route", ERROR.message),
        ((ERROR, FAIL, ERROR, FAIL, ERROR), "no-route", f"{ERROR.message} (2 of 5 tries: status-wrong)"),
        ((INCONCLUSIVE, INCONCLUSIVE, INCONCLUSIVE), "health-starting", INCONCLUSIVE.message),
        ((NO_WAY,), "no-way", "h1"),
        ((INCONCLUSIVE, PASS), "answered", "status 200 (1 of 2 tries: health-starting)"),
    ],
)
def test_tries(findings: tuple[Finding, ...], reason: str, message: str) -> None:
    """The last try decides, and says in how many tries something else was found."""
    tally = tallied(3, *findings)
    assert (tally.finding.reason, tally.finding.message) == (reason, message)
    assert tally.duration_ms == 5 * len(findings)


@settings(derandomize=True, deadline=None)
@given(st.lists(st.sampled_from(Outcome), min_size=40, max_size=40), st.integers(2, 10))
def test_a_red_is_confirmed(outcomes: list[Outcome], tries: int) -> None:
    """However tries end, a fail was seen in each of its tries and no pass in any, and an error has its own count."""
    tally = Tally(tries)
    for outcome in outcomes:
        if not tally.decided:
            tally = tally.plus(BY_OUTCOME[outcome], 1)
    seen = [finding.reason.outcome for finding in tally.findings]
    needed = {Outcome.PASS: 1, Outcome.FAIL: tries, Outcome.ERROR: ERROR_TRIES, Outcome.INCONCLUSIVE: tries}
    assert tally.decided
    assert len(seen) <= 2 * tries + ERROR_TRIES - 2
    assert seen.count(tally.finding.reason.outcome) == needed[tally.finding.reason.outcome]
    assert all(seen.count(one) < needed[one] for one in Outcome if one is not tally.finding.reason.outcome)


def test_an_ended_probe_can_be_sent_to_another_process() -> None:
    """It keeps its finding, as errors of tasks have to."""
    ended = pickle.loads(pickle.dumps(ProbeEnded(ERROR)))  # noqa: S301  made here
    assert (ended.finding, str(ended)) == (ERROR, "no-route: 192.0.2.1:80: No route to host")

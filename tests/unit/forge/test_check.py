"""What the checks of a commit say in sum."""

from __future__ import annotations

import pytest

from platformctl.forge.check import Check, Checks, CommitChecks, run_check, status_check, sum_up


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("success", Checks.GREEN),
        ("skipped", Checks.GREEN),
        ("warning", Checks.GREEN),
        ("pending", Checks.PENDING),
        ("failure", Checks.RED),
        ("error", Checks.RED),
        ("SUCCESS", Checks.UNKNOWN),
        ("", Checks.UNKNOWN),
    ],
)
def test_status_says_what_its_forge_means(state: str, says: Checks) -> None:
    """A word that no forge documents is never green."""
    assert status_check("ci", state) == Check("ci", says)


@pytest.mark.parametrize(
    ("status", "conclusion", "says"),
    [
        ("completed", "success", Checks.GREEN),
        ("completed", "neutral", Checks.GREEN),
        ("completed", "cancelled", Checks.RED),
        ("completed", "stale", Checks.RED),
        ("completed", None, Checks.UNKNOWN),
        ("completed", "new-word", Checks.UNKNOWN),
        ("queued", None, Checks.PENDING),
        ("waiting", "success", Checks.PENDING),
    ],
)
def test_run_says_what_it_concluded(status: str, conclusion: str | None, says: Checks) -> None:
    """A check run that has not ended is pending, whatever its conclusion says."""
    assert run_check("build", status, conclusion) == Check("build", says)


def test_our_own_statuses_are_no_checks() -> None:
    """A smoke that waits for checks does not wait for itself; what only begins alike does count."""
    assert status_check("smoke/web", "pending") is None
    assert status_check("smoke-tests", "pending") == Check("smoke-tests", Checks.PENDING)


def test_worst_one_is_named() -> None:
    """Red is said even where not all was read; unknown comes before pending; long lists are cut."""
    reds = [Check(name, Checks.RED) for name in "abcde"]
    assert sum_up([*reds, Check("f", Checks.UNKNOWN)], whole=False) == CommitChecks(
        Checks.RED, "red: a, b, c and 2 more"
    )
    unknown = [Check("x", Checks.UNKNOWN), Check("y", Checks.PENDING), Check("z", Checks.GREEN)]
    assert sum_up(unknown, whole=True) == CommitChecks(Checks.UNKNOWN, "unknown: x")
    assert sum_up(unknown[1:], whole=True) == CommitChecks(Checks.PENDING, "pending: y")
    assert sum_up(unknown[2:], whole=False).state is Checks.UNKNOWN

"""What the lab expects of a verdict, and how it tells a wrong colour from a cautious one."""

from __future__ import annotations

import pytest

from .identity import Found, table
from .service import IMAGE, Service
from .sight import NEEDS, Needs, Sight, closure

IN_SYNC = Service("web", "a/b@sha256:0", "because", needs=closure(older="registry", socket="nothing"))
DRIFT = Service("web", "a/b@sha256:0", "because", (IMAGE,), needs=closure(older="more"))


def found(truth: str, provable: str, verdict: str) -> Found:
    """Make a verdict."""
    return Found("state", "engine", "web", "a/b@sha256:0", "locked", truth, provable, verdict, "", "")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("truth", "provable", "verdict", "mark"),
    [
        ("in-sync", "in-sync", "in-sync", "right"),
        ("drift", "drift", "drift", "right"),
        ("drift", "inconclusive", "inconclusive", "right"),
        ("drift", "drift", "inconclusive", "short"),
        ("in-sync", "inconclusive", "in-sync", "beyond"),
        ("in-sync", "inconclusive", "drift", "false-red"),
        ("in-sync", "in-sync", "drift", "false-red"),
        ("drift", "inconclusive", "in-sync", "false-green"),
        ("drift", "drift", "in-sync", "false-green"),
    ],
)
def test_marks(truth: str, provable: str, verdict: str, mark: str) -> None:
    """A colour that is not so is false, whatever could be proven; caution where a proof exists falls short."""
    assert found(truth, provable, verdict).mark == mark


def test_no_verdict_is_never_right() -> None:
    """A module that the product says nothing about counts as a wrong colour."""
    assert found("drift", "drift", "no verdict").mark == "false-green"


def test_what_is_provable() -> None:
    """What needs more than is known besides is inconclusive, whatever is so."""
    assert {
        sight: [(IN_SYNC.verdict_at(sight, given), DRIFT.verdict_at(sight, given)) for given in NEEDS]
        for sight in (Sight.CLASSIC, Sight.OLDER, Sight.SOCKET)
    } == {
        Sight.CLASSIC: [("inconclusive", "inconclusive"), *[("in-sync", "drift")] * 3],
        Sight.OLDER: [*[("inconclusive", "inconclusive")] * 2, ("in-sync", "inconclusive"), ("in-sync", "drift")],
        Sight.SOCKET: [("in-sync", "inconclusive"), *[("in-sync", "drift")] * 3],
    }


def test_another_change_is_proven_anyway() -> None:
    """A state that differs is drift although the image cannot be judged, and the image is not among the changes."""
    service = Service("web", "a/b@sha256:0", "because", (IMAGE, "container.state"), needs=Needs(older="more"))
    assert service.expected(Sight.OLDER) == {
        "truth": "drift",
        "verdict": "drift",
        "verdictWithoutClosure": "drift",
        "verdictWithRegistry": "drift",
        "changes": ["container.state"],
        "because": "because",
    }


def test_table_says_what_is_wrong() -> None:
    """A wrong colour stands out in its row, and is counted."""
    shown = table([found("drift", "drift", "in-sync")])
    assert shown.splitlines()[-3:] == [
        "state  ~   0             =    !!",
        "",
        "0 right, 0 short, 0 beyond, 0 false-red, 1 false-green of 1 verdicts",
    ]

"""Errors are for people, and a failure never passes for a verdict."""

from __future__ import annotations

import pickle

import pytest

from platformctl import errors
from platformctl.errors import Failure, InputInvalid, LookFailed, PlatformctlError, Problem
from platformctl.reason import Reason, Verdict


def test_every_error_is_in_the_tree() -> None:
    """Whoever catches the root catches all of ours, and the docstring names each."""
    found = {name: one for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, Exception)}
    assert {one for one in found.values() if not issubclass(one, PlatformctlError)} == set()
    assert errors.__doc__ is not None
    assert {name for name in found if name not in errors.__doc__} == set()


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("a.yaml", 3, "wrong"), "a.yaml:3: wrong"),
        (Problem("a.yaml", 0, "wrong"), "a.yaml: wrong"),
        (Problem("", 0, "wrong"), "wrong"),
    ],
)
def test_a_problem_says_its_place(problem: Problem, text: str) -> None:
    """File and line come first, as far as there are any."""
    assert str(problem) == text


def test_problems_are_sorted_and_said_once() -> None:
    """All problems are reported together, by file and line."""
    found = [Problem("b", 1, "x"), Problem("a", 10, "x"), Problem("a", 9, "x"), Problem("b", 1, "x")]
    assert str(InputInvalid(found)) == "a:9: x\na:10: x\nb:1: x"


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason.verdict is not Verdict.INCONCLUSIVE])
def test_a_failure_is_never_a_proof(reason: Reason) -> None:
    """A recorded failure with the reason of a verdict would colour a host that nobody saw."""
    with pytest.raises(ValueError, match="a failure proves nothing"):
        Failure(reason, "")


def test_a_failed_look_survives_pickling() -> None:
    """It crosses from a worker process with its failure."""
    error = pickle.loads(pickle.dumps(LookFailed(Failure(Reason.TIMED_OUT, "10 s"))))  # noqa: S301  our own bytes
    assert isinstance(error, LookFailed)
    assert error.failure == Failure(Reason.TIMED_OUT, "10 s")
    assert str(error) == "timed-out: 10 s"

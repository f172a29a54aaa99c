"""What the server says of a run decides whether its smoke may be called dead."""

from __future__ import annotations

import pytest

from platformctl.rerun.run_sight import RunSight


@pytest.mark.parametrize(
    ("seen", "end"),
    [
        (RunSight("Running"), None),
        (RunSight("Pending"), None),
        (RunSight("Scheduled"), None),
        (RunSight("Crashed", is_final=True), "its flow run ended as Crashed"),
        (RunSight("Completed", is_final=True), "its flow run ended as Completed"),
        (RunSight("Running", is_left=True), "its worker is gone"),
        (RunSight(None), "the server has no such flow run any more"),
    ],
)
def test_a_run_that_may_be_at_work_has_no_end(seen: RunSight, end: str | None) -> None:
    """Only a final state, a lost worker or a run that is gone is an end, and it is said which."""
    assert seen.end == end

"""A bar in the Prefect UI that grows while hosts are looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeVar, cast
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.futures import PrefectFuture, as_completed, wait
from prefect.runtime import flow_run

from platformctl.render.text import counted

STEPS: Final = 20
"""How often the bar grows: each time is a request to the server, which has enough to do with the tasks."""

_Value = TypeVar("_Value")


def watched(futures: Sequence[PrefectFuture[_Value]], *, again: bool) -> None:
    """Wait for hosts, and show how many have answered or failed; for one alone there is nothing to show."""
    if len(futures) > 1:
        _show(futures, f"{counted(len(futures), 'host')}{' looked at again' if again else ''}")
    wait(list(futures))


def _show(futures: Sequence[PrefectFuture[_Value]], what: str) -> None:
    total = len(futures)
    bar = cast("UUID", create_progress_artifact(0.0, key=f"progress-{flow_run.flow_name}", description=f"0 of {what}"))
    for done in _steps(as_completed(list(futures)), total):
        update_progress_artifact(bar, 100.0 * done / total, description=f"{done} of {what}")


def _steps(finished: Iterable[object], total: int) -> Iterable[int]:
    """Yield how many are finished, at most so many times, and at the end."""
    return (
        done
        for done, _ in enumerate(finished, 1)
        if done == total or done * STEPS // total > (done - 1) * STEPS // total
    )

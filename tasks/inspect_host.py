"""Looking at one host: the task that is tried again when the failure can pass by itself."""

from __future__ import annotations

from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.futures import PrefectFuture
from prefect.tasks import Task, exponential_backoff

from platformctl.adapters.fleet import continued, look_once, may_pass
from platformctl.errors import Failure, LookFailed
from platformctl.observation.host import Attempt
from platformctl.observation.snapshot import Snapshot
from platformctl.observe.transport import Transport
from platformctl.reason import Reason

RETRIES = 2


class HostUnreached(LookFailed):
    """A try that failed, with the snapshot that says so."""

    def __init__(self, snapshot: Snapshot, failure: Failure) -> None:
        super().__init__(failure)
        self.snapshot = snapshot


class Inspection:
    """The inspection of one host, which remembers over its tries what was sent to the host."""

    def __init__(self, host: str, transport: Transport, *, again: bool = False) -> None:
        self.host = host
        self._transport = transport
        self._again = again
        self._before = Attempt(0, 0, ())

    def try_once(self) -> Snapshot:
        """Look once, and count it."""
        snapshot = continued(self._before, look_once(self.host, self._transport, again=self._again))
        self._before = snapshot.attempt
        return snapshot


def _may_pass(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    error = state.result(raise_on_failure=False)
    return isinstance(error, HostUnreached) and may_pass(error.snapshot)


@task(
    task_run_name="inspect {inspection.host}",
    retries=RETRIES,
    retry_delay_seconds=exponential_backoff(1),
    retry_jitter_factor=0.5,
    retry_condition_fn=_may_pass,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def inspect_host(inspection: Inspection) -> Snapshot:
    """Look at a host. Time limits are the transport's own: Prefect's cannot end a thread."""
    snapshot = inspection.try_once()
    if snapshot.failure:
        raise HostUnreached(snapshot, snapshot.failure)
    return snapshot


def outcome(inspection: Inspection, future: PrefectFuture[Snapshot]) -> Snapshot:
    """Return what became of an inspection, whatever state Prefect gave its task."""
    result: object = future.result(raise_on_failure=False)
    if isinstance(result, Snapshot):
        return result
    if isinstance(result, HostUnreached):
        return result.snapshot
    failure = Failure(Reason.OBSERVER_FAILED, f"the inspection ended with {type(result).__name__}")
    return Snapshot(inspection.host, "", None, (), (), (), failure, None, Attempt(0, 0, ()))

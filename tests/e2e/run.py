"""A flow run as everybody can see it: by the server's API."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    FlowRunFilter,
    FlowRunFilterId,
    LogFilter,
    LogFilterFlowRunId,
)
from prefect.client.schemas.objects import Artifact, FlowRun
from prefect.deployments import run_deployment
from prefect.states import Cancelling

PATIENCE_S: Final = 180.0
"""How long something may take until it counts as never happening. No test passes or fails by being quick."""

_Value = TypeVar("_Value")


def eventually(ask: Callable[[], _Value | None]) -> _Value:
    """Ask until there is an answer."""
    deadline = time.monotonic() + PATIENCE_S
    while (answer := ask()) is None:
        if time.monotonic() > deadline:
            raise TimeoutError("it never happened")
        time.sleep(0.2)
    return answer


@dataclass(frozen=True, slots=True)
class Run:
    """A flow run."""

    id: UUID

    def read(self) -> FlowRun:
        """Return the run as it is now."""
        with get_client(sync_client=True) as client:
            return client.read_flow_run(self.id)

    def cancel(self) -> None:
        """Ask for the end of the run, as the interface's button does."""
        with get_client(sync_client=True) as client:
            client.set_flow_run_state(self.id, Cancelling())

    def finished(self) -> FlowRun:
        """Return the run when it has ended."""

        def ended() -> FlowRun | None:
            run = self.read()
            return run if run.state and run.state.is_final() else None

        return eventually(ended)

    def ending(self) -> tuple[str, str, str]:
        """Return the type, name and message of the final state."""
        state = self.finished().state
        assert state
        return str(state.type.value), str(state.name), str(state.message)

    def artifacts(self) -> dict[str, Artifact]:
        """Return what the run published, by key."""
        with get_client(sync_client=True) as client:
            found = client.read_artifacts(
                artifact_filter=ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[self.id]))
            )
        return {str(artifact.key): artifact for artifact in found}

    def log(self) -> str:
        """Return what the run logged, when it has logged all."""

        def whole() -> str | None:
            with get_client(sync_client=True) as client:
                found = client.read_logs(log_filter=LogFilter(flow_run_id=LogFilterFlowRunId(any_=[self.id])))
            ended = any(log.name == "prefect.flow_runs" and "Finished in state" in log.message for log in found)
            return "\n".join(log.message for log in found) if ended else None

        return eventually(whole)

    def task_runs(self, count: int) -> list[str]:
        """Return the sorted names of the run's tasks when so many have been recorded."""

        def recorded() -> list[str] | None:
            with get_client(sync_client=True) as client:
                found = client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[self.id])))
            return sorted(run.name for run in found) if len(found) >= count else None

        return eventually(recorded)


def start(deployment: str, **parameters: object) -> Run:
    """Ask for a run of a deployment, as the interface does, and go on."""
    run = run_deployment(deployment, parameters=parameters, timeout=0, as_subflow=False)
    assert isinstance(run, FlowRun)
    return Run(run.id)

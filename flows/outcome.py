"""The final state of a run: green, red and orange mean what a plan's verdicts mean, and nothing else is red."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.flows import Flow
from prefect.logging import get_run_logger
from prefect.states import Completed, Crashed, Failed

from platformctl.errors import PlatformctlError
from platformctl.plan.plan import Plan
from platformctl.reason import Verdict
from platformctl.render.text import headline

DRIFT: Final = "Drift"


def state_of(plan: Plan) -> State[Any]:
    """Return the final state for a plan: the type gives the colour, the name says the verdict."""
    match plan.status:
        case Verdict.IN_SYNC:
            return Completed(message=headline(plan))
        case Verdict.DRIFT:
            return Failed(name=DRIFT, message=headline(plan))
        case Verdict.INCONCLUSIVE:
            return Crashed(name="Inconclusive", message=headline(plan))


def concluded(run: Callable[[], Plan]) -> State[Any]:
    """Run a flow's body. What goes wrong on the way is no drift, so it may not end in drift's colour."""
    try:
        return state_of(run())
    except PlatformctlError as error:
        get_run_logger().error("%s", error)
        return Crashed(name="Unusable", message=str(error).splitlines()[0])
    except Exception as error:  # noqa: BLE001  see above
        get_run_logger().exception("this is a bug in platformctl")
        return Crashed(message=f"{type(error).__name__}: nothing was concluded")


def only_drift_is_red(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:  # noqa: ARG001  given by name
    """Recolour what Prefect failed before the body began, such as a value of a parameter that does not fit."""
    if state.name != DRIFT:
        with get_client(sync_client=True) as client:
            client.set_flow_run_state(flow_run.id, Crashed(message=state.message), force=True)

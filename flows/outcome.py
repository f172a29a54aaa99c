"""The final state of a run: green, red and orange mean what a plan's verdicts mean, and nothing else is red."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.flows import Flow
from prefect.logging import get_run_logger
from prefect.states import Completed, Crashed, Failed

from platformctl.errors import AlreadyClaimed, PlatformctlError
from platformctl.plan.plan import Plan
from platformctl.reason import Verdict
from platformctl.render import smoke_text
from platformctl.render.printable import one_line
from platformctl.render.text import headline
from platformctl.rerun.report import Colour, Reconciled, Report
from platformctl.smoke.outcome import Outcome
from platformctl.smoke.result import SmokeResult

DRIFT: Final = "Drift"
SMOKE_FAILED: Final = "SmokeFailed"
INCONCLUSIVE: Final = "Inconclusive"
RED: Final = frozenset({DRIFT, SMOKE_FAILED})
"""What is proven to be wrong, and nothing else."""


Found: TypeAlias = Plan | SmokeResult | Report | Reconciled


def state_of(found: Found) -> State[Any]:
    """Return the final state for what a flow found: the type gives the colour, the name says what it was."""
    match found:
        case Plan():
            return _state_of_plan(found)
        case SmokeResult():
            return _state_of_smoke(found)
        case Report() | Reconciled():
            return _state_of_report(found)


def _state_of_plan(plan: Plan) -> State[Any]:
    match plan.status:
        case Verdict.IN_SYNC:
            return Completed(message=headline(plan))
        case Verdict.DRIFT:
            return Failed(name=DRIFT, message=headline(plan))
        case Verdict.INCONCLUSIVE:
            return Crashed(name=INCONCLUSIVE, message=headline(plan))


def _state_of_smoke(result: SmokeResult) -> State[Any]:
    message = smoke_text.headline(result)
    if result.drifted:
        return Failed(name=DRIFT, message=message)
    match result.outcome:
        case Outcome.PASS:
            return Completed(message=message)
        case Outcome.FAIL:
            return Failed(name=SMOKE_FAILED, message=message)
        case Outcome.ERROR | Outcome.INCONCLUSIVE:
            return Crashed(name=INCONCLUSIVE, message=message)


def _state_of_report(report: Report | Reconciled) -> State[Any]:
    match report.colour:
        case Colour.GREEN:
            return Completed(message=report.headline)
        case Colour.RED:
            return Failed(name=DRIFT, message=report.headline)
        case Colour.ORANGE:
            return Crashed(name="NotTriggered", message=report.headline)


def concluded(run: Callable[[], Found]) -> State[Any]:
    """Run a flow's body. What goes wrong on the way is proven nothing, so it may not end in red."""
    try:
        return state_of(run())
    except AlreadyClaimed as error:
        return Crashed(name="NotRun", message=one_line(error))
    except PlatformctlError as error:
        get_run_logger().error("%s", error)
        return Crashed(name="Unusable", message=one_line(error))
    except Exception as error:  # noqa: BLE001  see above
        get_run_logger().exception("this is a bug in platformctl")
        return Crashed(message=f"{type(error).__name__}: nothing was concluded")


def only_proof_is_red(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:  # noqa: ARG001  given by name
    """Recolour what Prefect failed before the body began, such as a value of a parameter that does not fit."""
    if state.name not in RED:
        with get_client(sync_client=True) as client:
            client.set_flow_run_state(flow_run.id, Crashed(message=state.message), force=True)

"""The flow that runs every night: a plan of everything, in which nothing may differ."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from flows.outcome import only_proof_is_red
from flows.plan_fleet import HOSTS_AT_ONCE, Seconds, plan_fleet
from platformctl.adapters.planning import CONFIRM_AFTER_S


@flow(
    name="nightly-smoke",
    description="Plans every module and expects no difference. It only reads, and changes no host.",
    task_runner=HOSTS_AT_ONCE,
    persist_result=False,
    on_failure=[only_proof_is_red],
)
def nightly_smoke(
    catalog: str = ".", inventory: str = "", store: str = "", confirm_after: Seconds = CONFIRM_AFTER_S
) -> State[Any]:
    """Plan every module and expect no difference.

    It ends Completed when every module is proven to be as declared, Failed (Drift) only on real drift, and Crashed
    (Inconclusive) when something could not be looked at or not be proven.

    Args:
        catalog: Folder that holds modules/, seen from the folder that the deployment was made in.
        inventory: File of hosts; hosts.yaml in the catalog's folder when empty.
        store: Folder on the worker where plans are kept; the one of the worker's user when empty.
        confirm_after: Seconds until hosts that show drift are looked at again, 0 to 3600.
    """
    state: State[Any] = plan_fleet.fn(catalog=catalog, inventory=inventory, store=store, confirm_after=confirm_after)
    return state

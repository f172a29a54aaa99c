"""The flow that runs every night: a plan of everything, in which nothing may differ."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from flows.form import CatalogFolder, ConfirmAfter, InventoryFile, StoreFolder
from flows.outcome import only_proof_is_red
from flows.plan_fleet import HOSTS_AT_ONCE, plan_fleet
from platformctl.adapters.planning import CONFIRM_AFTER_S


@flow(
    name="nightly-smoke",
    description="Plans every module and expects no difference. It only reads, and changes no host.",
    task_runner=HOSTS_AT_ONCE,
    persist_result=False,
    on_failure=[only_proof_is_red],
)
def nightly_smoke(
    confirm_after: ConfirmAfter = CONFIRM_AFTER_S,
    catalog: CatalogFolder = ".",
    inventory: InventoryFile = "",
    store: StoreFolder = "",
) -> State[Any]:
    """Plan every module and expect no difference.

    It ends Completed when every module is proven to be as declared, Failed (Drift) only on real drift, and Crashed
    (Inconclusive) when something could not be looked at or not be proven.
    """
    state: State[Any] = plan_fleet.fn(catalog=catalog, inventory=inventory, store=store, confirm_after=confirm_after)
    return state

"""The flow that plans: any modules, any hosts, whenever somebody asks."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Final

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.task_runners import ThreadPoolTaskRunner

from flows.form import CatalogFolder, ConfirmAfter, Hosts, InventoryFile, Modules, StoreFolder
from flows.outcome import concluded, only_proof_is_red
from platformctl.adapters.fleet import MAX_CONCURRENT
from platformctl.adapters.planning import CONFIRM_AFTER_S, Job, Request, final_plan, first_plan, needs_waiting
from platformctl.adapters.store import Looks, Store, chosen_store
from platformctl.errors import InputInvalid
from platformctl.observation.snapshot import Snapshot
from platformctl.plan.confirmation import hosts_to_confirm
from platformctl.plan.plan import Plan
from tasks.ask_registries import ask_registries
from tasks.inspect_host import Inspection, inspect_host, outcome
from tasks.keep_plan import keep_plan
from tasks.label_run import label_run, name_run
from tasks.offer_choices import offer_choices
from tasks.prepare_job import prepare_job
from tasks.publish_plan import publish_plan
from tasks.quiet import quieten
from tasks.show_progress import watched
from tasks.tell_people import tell_of_no_plan, tell_people

quieten()

HOSTS_AT_ONCE: Any = ThreadPoolTaskRunner(max_workers=MAX_CONCURRENT)  # its type and what flow wants do not agree

DEPLOYED: Final = Path()
"""The catalog in the folder that the deployment was made in, whose names its forms offer."""


@flow(
    name="plan-fleet",
    description="Compares what runs on the hosts with what the catalog declares. It only reads, and changes no host.",
    task_runner=HOSTS_AT_ONCE,
    persist_result=False,
    on_failure=[only_proof_is_red],
)
def plan_fleet(  # noqa: PLR0913, PLR0917  each is a field of the form in Prefect's interface
    modules: Modules = (),
    hosts: Hosts = (),
    confirm_after: ConfirmAfter = CONFIRM_AFTER_S,
    catalog: CatalogFolder = ".",
    inventory: InventoryFile = "",
    store: StoreFolder = "",
) -> State[Any]:
    """Compare what runs on the hosts with what the catalog declares.

    It ends Completed when every module is proven to be as declared, Failed (Drift) when one is proven to differ, and
    Crashed (Inconclusive) when something could not be looked at or not be proven.
    """
    request = Request(
        catalog=Path(catalog),
        inventory=Path(inventory) if inventory else None,
        modules=modules,
        hosts=hosts,
    )
    return concluded(lambda: _plan(request, chosen_store(Path(store) if store else None), confirm_after))


def _plan(request: Request, store: Store, confirm_after: float) -> Plan:
    job = _prepared(request, store)
    name_run(job)
    if request.catalog == DEPLOYED:
        offer_choices(job.catalog)
    with job.connections:
        looks = look(job, confirm_after)
    plan = final_plan(job, looks)
    publish_plan(plan, keep_plan(plan, looks, store))
    label_run(job, plan)
    tell_people(plan, job, request.catalog, store)
    return plan


def _prepared(request: Request, store: Store) -> Job:
    """Read the catalog. Nights without a plan are told like hosts that do not answer; a wrong word in a form is not."""
    try:
        return prepare_job(request, store)
    except InputInvalid:
        if request.is_whole:
            tell_of_no_plan(request.catalog, store)
        raise


def look(job: Job, confirm_after: float, kept: frozenset[str] = frozenset()) -> Looks:
    """Look at the hosts, and again at those that show drift. Connections to the hosts in `kept` stay open."""
    first = _inspect(job, frozenset(job.transports), again=False)
    looks = Looks(first, learned=ask_registries(job, first, job.learned))
    doubtful = hosts_to_confirm(first_plan(job, looks))
    if not doubtful:
        return looks
    job.connections.keep_only(doubtful | kept)
    if needs_waiting(job, doubtful):
        time.sleep(confirm_after)
    second = _inspect(job, doubtful, again=True)
    return Looks(first, second, ask_registries(job, second, looks.learned))


def _inspect(job: Job, hosts: frozenset[str], *, again: bool) -> tuple[Snapshot, ...]:
    inspections = [Inspection(host, job.transports[host], again=again) for host in sorted(hosts)]
    futures = [inspect_host.submit(inspection) for inspection in inspections]
    watched(futures, again=again)
    return tuple(outcome(inspection, future) for inspection, future in zip(inspections, futures, strict=True))

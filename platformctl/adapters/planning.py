"""From a catalog's folder to a plan: what the command line and the flows do alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from platformctl import __version__
from platformctl.adapters.catalog_folder import load_catalog
from platformctl.adapters.fleet import Retry, observe_fleet, transport_for
from platformctl.adapters.git import catalog_state
from platformctl.adapters.snapshot_folder import SnapshotTransport, snapshot_folders
from platformctl.adapters.store import Looks
from platformctl.catalog.catalog import Catalog
from platformctl.observation.host import FleetObservation
from platformctl.observation.snapshot import Snapshot, observation
from platformctl.observe.transport import Transport
from platformctl.plan.confirmation import confirm, hosts_to_confirm
from platformctl.plan.make import Circumstances, make_plan
from platformctl.plan.plan import Plan, Tool
from platformctl.plan.selection import Selection, select

CONFIRM_AFTER_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for. Nothing named means all; `snapshot` replaces every host by its recording."""

    catalog: Path
    inventory: Path | None = None
    modules: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    snapshot: Path | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A request that was understood: what to judge, where to look, and the circumstances to record."""

    catalog: Catalog
    selection: Selection
    circumstances: Circumstances
    transports: Mapping[str, Transport]


def prepare(request: Request) -> Job:
    """Read the catalog and choose what to look at; no host is touched.

    Raises:
        InputInvalid: with every problem of the catalog, or of the request.
    """
    catalog = load_catalog(request.catalog, request.inventory)
    selection = select(catalog, request.modules, request.hosts)
    base = request.inventory.parent if request.inventory else request.catalog
    if request.snapshot:
        folders = snapshot_folders(request.snapshot)
        names = [host.name for host in selection.hosts]
        transports: dict[str, Transport] = {
            n: SnapshotTransport(n, folders.get(n, request.snapshot / n)) for n in names
        }
    else:
        transports = {host.name: transport_for(host, base) for host in selection.hosts}
    circumstances = Circumstances(
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        tool=Tool("platformctl", __version__),
        catalog=catalog_state(request.catalog),
    )
    return Job(catalog, selection, circumstances, transports)


def first_plan(job: Job, snapshots: Iterable[Snapshot]) -> Plan:
    """Make the plan of one look."""
    return make_plan(job.catalog, job.selection.modules, _fleet(snapshots), job.circumstances)


def final_plan(job: Job, looks: Looks) -> Plan:
    """Make the plan of a run: with a second look, drift is what both show."""
    first = first_plan(job, looks.first)
    if not looks.second:
        return first
    scope = frozenset(m.name for m in job.catalog.modules if m.host in hosts_to_confirm(first)) & job.selection.modules
    return confirm(first, make_plan(job.catalog, scope, _fleet(looks.second), job.circumstances))


def look_at_fleet(
    job: Job, retry: Retry, confirm_after_s: float | None, done: Callable[[Snapshot], None] = lambda _: None
) -> Looks:
    """Look at the hosts, and again at those that show drift; `confirm_after_s` None means once only."""
    first = observe_fleet(job.transports, retry, done=done)
    doubtful = hosts_to_confirm(first_plan(job, first))
    if confirm_after_s is None or not doubtful:
        return Looks(first)
    again = {name: way for name, way in job.transports.items() if name in doubtful}
    if needs_waiting(job, doubtful):
        time.sleep(confirm_after_s)
    return Looks(first, observe_fleet(again, retry, again=True, done=done))


def needs_waiting(job: Job, hosts: frozenset[str]) -> bool:
    """Tell whether time makes a difference to these hosts: a recording says the same at any time."""
    return any(not isinstance(job.transports[host], SnapshotTransport) for host in hosts)


def _fleet(snapshots: Iterable[Snapshot]) -> FleetObservation:
    return FleetObservation(tuple(observation(snapshot) for snapshot in snapshots))

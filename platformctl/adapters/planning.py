"""From a catalog's folder to a plan: what the command line and the flows do alike."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from platformctl import __version__
from platformctl.adapters.answers import read_answers
from platformctl.adapters.catalog_folder import load_catalog
from platformctl.adapters.catalog_key import catalog_key
from platformctl.adapters.closures import Bodies
from platformctl.adapters.connections import Connections
from platformctl.adapters.fleet import Retry, observe_fleet, transport_for
from platformctl.adapters.git import branch_of, catalog_state
from platformctl.adapters.learning import Sources, learn
from platformctl.adapters.snapshot_folder import SnapshotTransport, snapshot_folders
from platformctl.adapters.store import Looks, Store
from platformctl.catalog.catalog import Catalog
from platformctl.errors import GitFailed
from platformctl.identity.knowledge import NOTHING, Knowledge
from platformctl.observation.host import FleetObservation
from platformctl.observation.snapshot import Snapshot, observation
from platformctl.observe.stage import Stage, Tell, silent
from platformctl.observe.transport import Transport
from platformctl.plan.acknowledgement import acknowledge
from platformctl.plan.confirmation import confirm, hosts_to_confirm
from platformctl.plan.decision import Decision, image_decisions
from platformctl.plan.make import Circumstances, make_plan
from platformctl.plan.plan import CatalogState, Plan, Tool
from platformctl.plan.selection import Selection, select
from platformctl.reason import worst

if TYPE_CHECKING:
    from platformctl.adapters.registry import Registries

CONFIRM_AFTER_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for. Nothing named means all; `snapshot` replaces every host by its recording.

    With `offline` no registry is asked. `called` is what the plan calls the catalog, in place of its folder, and
    `branch` the one that it is of, where the folder is a checkout of a commit.
    """

    catalog: Path
    inventory: Path | None = None
    modules: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    snapshot: Path | None = None
    offline: bool = False
    called: str = ""
    branch: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it is about all of a catalog, with an inventory that is there: then a plan is to be expected."""
        try:
            return not self.modules and not self.hosts and (self.inventory is None or self.inventory.exists())
        except OSError:
            return False


@dataclass(frozen=True, slots=True)
class Job:
    """A request that was understood: what to judge, where to look, and the circumstances to record.

    `connections` are those of the run, ended by whoever looks.
    `learned` is what registries answered when the snapshot was taken, and `sources` where to ask now: one of both.
    `branch` is the one that the catalog is on, for people. `replayed` says that no host is asked.
    """

    catalog: Catalog
    selection: Selection
    circumstances: Circumstances
    transports: Mapping[str, Transport]
    connections: Connections
    learned: Knowledge
    sources: Sources | None
    branch: str | None = None
    replayed: bool = False


def prepare(request: Request, store: Store) -> Job:
    """Read the catalog and choose what to look at; no host is touched.

    Raises:
        InputInvalid: with every problem of the catalog, or of the request.
    """
    catalog = load_catalog(request.catalog, request.inventory)
    selection = select(catalog, request.modules, request.hosts)
    base = inventory_folder(request.catalog, request.inventory)
    connections = Connections()
    if request.snapshot:
        folders = snapshot_folders(request.snapshot)
        names = [host.name for host in selection.hosts]
        transports: dict[str, Transport] = {
            n: SnapshotTransport(n, folders.get(n, request.snapshot / n)) for n in names
        }
    else:
        transports = {host.name: transport_for(host, base, connections) for host in selection.hosts}
    circumstances = Circumstances(
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        tool=Tool("platformctl", __version__),
        catalog=_state(request),
    )
    answers = read_answers(request.snapshot) if request.snapshot else None
    sources = None if answers else _sources(catalog, base, store, offline=request.offline)
    learned, branch = answers or NOTHING, branch_of(request.catalog)
    replayed = request.snapshot is not None
    return Job(catalog, selection, circumstances, transports, connections, learned, sources, branch, replayed)


def _state(request: Request) -> CatalogState:
    found = replace(catalog_state(request.catalog), key=_key(request))
    return replace(found, path=request.called) if request.called else found


def _key(request: Request) -> str | None:
    """Return the catalog's key, or None where git does not tell: that keeps nobody from looking at the hosts."""
    try:
        return catalog_key(request.catalog, request.branch)
    except GitFailed:
        return None


def inventory_folder(catalog: Path, inventory: Path | None) -> Path:
    """Return the folder that paths in the inventory start from."""
    return inventory.parent if inventory else catalog


def _sources(catalog: Catalog, base: Path, store: Store, *, offline: bool) -> Sources:
    """Prepare to ask. The one client is made when the first question comes, since most plans have none."""
    first = Lock()

    @cache
    def made() -> Registries:
        from platformctl.adapters.registry import Registries

        return Registries(catalog.registries, base)

    def registries() -> Registries:
        with first:
            return made()

    ask = None if offline else registries
    return Sources(Bodies(store.bodies, ask), ask)


def learn_more(job: Job, snapshots: Iterable[Snapshot], learned: Knowledge) -> Knowledge:
    """Ask registries for what would decide the images of a look that are still open."""
    if job.sources is None:
        return learned
    return learn(job.sources, job.catalog, job.selection.modules, _fleet(snapshots), learned)


def first_plan(job: Job, looks: Looks) -> Plan:
    """Make the plan of the first look."""
    return make_plan(job.catalog, job.selection.modules, _fleet(looks.first), job.circumstances, looks.learned)


def first_decisions(job: Job, looks: Looks, name: str) -> tuple[Decision, ...]:
    """Return the rules that decided about the images of a module at the first look."""
    module = next(module for module in job.catalog.modules if module.name == name)
    knowledge = looks.learned.with_locks(job.catalog.closures)
    return image_decisions(job.catalog, module, _fleet(looks.first), knowledge)


def final_plan(job: Job, looks: Looks) -> Plan:
    """Make the plan of a run: with a second look, drift is what both show. What is acknowledged alarms nobody."""
    return acknowledge(_confirmed(job, looks), job.catalog.modules)


def _confirmed(job: Job, looks: Looks) -> Plan:
    first = first_plan(job, looks)
    if not looks.second:
        return first
    scope = frozenset(m.name for m in job.catalog.modules if m.host in hosts_to_confirm(first)) & job.selection.modules
    return confirm(first, make_plan(job.catalog, scope, _fleet(looks.second), job.circumstances, looks.learned))


def look_at_fleet(job: Job, retry: Retry, confirm_after_s: float | None, tell: Tell = silent) -> Looks:
    """Look at the hosts, and again at those that show drift; `confirm_after_s` None means once only.

    At the end, or when it is stopped, no connection is left open.
    """
    with job.connections:
        return look_and_confirm(job, retry, confirm_after_s, tell)


def look_and_confirm(
    job: Job,
    retry: Retry,
    confirm_after_s: float | None,
    tell: Tell = silent,
    kept: frozenset[str] = frozenset(),
) -> Looks:
    """Look as above, and leave the connections to the caller: those to the hosts in `kept` are of use afterwards."""
    if confirm_after_s is None:
        job.connections.keep_only(kept)
    first = observe_fleet(job.transports, retry, tell=tell)
    looks = Looks(first, learned=learn_more(job, first, job.learned), replayed=job.replayed)
    plan = first_plan(job, looks)
    doubtful = hosts_to_confirm(plan)
    _tell_verdicts(plan, tell)
    if confirm_after_s is None or not doubtful:
        return looks
    for host in doubtful:
        tell(host, Stage.DOUBTED, f"after {confirm_after_s:g} s")
    job.connections.keep_only(doubtful | kept)
    again = {name: way for name, way in job.transports.items() if name in doubtful}
    if needs_waiting(job, doubtful):
        time.sleep(confirm_after_s)
    second = observe_fleet(again, retry, again=True, tell=tell)
    return replace(looks, second=second, learned=learn_more(job, second, looks.learned))


def _tell_verdicts(plan: Plan, tell: Tell) -> None:
    """Say of each host that answered what its modules come to."""
    for host in plan.hosts:
        if host.reached:
            verdicts = frozenset(module.status for module in plan.modules if module.host == host.name)
            tell(host.name, Stage.JUDGED, worst(verdicts) if verdicts else "")


def needs_waiting(job: Job, hosts: frozenset[str]) -> bool:
    """Tell whether time makes a difference to these hosts: a recording says the same at any time."""
    return any(not isinstance(job.transports[host], SnapshotTransport) for host in hosts)


def _fleet(snapshots: Iterable[Snapshot]) -> FleetObservation:
    return FleetObservation(tuple(observation(snapshot) for snapshot in snapshots))

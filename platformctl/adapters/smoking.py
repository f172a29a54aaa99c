"""From a plan to the results of its smokes: what the command line and the flow do alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import BoundedSemaphore
from time import monotonic

from platformctl.adapters.deadline import awaited, begin
from platformctl.adapters.fleet import MAX_CONCURRENT, Retry, Waiter, observe_host
from platformctl.adapters.planning import Job
from platformctl.adapters.probing import Prober
from platformctl.adapters.probing_container import unwatchable, watch
from platformctl.adapters.snapshot_folder import SnapshotTransport
from platformctl.adapters.store import Looks
from platformctl.catalog.module import Module
from platformctl.observation.snapshot import Snapshot
from platformctl.observe.stage import Stage, Tell, silent
from platformctl.plan.plan import Plan
from platformctl.smoke.agenda import Key, Planned
from platformctl.smoke.finding import Tally
from platformctl.smoke.outcome import MOVEMENTS, Outcome, worst
from platformctl.smoke.result import SmokeResult, planned_of, smoke_result


@dataclass(frozen=True, slots=True)
class Smoking:
    """The smokes of a plan: what was seen, and when that was over by the monotonic clock and by that of the world."""

    job: Job
    plan: Plan
    last: Mapping[str, Snapshot]
    prober: Prober
    begun_s: float
    started_at: str

    def modules(self, host: str) -> tuple[Module, ...]:
        """Return the modules of a host that the plan is about."""
        names = {module.name for module in self.plan.modules if module.host == host}
        return tuple(module for module in self.job.catalog.modules if module.name in names)

    def planned(self, modules: Sequence[Module]) -> tuple[Planned, ...]:
        """Return the probes to run."""
        verdicts = {module.name: module for module in self.plan.modules}
        return tuple(one for module in modules for one in planned_of(module, verdicts[module.name]))

    def watched(self, host: str, planned: Sequence[Planned], look: Callable[[], Snapshot]) -> Mapping[Key, Tally]:
        """Run the container probes among the probes of a host; `look` looks at it again."""
        watching = [one for one in planned if one.kind == "container"]
        if isinstance(self.job.transports[host], SnapshotTransport):
            return unwatchable(watching)
        return watch(watching, self.last[host], self.begun_s, look) if watching else {}

    def unsettled(self, planned: Sequence[Planned], tallies: Mapping[Key, Tally]) -> tuple[Planned, ...]:
        """Return what failed while its container restarted or was replaced: that is no proof, so it is run again."""
        moved = {key[0] for key, tally in tallies.items() if any(one.reason in MOVEMENTS for one in tally.findings)}
        failed = {key for key, tally in tallies.items() if tally.finding.reason.outcome is Outcome.FAIL}
        return tuple(one for one in planned if one.kind != "container" and one.key in failed and one.key[0] in moved)

    def results(self, modules: Sequence[Module], tallies: Mapping[Key, Tally]) -> tuple[SmokeResult, ...]:
        """Put the results together, now."""
        return tuple(smoke_result(one, self.plan, tallies, self.started_at, now()) for one in modules)


def now() -> str:
    """Return the time for a result."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def smoking(job: Job, looks: Looks, plan: Plan, base: Path) -> Smoking:
    """Prepare the smokes of a plan, whose connections are still open; `base` is the catalog's folder."""
    last = {snapshot.host: snapshot for snapshot in looks.first}
    last |= {snapshot.host: snapshot for snapshot in looks.second if snapshot.failure is None}
    return Smoking(job, plan, last, Prober(job.transports, base), monotonic(), now())


def smoke_fleet(smokes: Smoking, retry: Retry, tell: Tell = silent) -> tuple[SmokeResult, ...]:
    """Run all smokes: those of a host one after the other over its one connection, the hosts side by side."""
    room = BoundedSemaphore(MAX_CONCURRENT)
    hosts = sorted({module.host for module in smokes.plan.modules})
    running = [begin(partial(_smoke_host, smokes, host, retry, room, tell)) for host in hosts]
    return tuple(sorted((result for each in running for result in awaited(each)), key=lambda result: result.module))


def _smoke_host(
    smokes: Smoking, host: str, retry: Retry, room: BoundedSemaphore, tell: Tell
) -> tuple[SmokeResult, ...]:
    def run(one: Planned) -> Tally:
        tell(host, Stage.PROBING, f"{one.module.name}: {one.name}")
        return smokes.prober.run(one)

    with room:
        modules = smokes.modules(host)
        planned = smokes.planned(modules)
        tallies = {one.key: run(one) for one in planned if one.kind != "container"}
        look = partial(observe_host, host, smokes.job.transports[host], retry, again=True, waiter=Waiter(tell))
        tallies |= smokes.watched(host, planned, look)
        tallies |= {one.key: run(one) for one in smokes.unsettled(planned, tallies)}
        results = smokes.results(modules, tallies)
        tell(host, Stage.JUDGED, worst(result.outcome for result in results))
        return results

"""A plan as GitHub-flavoured Markdown, for Prefect artifacts and pull requests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Sized
from typing import Final

from platformctl.plan.flag import SENTENCES
from platformctl.plan.plan import Change, Evidence, HostPlan, ModulePlan, Plan
from platformctl.reason import Verdict
from platformctl.render.escape import escaped, fenced, links
from platformctl.render.printable import shown
from platformctl.render.text import (
    acknowledgement,
    aligned,
    counted,
    headline,
    origin,
    trouble,
    troubled,
    unknowns,
    verdict,
)

MARKS: Final = {Verdict.IN_SYNC: "🟢", Verdict.DRIFT: "🔴", Verdict.INCONCLUSIVE: "🟠"}
_ORDER: Final = (Verdict.DRIFT, Verdict.INCONCLUSIVE, Verdict.IN_SYNC)
_KEPT: Final = (("Report", "report.html"), ("the plan as JSON", "plan.json"))
MAX_LISTED: Final = 200
MAX_WORDED: Final = 50
"""Longer lists are cut, and say so: Prefect keeps the document in a database row, and browsers draw it at once."""


def to_markdown(plan: Plan, link: str = "") -> str:
    """Return the whole plan as Markdown: the verdict, what is not green, then coverage and evidence.

    Args:
        plan: what is shown.
        link: where the folder of the kept plan is served; nothing is linked when empty.
    """
    return "\n".join(_lines(plan, link)) + "\n"


def module_to_markdown(plan: Plan, module: ModulePlan, link: str = "") -> str:
    """Return what a plan says of one module: the verdict, what differs, and all evidence."""
    lines = (*_module(module), "", f"{escaped(origin(plan))}.", *links(link, *_KEPT), *_evidence((module,)))
    return "\n".join(lines).lstrip("\n") + "\n"


def _lines(plan: Plan, link: str) -> Iterator[str]:
    yield f"# {MARKS[plan.status]} {escaped(headline(plan))}"
    yield ""
    yield f"{escaped(origin(plan))}, exit code {plan.exit_code}."
    yield from links(link, *_KEPT)
    yield from _suspicions(plan)
    modules = sorted(troubled(plan), key=lambda module: _ORDER.index(module.status))
    for module in modules[:MAX_WORDED]:
        yield from _module(module)
    yield from _rest(modules, "modules that are worth a look", MAX_WORDED)
    hosts = [host for host in plan.hosts if trouble(host)]
    for host in hosts[:MAX_WORDED]:
        yield from _trouble(host, plan.modules)
    yield from _rest(hosts, "hosts with trouble", MAX_WORDED)
    yield from _hosts(plan)
    yield from _all_modules(plan)
    yield from _unmanaged(plan)
    yield from _evidence(modules[:MAX_WORDED])


def _trouble(host: HostPlan, modules: Iterable[ModulePlan]) -> Iterator[str]:
    """Say once what is wrong with a host, and how many modules that leaves open."""
    error = host.error or host.images_error
    if error is None:
        return
    yield ""
    yield f"## {MARKS[Verdict.INCONCLUSIVE]} {escaped(host.name)} {trouble(host)}"
    yield ""
    yield f"{error.reason} after {counted(host.attempts, 'look')}: {escaped(error.message)}"
    if not host.reached:
        count = sum(module.host == host.name for module in modules)
        yield ""
        yield f"{counted(count, 'module')} cannot be judged for this one reason."


def _module(module: ModulePlan) -> Iterator[str]:
    yield ""
    yield f"## {MARKS[module.status]} {escaped(module.name)} on {escaped(module.host)}: {module.reason}"
    yield ""
    yield module.reason.sentence
    if module.changes:
        yield ""
        yield from fenced(line for change in module.changes for line in _change(change))
    notes = (*unknowns(module), *(f"flag {flag}: {SENTENCES[flag]}" for flag in module.flags))
    if notes:
        yield ""
        yield from (f"- {escaped(note)}" for note in notes)


def _change(change: Change) -> tuple[str, ...]:
    path = f"{change.path} of {change.container}" if change.container else change.path
    note = (f"  {acknowledgement(change.acknowledged)}",) if change.acknowledged else ()
    return (path, f"  declared {shown(change.desired)}", f"  observed {shown(change.observed)}", *note)


def _suspicions(plan: Plan) -> Iterator[str]:
    for suspicion in plan.suspicions:
        yield ""
        yield f"> ⚠️ {escaped(suspicion)}"


def _hosts(plan: Plan) -> Iterator[str]:
    yield from _listing("Hosts", map(_host, plan.hosts[:MAX_LISTED]))
    yield from _rest(plan.hosts, "hosts", MAX_LISTED)


def _host(host: HostPlan) -> tuple[str, ...]:
    engine = f"{host.engine.name} {host.engine.version}, {host.engine.image_store} store" if host.engine else "unknown"
    error = host.error or host.images_error
    return (host.name, engine, counted(host.attempts, "look"), str(error.reason) if error else "answered")


def _all_modules(plan: Plan) -> Iterator[str]:
    rows = [(MARKS[m.status], m.name, m.host, verdict(m), str(m.reason)) for m in plan.modules]
    yield from _listing("Modules", rows[:MAX_LISTED])
    yield from _rest(rows, "modules", MAX_LISTED)


def _rest(rows: Sized, what: str, limit: int) -> Iterator[str]:
    if len(rows) > limit:
        yield ""
        yield f"{len(rows) - limit} more {what} are in the kept plan."


def _unmanaged(plan: Plan) -> Iterator[str]:
    rows = [(u.host, u.container, u.image, "/".join(filter(None, (u.project, u.service)))) for u in plan.unmanaged]
    if rows:
        yield from _listing("Not managed by any module", rows[:MAX_LISTED])
    yield from _rest(rows, "containers", MAX_LISTED)


def _evidence(modules: Sequence[ModulePlan]) -> Iterator[str]:
    if not any(module.evidence for module in modules):
        return
    yield ""
    yield "<details><summary>Evidence</summary>"
    yield ""
    for module in modules:
        yield f"**{escaped(module.name)}**"
        yield ""
        yield from fenced([f"declared {module.image}", *map(_fact, module.evidence)])
        yield ""
    yield "</details>"


def _fact(evidence: Evidence) -> str:
    whose = f"{evidence.container}: " if evidence.container else ""
    matched = f"  = {evidence.matched}" if evidence.matched else ""
    return f"{whose}{evidence.call} {evidence.field}: {evidence.value}{matched}"


def _listing(title: str, rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """List in a fence, which scrolls: Prefect paints the cells of a wide table over what is beside the document."""
    yield ""
    yield f"## {title}"
    yield ""
    yield from fenced(aligned([*rows]))

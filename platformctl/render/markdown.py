"""A plan as GitHub-flavoured Markdown, for Prefect artifacts and pull requests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, takewhile
from typing import Final

from platformctl.plan.flag import SENTENCES
from platformctl.plan.plan import Change, Evidence, HostPlan, ModulePlan, Plan
from platformctl.reason import Verdict
from platformctl.render.advice import ADVICE
from platformctl.render.escape import escaped, fenced, links
from platformctl.render.printable import printable, shown
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
"""Longer lists are cut, and say so: Prefect keeps the document in a database row, and browsers draw it at once."""
_ROOM: Final = {
    "suspicions": 2500, "modules": 21000, "hosts": 5000, "Hosts": 5500, "Modules": 12000, "evidence": 10000,
}  # fmt: skip
_ROOM_OF_ONE: Final = 4000
"""Characters that each section may take, and one module in it. With what stands between they are fewer than the 65,536
that GitHub takes as a comment, and none of them can push the others out."""
_MAX_LINE: Final = 1000
"""As long as a line of a fence can be."""


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
    yield from _blocks(map(_module, modules), _ROOM["modules"], "modules that are worth a look")
    hosts = (_trouble(host, plan.modules) for host in plan.hosts if trouble(host))
    yield from _blocks(hosts, _ROOM["hosts"], "hosts with trouble")
    yield from _hosts(plan)
    yield from _all_modules(plan)
    yield from _unmanaged(plan)
    yield from _evidence(modules)


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
    yield ""
    yield f"What to do: {ADVICE[error.reason]}"


def _module(module: ModulePlan) -> Iterator[str]:
    yield ""
    yield f"## {MARKS[module.status]} {escaped(module.name)} on {escaped(module.host)}: {module.reason}"
    yield ""
    yield module.reason.sentence
    if module.changes:
        yield ""
        yield from fenced(_within([line for change in module.changes for line in _change(change)], _ROOM_OF_ONE))
    notes = (*unknowns(module), *(f"flag {flag}: {SENTENCES[flag]}" for flag in module.flags))
    if notes:
        yield ""
        yield from _within([f"- {escaped(note)}" for note in notes], _ROOM_OF_ONE)
    if module.status is not Verdict.IN_SYNC:
        yield ""
        yield f"What to do: {ADVICE[module.reason]}"


def _change(change: Change) -> tuple[str, ...]:
    path = f"{change.path} of {change.container}" if change.container else change.path
    note = (f"  {acknowledgement(change.acknowledged)}",) if change.acknowledged else ()
    return (path, f"  declared {shown(change.desired)}", f"  observed {shown(change.observed)}", *note)


def _suspicions(plan: Plan) -> Iterator[str]:
    found = (("", f"> ⚠️ {escaped(suspicion)}") for suspicion in plan.suspicions)
    yield from _blocks(found, _ROOM["suspicions"], "suspicions")


def _hosts(plan: Plan) -> Iterator[str]:
    yield from _listing("Hosts", [_host(host) for host in plan.hosts], "hosts")


def _host(host: HostPlan) -> tuple[str, ...]:
    engine = f"{host.engine.name} {host.engine.version}, {host.engine.image_store} store" if host.engine else "unknown"
    error = host.error or host.images_error
    return (host.name, engine, counted(host.attempts, "look"), str(error.reason) if error else "answered")


def _all_modules(plan: Plan) -> Iterator[str]:
    rows = [(MARKS[m.status], m.name, m.host, verdict(m), str(m.reason)) for m in plan.modules]
    yield from _listing("Modules", rows, "modules")


def _unmanaged(plan: Plan) -> Iterator[str]:
    rows = [(u.host, u.container, u.image, "/".join(filter(None, (u.project, u.service)))) for u in plan.unmanaged]
    if rows:
        yield from _listing("Not managed by any module", rows, "containers")


def _evidence(modules: Sequence[ModulePlan]) -> Iterator[str]:
    if not any(module.evidence for module in modules):
        return
    yield ""
    yield "<details><summary>Evidence</summary>"
    yield ""
    yield from _blocks(map(_proof, modules), _ROOM["evidence"], "modules with evidence")
    yield "</details>"


def _proof(module: ModulePlan) -> Iterator[str]:
    yield f"**{escaped(module.name)}**"
    yield ""
    yield from fenced(_within([f"declared {module.image}", *map(fact, module.evidence)], _ROOM_OF_ONE))
    yield ""


def fact(evidence: Evidence) -> str:
    """Return one fact as a line, with what it matched."""
    whose = f"{evidence.container}: " if evidence.container else ""
    matched = f"  = {evidence.matched}" if evidence.matched else ""
    return f"{whose}{evidence.call} {evidence.field}: {evidence.value}{matched}"


def _listing(title: str, rows: Sequence[tuple[str, ...]], what: str) -> Iterator[str]:
    """List in a fence, which scrolls: Prefect paints the cells of a wide table over what is beside the document."""
    yield ""
    yield f"## {title}"
    yield ""
    shown = _within([*aligned([*rows[:MAX_LISTED]])], _ROOM.get(title, _ROOM_OF_ONE), said=False)
    yield from fenced(shown)
    yield from _rest(len(rows) - len(shown), what)


def _blocks(blocks: Iterable[Iterable[str]], room: int, what: str) -> Iterator[str]:
    """Return whole blocks while there is room, and say for how many there was none; those are not even made."""
    left_out = 0
    for block in blocks:
        lines = [*block] if left_out == 0 else []
        room -= sum(len(line) + 1 for line in lines)
        left_out += room < 0
        yield from lines if room >= 0 else ()
    yield from _rest(left_out, what)


def _within(lines: Sequence[str], room: int, *, said: bool = True) -> list[str]:
    """Return the first lines that have room."""
    sizes = takewhile(lambda size: size <= room, accumulate(map(_size, lines)))
    shown = [line for line, _ in zip(lines, sizes, strict=False)]
    more = len(lines) - len(shown)
    return [*shown, f"… and {counted(more, 'line')} more in the kept plan"] if more and said else shown


def _size(line: str) -> int:
    """Return what a line of a fence takes."""
    return len(printable(line, _MAX_LINE)) + 1


def _rest(count: int, what: str) -> Iterator[str]:
    if count > 0:
        yield ""
        yield f"{count} more {what} are in the kept plan."

"""A plan as GitHub-flavoured Markdown, for Prefect artifacts and pull requests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from typing import Final

from platformctl.plan.flag import SENTENCES
from platformctl.plan.plan import Change, Evidence, HostPlan, ModulePlan, Plan
from platformctl.reason import Verdict
from platformctl.render.escape import escaped, fenced
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
MAX_MODULES: Final = 200
"""Longer lists are cut, and say so: Prefect keeps the document in a database row."""


def to_markdown(plan: Plan) -> str:
    """Return the whole plan as Markdown: the verdict, what is not green, then coverage and evidence."""
    return "\n".join(_lines(plan)) + "\n"


def module_to_markdown(plan: Plan, module: ModulePlan) -> str:
    """Return what a plan says of one module: the verdict, what differs, and all evidence."""
    lines = (*_module(module), "", f"{escaped(origin(plan))}.", *_evidence((module,)))
    return "\n".join(lines).lstrip("\n") + "\n"


def _lines(plan: Plan) -> Iterator[str]:
    yield f"# {MARKS[plan.status]} {escaped(headline(plan))}"
    yield ""
    yield f"{escaped(origin(plan))}, exit code {plan.exit_code}."
    yield from _suspicions(plan)
    worth_words = troubled(plan)[:MAX_MODULES]
    for module in worth_words:
        yield from _module(module)
    yield from _hosts(plan)
    yield from _all_modules(plan)
    yield from _unmanaged(plan)
    yield from _evidence(worth_words)


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
    yield from _listing("Hosts", map(_host, plan.hosts))


def _host(host: HostPlan) -> tuple[str, ...]:
    engine = f"{host.engine.name} {host.engine.version}, {host.engine.image_store} store" if host.engine else "unknown"
    error = host.error or host.images_error
    answer = f"{trouble(host)} {error.reason}: {error.message}" if error else "answered"
    return (host.name, engine, counted(host.attempts, "look"), answer)


def _all_modules(plan: Plan) -> Iterator[str]:
    rows = [(MARKS[m.status], m.name, m.host, verdict(m), str(m.reason)) for m in plan.modules]
    yield from _listing("Modules", rows[:MAX_MODULES])
    yield from _rest(rows, "modules")


def _rest(rows: Sized, what: str) -> Iterator[str]:
    if len(rows) > MAX_MODULES:
        yield ""
        yield f"{len(rows) - MAX_MODULES} more {what} are in the kept plan."


def _unmanaged(plan: Plan) -> Iterator[str]:
    rows = [(u.host, u.container, u.image, "/".join(filter(None, (u.project, u.service)))) for u in plan.unmanaged]
    if rows:
        yield from _listing("Not managed by any module", rows[:MAX_MODULES])
    yield from _rest(rows, "containers")


def _evidence(modules: tuple[ModulePlan, ...]) -> Iterator[str]:
    if not any(module.evidence for module in modules):
        return
    yield ""
    yield "<details><summary>Evidence</summary>"
    yield ""
    for module in modules:
        yield f"**{escaped(module.name)}**"
        yield ""
        yield from fenced([f"declared {module.image}", *map(fact, module.evidence)])
        yield ""
    yield "</details>"


def fact(evidence: Evidence) -> str:
    """Return one fact as a line, with what it matched."""
    whose = f"{evidence.container}: " if evidence.container else ""
    matched = f"  = {evidence.matched}" if evidence.matched else ""
    return f"{whose}{evidence.call} {evidence.field}: {evidence.value}{matched}"


def _listing(title: str, rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """List in a fence, which scrolls: Prefect paints the cells of a wide table over what is beside the document."""
    yield ""
    yield f"## {title}"
    yield ""
    yield from fenced(aligned([*rows]))

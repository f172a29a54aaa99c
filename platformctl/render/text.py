"""A plan for a tired person at a terminal: a table, then only what is not green, and the verdict as the last line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from rich.cells import cell_len

from platformctl.plan.flag import SENTENCES
from platformctl.plan.plan import Acknowledged, Change, Evidence, HostPlan, ModulePlan, Plan, UnmanagedContainer
from platformctl.reason import Reason, Verdict
from platformctl.render.advice import ADVICE
from platformctl.render.printable import printable, shown

SIGNS: Final = {Verdict.IN_SYNC: "=", Verdict.DRIFT: "~", Verdict.INCONCLUSIVE: "?"}
MAX_LINE: Final = 1000
_MAX_COLUMN: Final = 120
_IMAGE_CALLS: Final = frozenset({"container inspect", "image inspect", "closure"})


def to_text(plan: Plan) -> str:
    """Return the whole plan as lines of text. Nothing in it can move the cursor, whoever wrote it."""
    return "".join(f"{printable(line, MAX_LINE)}\n" for line in _lines(plan))


def headline(plan: Plan) -> str:
    """Say what a plan says in one line."""
    modules = counted(plan.summary.modules, "module")
    return f"{plan.status}: {counts(plan)} of {modules} on {counted(plan.summary.hosts, 'host')}"


def conclusion(plan: Plan) -> str:
    """Return the verdict as the last line has it."""
    return f"{headline(plan)} (exit code {plan.exit_code})"


def counts(plan: Plan) -> str:
    """Say how many modules have which verdict."""
    summary = plan.summary
    found = ((summary.drift, "drift"), (summary.inconclusive, "inconclusive"), (summary.in_sync, "in-sync"))
    parts = ", ".join(f"{count} {word}" for count, word in found if count)
    return f"{parts or 'nothing'}{acknowledged(summary.acknowledged)}"


def acknowledged(count: int) -> str:
    """Return what stands behind `in-sync` where that is not the whole truth: `` (1 acknowledged)``."""
    return f" ({count} acknowledged)" if count else ""


def verdict(module: ModulePlan) -> str:
    """Return a module's verdict in words."""
    return f"{module.status}{acknowledged(sum(change.acknowledged is not None for change in module.changes))}"


def origin(plan: Plan) -> str:
    """Say which plan this is, and of what."""
    commit = plan.catalog.commit
    state = f"{commit[:12]}{' with changes' if plan.catalog.dirty else ''}" if commit else "no commit"
    return f"Plan {plan.plan_id[:12]} of the catalog at {plan.catalog.path} ({state}), {plan.created_at}"


def troubled(plan: Plan) -> tuple[ModulePlan, ...]:
    """Return the modules that need words of their own; for those of a host that was not reached, the host has them."""
    dark = {host.name for host in plan.hosts if not host.reached}
    return tuple(
        module
        for module in plan.modules
        if module.host not in dark and (module.flags or module.changes or module.status is not Verdict.IN_SYNC)
    )


def unknowns(module: ModulePlan) -> tuple[str, ...]:
    """Return a line for each path that should have been compared and could not be."""
    found = (entry for entry in module.not_compared if isinstance(entry.reason, Reason))
    return tuple(f"{entry.path} not known: {entry.reason}" for entry in found)


def trouble(host: HostPlan) -> str | None:
    """Say what a host did not answer, or None where it answered everything."""
    if host.error and not host.reached:
        return f"could not be looked at: {host.error.reason.sentence}"
    if host.error:
        return f"could not be looked at again: {host.error.reason.sentence}"
    return f"gave no image records: {host.images_error.reason.sentence}" if host.images_error else None


def counted(count: int, word: str) -> str:
    """Return `1 host`, `2 hosts`."""
    return f"{count} {word}{'' if count == 1 else 's'}"


def _lines(plan: Plan) -> Iterator[str]:
    yield origin(plan)
    yield ""
    yield from aligned([("", "module", "host", "verdict", "reason"), *map(_row, plan.modules)])
    for module in troubled(plan):
        yield ""
        yield from details(module)
        yield from advice(module)
    for host in plan.hosts:
        yield from _host(host, plan.modules)
    yield from _section("Not managed by any module", aligned([*map(_unmanaged, plan.unmanaged)]))
    yield from _section("Suspicious", plan.suspicions)
    yield ""
    yield conclusion(plan)


def _row(module: ModulePlan) -> tuple[str, ...]:
    return (SIGNS[module.status], module.name, module.host, verdict(module), str(module.reason))


def details(module: ModulePlan) -> Iterator[str]:
    """Return what a module needs words for, as lines: the sentence, what differs, what is not known."""
    yield f"{SIGNS[module.status]} {module.name} on {module.host}: {module.reason.sentence}"
    for change in module.changes:
        yield from change_lines(change)
    yield from (f"    {line}" for line in unknowns(module))
    yield from (f"    flag {flag}: {SENTENCES[flag]}" for flag in module.flags)
    yield from (f"        {line}" for line in aligned([*_image(module)]))


def advice(module: ModulePlan) -> Iterator[str]:
    """Say what to do about a module that is not green."""
    if module.status is not Verdict.IN_SYNC:
        yield f"    What to do: {ADVICE[module.reason]}"


def change_lines(change: Change) -> Iterator[str]:
    """Return a change as lines, indented by four."""
    yield f"    {change.path}{f' of {change.container}' if change.container else ''}"
    yield f"        declared  {shown(change.desired)}"
    yield f"        observed  {shown(change.observed)}"
    if change.acknowledged:
        yield f"        {acknowledgement(change.acknowledged)}"


def acknowledgement(one: Acknowledged) -> str:
    """Say who acknowledged a change, until when and why."""
    return f"acknowledged by {one.owner} until {one.until}: {one.reason}"


def _image(module: ModulePlan) -> Iterator[tuple[str, ...]]:
    """Where the image is in question, show every digest by which it could have been recognised."""
    paths = {change.path for change in module.changes}
    paths |= {entry.path for entry in module.not_compared if isinstance(entry.reason, Reason)}
    if "container.image" not in paths:
        return
    if not any(change.path == "container.image" for change in module.changes):
        yield ("module.yaml", "image", module.image)
    yield from (_fact(entry) for entry in module.evidence if entry.call in _IMAGE_CALLS)


def _fact(entry: Evidence) -> tuple[str, ...]:
    whose = f"{entry.container}: " if entry.container else ""
    return (f"{whose}{entry.call}", entry.field, entry.value)


def _host(host: HostPlan, modules: Iterable[ModulePlan]) -> Iterator[str]:
    what, error = trouble(host), host.error or host.images_error
    if what and error:
        yield ""
        yield f"! {host.name} {what}"
        yield f"    {error.reason} after {counted(host.attempts, 'look')}: {error.message}"
        if not host.reached:
            count = sum(module.host == host.name for module in modules)
            yield f"    {counted(count, 'module')} cannot be judged for this one reason"
        yield f"    What to do: {ADVICE[error.reason]}"


def _unmanaged(one: UnmanagedContainer) -> tuple[str, ...]:
    return (one.host, one.container, one.image)


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield ""
        yield f"{title}:"
        yield from (f"    {line}" for line in found)


def aligned(rows: list[tuple[str, ...]]) -> Iterator[str]:
    """Align columns by the room that a terminal gives to what is shown, the last one ragged.

    What is too long pushes nothing but its own row.
    """
    shown_rows = [tuple(printable(cell) for cell in row) for row in rows]
    widths = [min(max(map(cell_len, column)), _MAX_COLUMN) for column in zip(*shown_rows, strict=True)]
    for row in shown_rows:
        yield "  ".join(cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()

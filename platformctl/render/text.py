"""A plan for a tired person at a terminal: a table, then only what is not green, and the verdict as the last line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from platformctl.plan.flag import SENTENCES
from platformctl.plan.plan import Change, HostPlan, ModulePlan, Plan
from platformctl.reason import Reason, Verdict
from platformctl.render.printable import printable, shown

SIGNS: Final = {Verdict.IN_SYNC: "=", Verdict.DRIFT: "~", Verdict.INCONCLUSIVE: "?"}


def to_text(plan: Plan) -> str:
    """Return the whole plan as lines of text."""
    return "\n".join(_lines(plan)) + "\n"


def headline(plan: Plan) -> str:
    """Say what a plan says in one line."""
    summary = plan.summary
    counts = ((summary.drift, "drift"), (summary.inconclusive, "inconclusive"), (summary.in_sync, "in-sync"))
    parts = ", ".join(f"{count} {word}" for count, word in counts if count)
    modules = _counted(summary.modules, "module")
    return f"{plan.status}: {parts or 'nothing'} of {modules} on {_counted(summary.hosts, 'host')}"


def origin(plan: Plan) -> str:
    """Say which plan this is, and of what."""
    commit = plan.catalog.commit
    state = f"{commit[:12]}{' with changes' if plan.catalog.dirty else ''}" if commit else "no commit"
    return f"Plan {plan.plan_id[:12]} of catalog {printable(plan.catalog.path)} ({state}), {plan.created_at}"


def _lines(plan: Plan) -> Iterator[str]:
    yield origin(plan)
    yield ""
    yield from _table([("", "module", "host", "verdict", "reason"), *map(_row, plan.modules)])
    for module in plan.modules:
        yield from _details(module)
    yield from _hosts(plan.hosts)
    yield from _section("Not managed by any module", _unmanaged(plan))
    yield from _section("Suspicious", plan.suspicions)
    yield ""
    yield f"{headline(plan)} (exit code {plan.exit_code})"


def _row(module: ModulePlan) -> tuple[str, ...]:
    return (SIGNS[module.status], module.name, module.host, str(module.status), str(module.reason))


def _details(module: ModulePlan) -> Iterator[str]:
    if module.status is Verdict.IN_SYNC and not module.flags:
        return
    yield ""
    yield f"{SIGNS[module.status]} {module.name} on {module.host}: {module.reason.sentence}"
    for change in module.changes:
        yield from _change(change)
    for entry in module.not_compared:
        if isinstance(entry.reason, Reason):
            yield f"    {entry.path} not known: {entry.reason}"
    for flag in module.flags:
        yield f"    flag {flag}: {SENTENCES[flag]}"
    yield from _image(module)


def _change(change: Change) -> Iterator[str]:
    whose = f" of {printable(change.container)}" if change.container else ""
    yield f"    {change.path}{whose}"
    yield f"        declared  {printable(shown(change.desired))}"
    yield f"        observed  {printable(shown(change.observed))}"


def _image(module: ModulePlan) -> Iterator[str]:
    """Where the image is in question, show every digest by which it could have been recognised."""
    paths = {change.path for change in module.changes}
    paths |= {entry.path for entry in module.not_compared if isinstance(entry.reason, Reason)}
    seen = [entry for entry in module.evidence if entry.call in {"container inspect", "image inspect", "closure"}]
    if "container.image" not in paths or not seen:
        return
    yield f"    declared: {module.image}"
    for entry in seen:
        whose = f"{printable(entry.container)}: " if entry.container else ""
        yield f"    {whose}{entry.call} {entry.field}: {printable(entry.value)}"


def _hosts(hosts: Iterable[HostPlan]) -> Iterator[str]:
    troubled = [host for host in hosts if host.error or host.images_error]
    for host in troubled:
        error = host.error or host.images_error
        if error:
            what = "could not be looked at" if host.error else "gave no image records"
            yield ""
            yield f"! host {host.name} {what}: {error.reason.sentence}"
            yield f"    {error.reason} after {_counted(host.attempts, 'look')}: {printable(error.message)}"


def _unmanaged(plan: Plan) -> list[str]:
    return [f"{one.host}  {printable(one.container)}  {printable(one.image)}" for one in plan.unmanaged]


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield ""
        yield f"{title}:"
        yield from (f"    {printable(line, 1000)}" for line in found)


def _table(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"

"""A message: everything that one plan changed, grouped by cause, in words that no host could have written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from platformctl.notice.transition import Event, Transition
from platformctl.plan.plan import Change, ModulePlan, Plan
from platformctl.published import Published
from platformctl.reason import Reason, Verdict

MAX_NAMED: Final = 20
"""Modules of one cause that are named; a chat is no report."""

_HARMLESS: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@+-]{0,299}", re.ASCII)
"""What names of images, states and modules are made of. Anything else could be markup to one target or another."""

_WORDS: Final = {Event.DRIFT: "drift", Event.UNKNOWN: "not known", Event.RECOVERED: "recovered"}
_TITLES: Final = {Event.DRIFT: "Drift", Event.UNKNOWN: "Not known any more", Event.RECOVERED: "Recovered"}


@dataclass(frozen=True, slots=True)
class Message(Published):
    """What is sent: one line, and plain text. `id` is the same however often it is sent."""

    id: str
    title: str
    body: str


def to_message(plan: Plan, found: tuple[Transition, ...], link: str) -> Message:
    """Tell what a plan changed. `link` is where more is to be seen; none when empty."""
    counts = [(event, sum(one.event is event for one in found)) for event in Event]
    title = ", ".join(f"{count} {_WORDS[event]}" for event, count in counts if count)
    lines = [line for event in Event for line in _event(event, [one.module for one in found if one.event is event])]
    return Message(plan.plan_id, f"platformctl: {title}", "\n".join((*lines, *_origin(plan, link))))


def to_baseline(plan: Plan, link: str) -> Message:
    """Tell that the first plan is what later ones are held against, and what is not green in it."""
    counts = [(verdict, len(plan.of(verdict))) for verdict in (Verdict.DRIFT, Verdict.INCONCLUSIVE, Verdict.IN_SYNC)]
    shown = ", ".join(f"{count} {verdict}" for verdict, count in counts if count) or "no module"
    first = "This is the first plan: from now on only what changes is told."
    red = (*_event(Event.DRIFT, plan.of(Verdict.DRIFT)), *_event(Event.UNKNOWN, plan.of(Verdict.INCONCLUSIVE)))
    return Message(plan.plan_id, f"platformctl: watching, {shown}", "\n".join((first, "", *red, *_origin(plan, link))))


def _event(event: Event, modules: Iterable[ModulePlan]) -> Iterator[str]:
    for (host, reason), group in _by_cause(modules).items():
        about = f"{len(group)} modules: " if len(group) > 1 else ""
        names = [module.name for module in group[:MAX_NAMED]]
        more = f" and {len(group) - MAX_NAMED} more" if len(group) > MAX_NAMED else ""
        yield f"{_TITLES[event]} on {host} ({reason}): {about}{', '.join(names)}{more}"
        yield f"    {reason.sentence}"
        if event is Event.DRIFT:
            yield from (
                line for module in group[:MAX_NAMED] for change in module.changes for line in _change(module, change)
            )
        yield ""


def _by_cause(modules: Iterable[ModulePlan]) -> Mapping[tuple[str, Reason], list[ModulePlan]]:
    found: dict[tuple[str, Reason], list[ModulePlan]] = {}
    for module in modules:
        found.setdefault((module.host, module.reason), []).append(module)
    return found


def _change(module: ModulePlan, change: Change) -> Iterator[str]:
    if change.acknowledged is None:
        yield f"    {module.name}: {change.path} declared {_shown(change.desired)}, observed {_shown(change.observed)}"


def _shown(value: str | bool) -> str:  # noqa: FBT001  one side of a change is either
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if _HARMLESS.fullmatch(value) else "(see the plan)"


def _origin(plan: Plan, link: str) -> Iterator[str]:
    commit = f", catalog at {plan.catalog.commit[:12]}" if plan.catalog.commit else ""
    yield f"Plan {plan.plan_id[:12]} of {plan.created_at}{commit}"
    if link:
        yield link

"""A message: everything that one plan changed, grouped by cause, in words that no host could have written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from platformctl.notice.transition import Event, Transition
from platformctl.plan.plan import Change, ModulePlan, Plan
from platformctl.published import Published
from platformctl.reason import Reason, Verdict

MAX_NAMED: Final = 20
"""Modules, hosts and changes of one cause that are named; a chat is no report."""

MAX_HOSTS: Final = 5
"""Hosts with the same reason that get a line each. More of them have one cause."""

_HARMLESS: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@+-]{0,299}", re.ASCII)
"""What a catalog's names of images and states are made of. Anything else could be markup to one target or another."""

_WORD: Final = re.compile(r"[a-z][a-z-]{0,29}", re.ASCII)
_IMAGE: Final = re.compile(r"(?:image |(?P<repository>[^\s@]+)@)(?P<digest>sha256:[a-f0-9]{64})", re.ASCII)
"""All that is shown of a host's words: chats make links of names with a dot, and call people at an @."""

_WORDS: Final = {
    Event.DRIFT: "drift",
    Event.UNKNOWN: "not known",
    Event.RECOVERED: "recovered",
    Event.ACKNOWLEDGED: "acknowledged",
}
_TITLES: Final = {
    Event.DRIFT: "Drift",
    Event.UNKNOWN: "Not known any more",
    Event.RECOVERED: "Recovered",
    Event.ACKNOWLEDGED: "Acknowledged",
}


@dataclass(frozen=True, slots=True)
class Message(Published):
    """What is sent: one line, and plain text. `id` is the same however often it is sent."""

    id: str
    title: str
    body: str


def to_message(plan: Plan, found: tuple[Transition, ...], gone: tuple[str, ...], link: str) -> Message:
    """Tell what a plan changed, and which modules are gone. `link` is where more is to be seen; none when empty."""
    counts = [(_WORDS[event], sum(one.event is event for one in found)) for event in Event]
    title = ", ".join(f"{count} {word}" for word, count in (*counts, ("not declared any more", len(gone))) if count)
    lines = [line for event in Event for line in _event(event, [one.module for one in found if one.event is event])]
    retired = (f"Not declared any more, nor watched: {_listed(gone)}", "") if gone else ()
    return Message(plan.plan_id, f"platformctl: {title}", "\n".join((*lines, *retired, *_origin(plan, link))))


def to_baseline(plan: Plan, link: str) -> Message:
    """Tell that the first plan is what later ones are held against, and what is not green in it."""
    counts = [(verdict, len(plan.of(verdict))) for verdict in (Verdict.DRIFT, Verdict.INCONCLUSIVE, Verdict.IN_SYNC)]
    shown = ", ".join(f"{count} {verdict}" for verdict, count in counts if count) or "no module"
    known = f" ({plan.summary.acknowledged} acknowledged)" if plan.summary.acknowledged else ""
    first = "This is the first plan: from now on only what changes is told."
    open_ones = _event(Event.UNKNOWN, plan.of(Verdict.INCONCLUSIVE), "Not known")
    red = (*_event(Event.DRIFT, plan.of(Verdict.DRIFT)), *open_ones)
    body = "\n".join((first, "", *red, *_origin(plan, link)))
    return Message(plan.plan_id, f"platformctl: watching, {shown}{known}", body)


def to_no_plan(runs: int, link: str) -> Message:
    """Tell that no plan can be made. Why stands in the run's log: what is wrong with a catalog is anybody's text."""
    said = f"No plan could be made, {runs} times in a row: nothing is known of any module."
    return Message("no plan", "platformctl: no plan", "\n".join((said, "The run's log says why.", *_link(link))))


def to_plan_again(plan: Plan, link: str) -> Message:
    """Tell that plans can be made again."""
    body = ("Plans can be made again. What they change is told as before.", "", *_origin(plan, link))
    return Message(plan.plan_id, "platformctl: plans again", "\n".join(body))


def _event(event: Event, modules: Iterable[ModulePlan], title: str = "") -> Iterator[str]:
    for place, reason, group in _by_cause(modules):
        about = f"{len(group)} modules: " if len(group) > 1 else ""
        yield f"{title or _TITLES[event]} on {place} ({reason}): {about}{_listed([module.name for module in group])}"
        yield f"    {reason.sentence}"
        if event is Event.DRIFT:
            yield from _changes(group)
        yield ""


def _by_cause(modules: Iterable[ModulePlan]) -> Iterator[tuple[str, Reason, list[ModulePlan]]]:
    """Group by reason and host, and only by reason where many hosts have the same."""
    found: dict[Reason, dict[str, list[ModulePlan]]] = {}
    for module in modules:
        found.setdefault(module.reason, {}).setdefault(module.host, []).append(module)
    for reason, hosts in found.items():
        if len(hosts) > MAX_HOSTS:
            yield f"{len(hosts)} hosts", reason, [module for group in hosts.values() for module in group]
        else:
            yield from ((host, reason, group) for host, group in hosts.items())


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return f"{', '.join(names[:MAX_NAMED])}{more}"


def _changes(group: Iterable[ModulePlan]) -> Iterator[str]:
    changes = [(one.name, change) for one in group for change in one.changes if change.acknowledged is None]
    for name, change in changes[:MAX_NAMED]:
        yield f"    {name}: {change.path} declared {_declared(change.desired)}, observed {_observed(change)}"
    if len(changes) > MAX_NAMED:
        yield f"    and {len(changes) - MAX_NAMED} more"


def _declared(value: str | bool) -> str:  # noqa: FBT001  one side of a change is either
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if _HARMLESS.fullmatch(value) else _ELSEWHERE


def _observed(change: Change) -> str:
    value = change.observed
    if isinstance(value, bool) or _WORD.fullmatch(value):
        return _declared(value)
    found = [_IMAGE.fullmatch(name) for name in value.split(", ")]
    return ", ".join(_image(one, change) for one in found if one) if all(found) else _ELSEWHERE


def _image(name: re.Match[str], change: Change) -> str:
    """Name an image by its digest; by its repository too where that is the declared one, and no host's invention."""
    own = str(change.desired).startswith((f"{name['repository']}@", f"{name['repository']}:"))
    return name[0] if own else name["digest"]


_ELSEWHERE: Final = "(see the plan)"


def _origin(plan: Plan, link: str) -> Iterator[str]:
    commit = f", catalog at {plan.catalog.commit[:12]}" if plan.catalog.commit else ""
    yield f"Plan {plan.plan_id[:12]} of {plan.created_at}{commit}"
    yield from _link(link)


def _link(link: str) -> Iterator[str]:
    if link:
        yield link

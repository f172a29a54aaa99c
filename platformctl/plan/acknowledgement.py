"""Acknowledged differences: still shown, no longer alarming, until their value changes or their day has passed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from platformctl.catalog.acknowledgement import Acknowledgement
from platformctl.catalog.module import Module
from platformctl.plan.flag import Flag
from platformctl.plan.make import Circumstances, assemble
from platformctl.plan.plan import Acknowledged, Change, ModulePlan, Plan
from platformctl.reason import Reason, Verdict

_WORDS: Final[Mapping[str | bool, str]] = {True: "yes", False: "no"}
"""How a plan shows a truth value."""


_LONG: Final = timedelta(days=366)


def acknowledge(plan: Plan, modules: Iterable[Module]) -> Plan:
    """Return the plan with what its modules acknowledge on the day of its making.

    It comes last: a difference that is acknowledged is confirmed like every other.
    """
    day = date.fromisoformat(plan.created_at[:10])
    declared = {module.name: module.acknowledge for module in modules if module.acknowledge}
    judged = tuple(_acknowledge(module, declared.get(module.name, ()), day) for module in plan.modules)
    if judged == plan.modules:
        return plan
    circumstances = Circumstances(plan.created_at, plan.tool, plan.catalog)
    return assemble(circumstances, plan.hosts, judged, plan.unmanaged, plan.suspicions)


def _acknowledge(module: ModulePlan, known: tuple[Acknowledgement, ...], day: date) -> ModulePlan:
    if not known:
        return module
    changes = tuple(_noted(module, change, known, day) for change in module.changes)
    noted = replace(module, changes=changes, flags=tuple(sorted({*module.flags, *_flags(module, known, day)})))
    alarming = [change.reason for change in changes if not change.acknowledged]
    if module.status is not Verdict.DRIFT or alarming:
        return replace(noted, reason=alarming[0] if module.status is Verdict.DRIFT else module.reason)
    unknown = [entry.reason for entry in module.not_compared if isinstance(entry.reason, Reason)]
    if unknown:
        return replace(noted, status=Verdict.INCONCLUSIVE, reason=unknown[0])
    return replace(noted, status=Verdict.IN_SYNC, reason=Reason.ACKNOWLEDGED)


def _noted(module: ModulePlan, change: Change, known: tuple[Acknowledgement, ...], day: date) -> Change:
    for one in known:
        if one.until >= day and _means(one, module, change):
            return replace(change, acknowledged=Acknowledged(one.owner, one.reason, one.until.isoformat()))
    return change


def _means(one: Acknowledgement, module: ModulePlan, change: Change) -> bool:
    """Tell whether an acknowledgement is about this very value.

    An image goes by several digests, of which a plan shows a few and an engine may learn more: each is the image.
    """
    if one.change == change.path == "container.image" and one.observed in _digests(module, change):
        return True
    return (one.change, one.observed) == (change.path, _WORDS.get(change.observed, change.observed))


def _digests(module: ModulePlan, change: Change) -> frozenset[str]:
    named = [
        entry.value
        for entry in module.evidence
        if entry.container == change.container and entry.call in {"container inspect", "image inspect"}
    ]
    return frozenset(text for value in named if "sha256:" in value for text in (value, value.rpartition("@")[2]))


def _flags(module: ModulePlan, known: tuple[Acknowledgement, ...], day: date) -> Iterable[Flag]:
    """Say which acknowledgements are of no use any more, where the module could be judged, or hardly ever end."""
    for one in known:
        if any(_means(one, module, change) for change in module.changes):
            if one.until < day:
                yield Flag.ACKNOWLEDGEMENT_EXPIRED
            elif one.until - day > _LONG:
                yield Flag.ACKNOWLEDGEMENT_LONG
        elif module.status is not Verdict.INCONCLUSIVE:
            yield Flag.ACKNOWLEDGEMENT_UNUSED

"""Asking registries for what would decide the images that are still open."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from platformctl.adapters.closures import Bodies
from platformctl.catalog.catalog import Catalog
from platformctl.identity.knowledge import Knowledge
from platformctl.identity.reference import Reference
from platformctl.identity.walk import ClosureUnread
from platformctl.observation.host import FleetObservation
from platformctl.plan.needs import Need, needed_closures, wanted_tags
from platformctl.plan.pairing import pair
from platformctl.render.printable import printable

if TYPE_CHECKING:
    from platformctl.adapters.registry import Registries

AT_ONCE: Final = 8
_MAX_MESSAGE: Final = 500

_Question = TypeVar("_Question")
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Sources:
    """Where more can be learned; `registries` None means offline, and then only what is kept already."""

    bodies: Bodies
    registries: Callable[[], Registries] | None


@dataclass(frozen=True, slots=True)
class _Unread:
    why: str


def learn(
    sources: Sources, desired: Catalog, scope: frozenset[str], observed: FleetObservation, knowledge: Knowledge
) -> Knowledge:
    """Return the knowledge and what could be added to it. Nobody is asked for what decides nothing, or twice."""
    modules = tuple(module for module in desired.modules if module.name in scope)
    pairing = pair(desired.modules, observed)
    knowledge = _resolved(sources.registries, wanted_tags(modules, pairing), knowledge)
    while True:
        known = knowledge.with_locks(desired.closures)
        needs = needed_closures(modules, pairing, observed, known)
        open_needs = [need for need in needs if need.digest not in knowledge.unread]
        if not open_needs:
            return knowledge
        knowledge = _fetched(sources.bodies, open_needs, knowledge)


def _resolved(
    registries: Callable[[], Registries] | None, tags: tuple[Reference, ...], knowledge: Knowledge
) -> Knowledge:
    """A tag means something else every day, so it is never kept, and offline nobody knows."""
    if registries is None:
        return knowledge
    asked = {*knowledge.tags, *knowledge.unread}
    wanted = [tagged for tagged in tags if str(tagged) not in asked]
    for tagged, answer in _asked(wanted, lambda tagged: registries().resolve(tagged)):
        if isinstance(answer, _Unread):
            knowledge = knowledge.without(str(tagged), answer.why)
        else:
            knowledge = knowledge.with_tag(tagged, answer)
    return knowledge


def _fetched(bodies: Bodies, needs: list[Need], knowledge: Knowledge) -> Knowledge:
    for need, answer in _asked(needs, lambda need: bodies.closure(need.digest, need.repositories)):
        if isinstance(answer, _Unread):
            knowledge = knowledge.without(need.digest, answer.why)
        else:
            knowledge = knowledge.with_closure(answer)
    return knowledge


def _asked(
    questions: list[_Question], ask: Callable[[_Question], _Answer]
) -> list[tuple[_Question, _Answer | _Unread]]:
    """Ask many at a time; each answer, or why there is none, stands beside its question."""
    if not questions:
        return []

    def answer(question: _Question) -> _Answer | _Unread:
        try:
            return ask(question)
        except ClosureUnread as error:
            return _Unread(printable(str(error), _MAX_MESSAGE))

    with ThreadPoolExecutor(max_workers=min(AT_ONCE, len(questions))) as pool:
        return list(zip(questions, pool.map(answer, questions), strict=True))

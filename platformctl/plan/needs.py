"""Which closures would decide what is still open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from platformctl.catalog.module import Module
from platformctl.identity.candidate import RunningImage
from platformctl.identity.digest import Digest
from platformctl.identity.image import judge_image
from platformctl.identity.knowledge import Knowledge
from platformctl.identity.reference import Reference, parse_reference
from platformctl.observation.container import Container
from platformctl.observation.host import FleetObservation, Reached
from platformctl.plan.pairing import Pairing
from platformctl.reason import Reason


@dataclass(frozen=True, slots=True)
class Need:
    """A digest whose closure is wanted, and the repositories that may have it, likeliest first."""

    digest: Digest
    repositories: tuple[Reference, ...]


def needed_closures(
    modules: tuple[Module, ...], pairing: Pairing, observed: FleetObservation, knowledge: Knowledge
) -> tuple[Need, ...]:
    """Return what is worth asking a registry for, sorted by digest: nothing where every image is decided.

    First the pin's own closure; where that does not decide, the closures of what the running image goes by.
    """
    hosts = {host.host: host for host in observed.hosts if isinstance(host, Reached)}
    wanted: dict[Digest, dict[str, Reference]] = {}
    for module in modules:
        host = hosts.get(module.host)
        for container in pairing.containers[module.name]:
            if host and isinstance(container, Container):
                running = host.running_image(container)
                for need in _needs(module, running, knowledge):
                    known = wanted.setdefault(need.digest, {})
                    for one in need.repositories:
                        known.setdefault(one.repository, one)
    return tuple(Need(digest, tuple(wanted[digest].values())) for digest in sorted(wanted))


def wanted_tags(modules: tuple[Module, ...], pairing: Pairing) -> tuple[Reference, ...]:
    """Return the images of modules with a container by tag alone, sorted: those whose tag may have moved.

    A tag without a digest decides what is pinned. One beside a digest decides nothing and is worth a flag.
    """
    declared = {module.reference for module in modules if pairing.containers[module.name]}
    tagged = {replace(one, digest=None) for one in declared if one.tag or one.digest is None}
    return tuple(sorted(tagged, key=str))


def _needs(module: Module, running: RunningImage, knowledge: Knowledge) -> Iterator[Need]:
    pinned = knowledge.pinned(module.reference)
    verdict = judge_image(pinned, running, knowledge.closures)
    if verdict is Reason.CLOSURE_UNKNOWN and pinned.digest:
        yield Need(pinned.digest, (pinned,))
    elif verdict is Reason.CONTENT_UNKNOWN:
        for digest in sorted({candidate.digest for candidate in running.candidates} - knowledge.closures.keys()):
            yield Need(digest, tuple(_repositories(pinned, running)))


def _repositories(pinned: Reference, running: RunningImage) -> Iterator[Reference]:
    names = {candidate.repository for candidate in running.candidates if candidate.repository}
    yield pinned
    yield from map(parse_reference, sorted(names - {pinned.repository}))

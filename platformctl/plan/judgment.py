"""The verdict on one module: a pure function of what is declared and what was seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from platformctl.catalog.module import Module
from platformctl.identity.candidate import RunningImage
from platformctl.identity.image import judge_image, match_of
from platformctl.identity.knowledge import Knowledge
from platformctl.identity.reference import Reference
from platformctl.observation.container import Container, Undescribed
from platformctl.observation.engine import Engine
from platformctl.observation.host import HostObservation, Reached, Unreached
from platformctl.plan import omission
from platformctl.plan.flag import Flag, flags
from platformctl.plan.omission import omissions
from platformctl.plan.pairing import Listed
from platformctl.plan.plan import Change, Evidence, ModulePlan, NotCompared
from platformctl.reason import Reason, Verdict, worst

_RESULTS: Final = frozenset({"healthy", "unhealthy"})
"""What a health check can come to. Other words (`starting`, Podman's `reset` and `stopped`) are no result."""


@dataclass(frozen=True, slots=True)
class _Finding:
    """What one container says about its module.

    `unknown` holds what could not be compared, with the reason, `image` the rule that decided about the image.
    """

    changes: tuple[Change, ...] = ()
    unknown: tuple[tuple[str, Reason], ...] = ()
    image: tuple[Reason, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    flags: tuple[Flag, ...] = ()

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return (
            *(change.reason for change in self.changes),
            *(reason for _, reason in self.unknown),
            *self.image,
        )


def judge_module(
    module: Module, host: HostObservation | None, containers: tuple[Listed, ...], knowledge: Knowledge
) -> ModulePlan:
    """Decide about one module. Drift needs one proven difference, green a proof for every container.

    A host is None where it was not observed.
    """
    match host:
        case None:
            findings = [_Finding(unknown=(("container", Reason.OBSERVER_FAILED),))]
        case Unreached():
            findings = [_Finding(unknown=(("container", host.failure.reason),))]
        case Reached() if not containers:
            findings = [_absent(module, host)]
        case Reached():
            findings = [_judge_container(module, host, container, knowledge) for container in containers]
            findings += _hidden_replicas(module, host)
    return _sum_up(module, findings, containers)


def _sum_up(module: Module, findings: Iterable[_Finding], containers: tuple[Listed, ...]) -> ModulePlan:
    found = tuple(findings)
    reasons = [reason for finding in found for reason in finding.reasons]
    status = worst(frozenset(reason.verdict for reason in reasons))
    skipped = [NotCompared(path, why, why.sentence) for finding in found for path, why in finding.unknown]
    omitted = [NotCompared(path, why, omission.SENTENCES[why]) for path, why in omissions(module)]
    return ModulePlan(
        name=module.name,
        host=module.host,
        status=status,
        reason=next(reason for reason in reasons if reason.verdict is status),
        image=module.image,
        container=", ".join(container.name for container in containers) or module.target,
        changes=tuple(change for finding in found for change in finding.changes),
        evidence=tuple(evidence for finding in found for evidence in finding.evidence),
        not_compared=tuple(dict.fromkeys([*skipped, *omitted])),
        flags=tuple(sorted({flag for finding in found for flag in finding.flags})),
    )


def _absent(module: Module, host: Reached) -> _Finding:
    """Nothing fits. That proves absence only where every listed container could be told from the declared one."""
    if any(module.select or not listed.name for listed in host.undescribed):
        return _Finding(unknown=(("container", Reason.CONTAINER_UNDESCRIBED),))
    listed = len(host.containers) + len(host.undescribed)
    return _Finding(
        changes=(Change("container.exists", desired=True, observed=False, reason=Reason.CONTAINER_MISSING),),
        evidence=(Evidence("container list", "length", str(listed)), *_engine_evidence(host.engine)),
    )


def _hidden_replicas(module: Module, host: Reached) -> list[_Finding]:
    """A container without a description has no labels, so it may be one more replica of any service."""
    hidden = module.select and host.undescribed
    return [_Finding(unknown=(("container", Reason.CONTAINER_UNDESCRIBED),))] if hidden else []


def _judge_container(module: Module, host: Reached, container: Listed, knowledge: Knowledge) -> _Finding:
    if isinstance(container, Undescribed):
        return _Finding(unknown=(("container", Reason.CONTAINER_UNDESCRIBED),))
    running = host.running_image(container)
    pinned = knowledge.pinned(module.reference)
    image = judge_image(pinned, running, knowledge.closures)
    evidence = (
        *_image_evidence(pinned, running, knowledge),
        *_failure_evidence(host),
        *_engine_evidence(host.engine),
    )
    finding = _Finding(
        changes=(*_image_change(module, running, image), *_state_changes(module, container)),
        unknown=tuple(_unknowns(module, container, image)),
        image=(image,),
        evidence=(*evidence, *_closure_evidence(module.reference, pinned, knowledge)),
        flags=flags(module, container, running, knowledge),
    )
    return _labelled(finding, container.name) if module.select else finding


def _labelled(finding: _Finding, name: str) -> _Finding:
    """Name the replica that a change or a fact is about."""
    return replace(
        finding,
        changes=tuple(replace(change, container=name) for change in finding.changes),
        evidence=tuple(replace(evidence, container=name) for evidence in finding.evidence),
    )


def _image_change(module: Module, running: RunningImage, image: Reason) -> Iterator[Change]:
    if image.verdict is Verdict.DRIFT:
        yield Change("container.image", module.image, describe(running), image)


def _state_changes(module: Module, container: Container) -> Iterator[Change]:
    expect = module.expect
    if container.state != expect.state:
        yield Change("container.state", expect.state, container.state, Reason.STATE_DIFFERS)
    if expect.health and container.health in _RESULTS - {expect.health}:
        yield Change("container.health", expect.health, str(container.health), Reason.HEALTH_DIFFERS)


def _unknowns(module: Module, container: Container, image: Reason) -> Iterator[tuple[str, Reason]]:
    if image.verdict is Verdict.INCONCLUSIVE:
        yield "container.image", image
    if module.expect.health and container.health not in _RESULTS:
        yield "container.health", Reason.HEALTH_UNDECIDED if container.health else Reason.HEALTH_UNREPORTED


def describe(running: RunningImage) -> str:
    """Name a running image for people: the names with digests that it goes by, or else its ID."""
    names = sorted({f"{c.repository}@{c.digest}" for c in running.candidates if c.repository})
    return ", ".join(names[:3]) or f"image {running.image_id or 'of unknown ID'}"


def _image_evidence(pinned: Reference, running: RunningImage, knowledge: Knowledge) -> Iterator[Evidence]:
    for candidate in running.candidates:
        value = f"{candidate.repository}@{candidate.digest}" if candidate.repository else candidate.digest
        match = match_of(candidate, pinned, knowledge.closures)
        yield Evidence(candidate.call, candidate.field, value, match)


def _failure_evidence(host: Reached) -> Iterator[Evidence]:
    if host.images_failure:
        yield Evidence("image inspect", "error", f"{host.images_failure.reason}: {host.images_failure.message}")


def _engine_evidence(engine: Engine) -> Iterator[Evidence]:
    yield Evidence("version", "version", f"{engine.name} {engine.version}")
    yield Evidence("version", "apiVersion", engine.api_version)
    yield Evidence("info", "imageStore", engine.image_store)


def _closure_evidence(declared: Reference, pinned: Reference, knowledge: Knowledge) -> Iterator[Evidence]:
    if declared.digest is None and pinned.digest:
        yield Evidence("registry", "tag", str(pinned))
    if knowledge.tag_moved(declared):
        yield Evidence("registry", "tag", str(knowledge.pinned(replace(declared, digest=None))))
    for wanted in filter(None, (str(declared), pinned.digest)):
        if wanted in knowledge.unread:
            yield Evidence("registry", "error", knowledge.unread[wanted])
    closure = knowledge.closure_of(pinned)
    if closure:
        yield Evidence("closure", "source", closure.source)
        for digest in sorted(closure.config_digests):
            yield Evidence("closure", "config", digest)

"""Which rule decided about the image of each container of a module, for whoever asks why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from platformctl.catalog.catalog import Catalog
from platformctl.catalog.module import Module
from platformctl.identity.closure import Closure
from platformctl.identity.content import ImageContent
from platformctl.identity.image import judge_image
from platformctl.identity.knowledge import Knowledge
from platformctl.observation.container import Container
from platformctl.observation.host import FleetObservation, Reached
from platformctl.plan.pairing import pair
from platformctl.reason import Reason


@dataclass(frozen=True, slots=True)
class Decision:
    """The rule that decided about one container's image; `settings` are those that differ, where they decided."""

    container: str
    reason: Reason
    settings: tuple[str, ...] = ()


def image_decisions(
    desired: Catalog, module: Module, observed: FleetObservation, knowledge: Knowledge
) -> tuple[Decision, ...]:
    """Return a decision for each container that the host described, sorted by name."""
    return tuple(_decisions(desired, module, observed, knowledge))


def _decisions(
    desired: Catalog, module: Module, observed: FleetObservation, knowledge: Knowledge
) -> Iterator[Decision]:
    hosts = {host.host: host for host in observed.hosts if isinstance(host, Reached)}
    host = hosts.get(module.host)
    pinned = knowledge.pinned(module.reference)
    closure = knowledge.closure_of(pinned)
    for container in pair(desired.modules, observed).containers[module.name]:
        if host and isinstance(container, Container):
            running = host.running_image(container)
            reason, content = judge_image(pinned, running, knowledge.closures), running.content
            settings = _differing(content, closure) if content and closure and reason is Reason.SETTINGS_DIFFER else ()
            yield Decision(container.name, reason, settings)


def _differing(running: ImageContent, closure: Closure) -> tuple[str, ...]:
    """Name the settings that the running image has otherwise than every image of the pin with its layers."""
    alike = [one.content.runtime for one in closure.configs if one.content.layers == running.layers]
    return tuple(sorted({key for settings in alike for key, _ in settings ^ running.runtime}))

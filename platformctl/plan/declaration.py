"""Declaring what runs: modules for containers that no module declares yet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, get_args

from platformctl.catalog.definition import NAME_PATTERN
from platformctl.catalog.module import CONTAINER_PATTERN
from platformctl.catalog.probe import State
from platformctl.observation.container import ComposeService, Container
from platformctl.observation.host import Reached

_NAME: Final = re.compile(NAME_PATTERN)
_CONTAINER: Final = re.compile(CONTAINER_PATTERN)


@dataclass(frozen=True, slots=True)
class Declaration:
    """A module to write: `content` is module.yaml as data; `pinned` says whether its image is a digest."""

    name: str
    content: Mapping[str, Any]
    pinned: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A container that cannot be declared, and why."""

    name: str
    why: str


Declared: TypeAlias = Declaration | LeftOut


def declare(host: Reached, containers: Iterable[Container]) -> tuple[Declared, ...]:
    """Declare containers as they are now, sorted by name, so that a plan of the same moment finds them in-sync.

    All replicas of a Compose service become one module where they are alike, and a module each where they are not.
    """
    chosen = tuple(containers)
    services = _alike(host, chosen)
    alone = [one for one in chosen if one.compose not in services]
    modules = [_declaration(host, one, None) for one in alone]
    modules += [_declaration(host, one, service) for service, one in services.items()]
    return tuple(sorted(modules, key=lambda one: one.name))


def _alike(host: Reached, chosen: tuple[Container, ...]) -> Mapping[ComposeService, Container]:
    """Return one container for each service whose replicas are several, all chosen, and of one image and state."""
    replicas = Counter(one.compose for one in host.containers)
    wanted = Counter(one.compose for one in chosen)
    kinds = {one.compose: (one.image_id, one.state) for one in chosen}
    unlike = {one.compose for one in chosen if (one.image_id, one.state) != kinds[one.compose]}
    return {
        one.compose: one
        for one in sorted(chosen, key=lambda one: one.name)
        if one.compose and 1 < replicas[one.compose] == wanted[one.compose] and one.compose not in unlike
    }


def _declaration(host: Reached, container: Container, service: ComposeService | None) -> Declared:
    name = service.service if service else container.name
    image = _pin(host, container)
    obstacle = _obstacle(name, container, image)
    if obstacle:
        return LeftOut(name, obstacle)
    content = {
        "schema": "platformctl/module/v1",
        "name": name,
        "host": host.host,
        **_selector(container, service),
        "image": image or container.requested_image,
        **({"expect": {"state": container.state}} if container.state != "running" else {}),
    }
    return Declaration(name, content, pinned=image is not None)


def _obstacle(name: str, container: Container, image: str | None) -> str | None:
    if not _NAME.fullmatch(name):
        return "a module cannot have this name: up to 63 letters, digits, dots, dashes and underscores"
    if not _CONTAINER.fullmatch(container.name):
        return f"{container.name!r} is no name that a container can have"
    if container.state not in get_args(State):
        return f"its state {container.state!r} cannot be declared"
    if not (image or container.requested_repository):
        return "it was created from an image ID, and the host knows no repository and digest for that image"
    return None


def _selector(container: Container, service: ComposeService | None) -> Mapping[str, Any]:
    if service:
        return {"select": {"project": service.project, "service": service.service}}
    return {"container": container.name}


def _pin(host: Reached, container: Container) -> str | None:
    """Return the image as repository@digest: as it was created, else under the repository it was created from."""
    named = [
        (one.field != "Config.Image", one.repository != container.requested_repository, one.repository, one.digest)
        for one in host.running_image(container).candidates
        if one.repository
    ]
    best = min(named, default=None)
    return f"{best[2]}@{best[3]}" if best else None

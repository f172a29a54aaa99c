"""Declaring what runs: modules for containers that no module declares yet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from platformctl.catalog.definition import NAME_PATTERN
from platformctl.observation.container import ComposeService, Container
from platformctl.observation.host import Reached

_NAME: Final = re.compile(NAME_PATTERN)


@dataclass(frozen=True, slots=True)
class Declaration:
    """A module to write: `content` is module.yaml as data; `pinned` says whether its image is a digest."""

    name: str
    content: Mapping[str, Any]
    pinned: bool


def declare(host: Reached, containers: Iterable[Container]) -> tuple[Declaration, ...]:
    """Declare containers as they are now, sorted by name; replicas of one Compose service become one module.

    A container that was created from an image ID and has no digest cannot be named, and is left out.
    """
    ordered = sorted(containers, key=lambda container: (_group(container), container.name))
    groups = [list(group) for _, group in groupby(ordered, key=_group)]
    found = [_declaration(host, group) for group in groups]
    return tuple(sorted((one for one in found if one), key=lambda one: one.name))


def _group(container: Container) -> tuple[str, str]:
    return (container.compose.project, container.compose.service) if container.compose else ("", container.name)


def _declaration(host: Reached, containers: list[Container]) -> Declaration | None:
    container = containers[0]
    image = _pin(host, container)
    several = container.compose if len(containers) > 1 else None
    name = several.service if several else container.name
    if not (image or container.requested_repository) or not _NAME.fullmatch(name):
        return None
    content = {
        "schema": "platformctl/module/v1",
        "name": name,
        "host": host.host,
        **_selector(container, several),
        "image": image or container.requested_image,
        **({"expect": {"state": container.state}} if container.state != "running" else {}),
    }
    return Declaration(name, content, pinned=image is not None)


def _selector(container: Container, several: ComposeService | None) -> Mapping[str, Any]:
    if several:
        return {"select": {"project": several.project, "service": several.service}}
    return {"container": container.name}


def _pin(host: Reached, container: Container) -> str | None:
    """Return the image as repository@digest: under the name it was created from where it still has that name."""
    named = [(c.repository, c.digest) for c in host.running_image(container).candidates if c.repository]
    own = [pair for pair in named if pair[0] == container.requested_repository]
    repository, digest = min(own or named, default=(None, None))
    return f"{repository}@{digest}" if repository else None

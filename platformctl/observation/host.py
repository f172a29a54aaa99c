"""One look at one host: everything that it said, or why it said nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from platformctl.errors import Failure
from platformctl.identity.candidate import Candidate, ImageStore, RunningImage
from platformctl.identity.content import ImageContent, same_platform
from platformctl.identity.digest import Digest
from platformctl.observation.container import MANIFEST_FIELD, Container, Undescribed
from platformctl.observation.engine import Engine
from platformctl.observation.image import Image


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a look went: how often it was tried, how long the last try took, and every command that reached the host.

    `commands` holds argument lists as the host's shell or API got them, in order.
    """

    tries: int
    duration_ms: int
    commands: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Reached:
    """A host that answered.

    `containers` and `undescribed` together are all containers of the host, running or not: a name in neither is not
    there. `images` holds the record of every image that the engine still has; `images_failure` says why the second
    question failed, and then `images` is empty because nothing is known, not because nothing is there.
    """

    host: str
    taken_at: str
    engine: Engine
    containers: tuple[Container, ...]
    undescribed: tuple[Undescribed, ...]
    images: tuple[Image, ...]
    images_failure: Failure | None
    attempt: Attempt

    def running_image(self, container: Container) -> RunningImage:
        """Merge what both questions say about the image of a container."""
        image = self._image(container.image_id)
        merged: tuple[Candidate, ...] = (*container.candidates, *(image.candidates if image else ()))
        content = image.content if image else None
        return RunningImage(
            image_id=container.image_id,
            store=self._store_of(container),
            candidates=tuple(sorted(set(merged), key=_place)),
            platform=container.platform or (image.platform if image else None),
            content=content,
            content_is_certain=self.engine.name == "podman" or _same(container.platform, content),
        )

    def _store_of(self, container: Container) -> ImageStore:
        """Only the containerd store names a container's manifest (API 1.48): beside that no other claim counts."""
        named = any(candidate.field == MANIFEST_FIELD for candidate in container.candidates)
        return ImageStore.CONTAINERD if named else self.engine.image_store

    def _image(self, identifier: Digest | None) -> Image | None:
        return next((image for image in self.images if image.id == identifier), None)


@dataclass(frozen=True, slots=True)
class Unreached:
    """A host that could not be looked at: nothing is known about what runs there."""

    host: str
    taken_at: str
    failure: Failure
    attempt: Attempt


HostObservation: TypeAlias = Reached | Unreached


@dataclass(frozen=True, slots=True)
class FleetObservation:
    """One look at each host, sorted by host."""

    hosts: tuple[HostObservation, ...]

    def __post_init__(self) -> None:
        """Sort, so that the order of answers never matters."""
        object.__setattr__(self, "hosts", tuple(sorted(self.hosts, key=lambda host: host.host)))


def _same(platform: str | None, content: ImageContent | None) -> bool:
    return content is not None and same_platform(platform, content.platform)


def _place(candidate: Candidate) -> tuple[str, str, str, str]:
    return (candidate.call, candidate.field, candidate.digest, candidate.repository or "")

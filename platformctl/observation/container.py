"""A container as its engine describes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from platformctl.identity.candidate import (
    Candidate,
    digest_candidate,
    readable_reference,
    reference_candidate,
)
from platformctl.identity.digest import Digest, parse_digest, parse_image_id
from platformctl.identity.reference import Reference
from platformctl.observation.document import mapping, text
from platformctl.observation.platform import parse_platform
from platformctl.published import Published

CALL: Final = "container inspect"
MANIFEST_FIELD: Final = "ImageManifestDescriptor.digest"
_ID: Final = re.compile(r"[a-f0-9]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ComposeService:
    """The compose project and service that a container's labels name."""

    project: str
    service: str


@dataclass(frozen=True, slots=True)
class Container:
    """What `docker inspect` says about one container, as far as a verdict can use it.

    `state` is the engine's word (`running`, `exited`, …), `health` its word for the health check or None where the
    container has none. `requested_image` is the name it was created from, which proves nothing.
    """

    id: str
    name: str
    image_id: Digest | None
    requested_image: str
    requested_repository: str | None
    candidates: tuple[Candidate, ...]
    platform: str | None
    state: str
    health: str | None
    compose: ComposeService | None


@dataclass(frozen=True, slots=True, order=True)
class Undescribed(Published):
    """A container that the host lists and did not describe: it exists, and no more is known."""

    id: str
    name: str


def parse_container(document: object) -> Container | Undescribed | None:
    """Read one element of what `docker inspect` prints (Docker 20.10 to 28.5, Podman 4.3).

    Returns None where not even the container's ID can be read: then the answer as a whole is rubbish.
    """
    record = mapping(document)
    identifier, name = text(record.get("Id")), text(record.get("Name")).removeprefix("/")
    if not _ID.fullmatch(identifier):
        return None
    state = mapping(record.get("State"))
    status = text(state.get("Status"))
    if not (name and status):
        return Undescribed(identifier, name)
    config = mapping(record.get("Config"))
    image_id = parse_image_id(record.get("Image"))
    named = _requested(text(config.get("Image")), image_id)
    descriptor = mapping(record.get("ImageManifestDescriptor"))
    return Container(
        id=identifier,
        name=name,
        image_id=image_id,
        requested_image=text(config.get("Image")),
        requested_repository=named.repository if named else None,
        candidates=_candidates(record, config, descriptor),
        platform=parse_platform(mapping(descriptor.get("platform"))),
        state=status,
        health=_health(state),
        compose=_compose(mapping(config.get("Labels"))),
    )


def _requested(image: str, image_id: Digest | None) -> Reference | None:
    """A short image ID reads like a repository of the Docker Hub, and is none (Docker 20.10 keeps it as given)."""
    is_id = bool(image_id and image and image_id.partition(":")[2].startswith(image))
    return None if is_id else readable_reference(image)


def own_name(names: Iterable[str]) -> str:
    """Choose a container's own name among those it is listed by: names that links gave it have a slash inside."""
    bare = (name.removeprefix("/") for name in names)
    return next((name for name in bare if "/" not in name), "")


def _candidates(
    record: Mapping[str, object], config: Mapping[str, object], descriptor: Mapping[str, object]
) -> tuple[Candidate, ...]:
    return (
        *digest_candidate(CALL, "Image", parse_image_id(record.get("Image"))),
        *reference_candidate(CALL, "Config.Image", config.get("Image")),
        *digest_candidate(CALL, MANIFEST_FIELD, parse_digest(descriptor.get("digest"))),
        *digest_candidate(CALL, "ImageDigest", parse_digest(record.get("ImageDigest"))),
    )


def _health(state: Mapping[str, object]) -> str | None:
    """Docker leaves `Health` out, and Podman leaves its status empty, where a container has no health check."""
    status = text(mapping(state.get("Health")).get("Status"))
    return None if status in {"", "none"} else status


def _compose(labels: Mapping[str, object]) -> ComposeService | None:
    """A one-off container (`compose run`) is not one of the service's replicas."""
    project, service = (text(labels.get(f"com.docker.compose.{key}")) for key in ("project", "service"))
    one_off = text(labels.get("com.docker.compose.oneoff")).lower() == "true"
    return ComposeService(project, service) if project and service and not one_off else None

"""Candidates: the digests that name a running image, each with the place it came from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from platformctl.errors import ReferenceInvalid
from platformctl.identity.content import ImageContent
from platformctl.identity.digest import Digest
from platformctl.identity.reference import Reference, parse_reference


class ImageStore(StrEnum):
    """How an engine keeps images; it decides what an image ID is (config digest, or manifest or index digest)."""

    CLASSIC = "classic"
    CONTAINERD = "containerd"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """One name for the running image.

    `call` is the read-only question that was asked (`container inspect`, `image inspect`), `field` the path in its
    answer (`Image`, `RepoDigests[0]`), `repository` the normalised name beside the digest where there was one.
    """

    call: str
    field: str
    digest: Digest
    repository: str | None = None


@dataclass(frozen=True, slots=True)
class RunningImage:
    """All that is known about the image of one container.

    `image_id` is the container's own `Image` field, and `store` says what that is the digest of. `platform` is
    `os/architecture[/variant]` where the engine tells it. `content` is what the image record shows, and
    `content_is_certain` says whether that is the content of this very container: an engine shows the record of one
    platform, while a container may run another one of the same index.
    """

    image_id: Digest | None
    store: ImageStore
    candidates: tuple[Candidate, ...]
    platform: str | None
    content: ImageContent | None
    content_is_certain: bool


def digest_candidate(call: str, field: str, digest: Digest | None) -> tuple[Candidate, ...]:
    """Return a candidate for a field that holds a digest; none where the field is empty."""
    return (Candidate(call, field, digest),) if digest else ()


def reference_candidate(call: str, field: str, text: object) -> tuple[Candidate, ...]:
    """Return a candidate for a field that holds a name: only a name with a digest says which image it means."""
    named = readable_reference(text)
    return (Candidate(call, field, named.digest, named.repository),) if named and named.digest else ()


def readable_reference(text: object) -> Reference | None:
    """Return the reference an engine printed, or None: engines print `<none>@<none>`, IDs and empty texts too."""
    try:
        return parse_reference(text) if isinstance(text, str) else None
    except ReferenceInvalid:
        return None

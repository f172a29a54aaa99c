"""An image record as its engine describes it, asked for by ID."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from platformctl.identity.candidate import Candidate, digest_candidate, reference_candidate
from platformctl.identity.content import ImageContent, image_content
from platformctl.identity.digest import Digest, parse_digest, parse_image_id
from platformctl.observation.document import items, mapping
from platformctl.observation.platform import parse_platform

CALL: Final = "image inspect"
MAX_REPO_DIGESTS: Final = 1000


@dataclass(frozen=True, slots=True)
class Image:
    """What `docker image inspect <id>` says about one image: its ID, every digest that names it, what it holds."""

    id: Digest
    candidates: tuple[Candidate, ...]
    platform: str | None
    content: ImageContent | None = None


def parse_image(document: object) -> Image | None:
    """Read one element of what `docker image inspect` prints, or None where it has no ID.

    Every entry of RepoDigests counts, whatever its repository: their order is not their age, and a digest is the same
    bytes under any name (Docker 20.10 sorts them by name).
    """
    record = mapping(document)
    identifier = parse_image_id(record.get("Id"))
    if identifier is None:
        return None
    names = items(record.get("RepoDigests"))[:MAX_REPO_DIGESTS]
    listed = (reference_candidate(CALL, f"RepoDigests[{index}]", name) for index, name in enumerate(names))
    platform, layers = parse_platform(record), mapping(record.get("RootFS")).get("Layers")
    return Image(
        id=identifier,
        candidates=(
            *digest_candidate(CALL, "Id", identifier),
            *digest_candidate(CALL, "Descriptor.digest", parse_digest(mapping(record.get("Descriptor")).get("digest"))),
            *digest_candidate(CALL, "Digest", parse_digest(record.get("Digest"))),
            *(candidate for found in listed for candidate in found),
        ),
        platform=platform,
        content=image_content(platform, layers, record.get("Created"), record.get("Config")),
    )

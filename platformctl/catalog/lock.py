"""The lock of a module: the closure of its pinned digest, kept beside the pin."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from platformctl.catalog.definition import Definition
from platformctl.identity.closure import Closure, ImageConfig, Manifest
from platformctl.identity.digest import Digest, parse_digest


def _is_digest(text: str) -> Digest:
    digest = parse_digest(text)
    if digest is None:
        raise ValueError("should be a digest such as sha256: and 64 lower-case hex digits")
    return digest


DigestText = Annotated[str, AfterValidator(_is_digest)]


class LockedManifest(Definition):
    """An index (platform: null) or a platform's manifest."""

    digest: DigestText
    media_type: str = Field(alias="mediaType")
    platform: str | None


class LockedConfig(Definition):
    """The config of one platform's image."""

    digest: DigestText
    platform: str
    diff_ids: Annotated[tuple[DigestText, ...], Field(strict=False)] = Field(alias="diffIds")
    config: dict[str, Any] = Field(description="The image config's runtime part, as the registry has it")


class Lock(Definition):
    """The content of modules/<name>/image.lock.json."""

    format: Literal["platformctl/image-lock/v1"] = Field(alias="schema")
    image: str = Field(description="The pinned reference as module.yaml has it")
    digest: DigestText
    manifests: Annotated[tuple[LockedManifest, ...], Field(strict=False, min_length=1)]
    configs: Annotated[tuple[LockedConfig, ...], Field(strict=False, min_length=1)]

    def closure(self, source: str) -> Closure:
        """Return what the lock says as a closure; `source` names the file."""
        return Closure(
            digest=Digest(self.digest),
            manifests=tuple(Manifest(Digest(m.digest), m.media_type, m.platform) for m in self.manifests),
            configs=tuple(
                ImageConfig(Digest(c.digest), c.platform, tuple(map(Digest, c.diff_ids))) for c in self.configs
            ),
            source=source,
        )

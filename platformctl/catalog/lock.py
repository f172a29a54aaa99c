"""The lock of a module: the closure of its pinned digest, kept beside the pin."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from platformctl.catalog.definition import Definition, form
from platformctl.identity.closure import Closure, ImageConfig, Manifest
from platformctl.identity.digest import HEX_LENGTHS, Digest

_DIGESTS = "|".join(f"{algorithm}:[a-f0-9]{{{length}}}" for algorithm, length in HEX_LENGTHS.items())
DigestText = Annotated[str, form(f"^({_DIGESTS})$", "a digest such as sha256: and 64 lower-case hex digits")]


class LockedManifest(Definition):
    """An index (platform: null) or a platform's manifest."""

    digest: DigestText = Field(description="Digest of the manifest")
    media_type: str = Field(alias="mediaType", description="What kind of manifest or index it is")
    platform: str | None = Field(description="os/architecture[/variant]; null for an index")


class LockedConfig(Definition):
    """The config of one platform's image."""

    digest: DigestText = Field(description="Digest of the config")
    platform: str = Field(description="os/architecture[/variant]")
    diff_ids: Annotated[tuple[DigestText, ...], Field(strict=False)] = Field(
        alias="diffIds", description="Digests of the uncompressed layers, lowest first"
    )
    config: dict[str, Any] = Field(description="The image config's runtime part, as the registry has it")


class Lock(Definition):
    """The content of modules/<name>/image.lock.json."""

    format: Literal["platformctl/image-lock/v1"] = Field(alias="schema", description="The form of this file")
    image: str = Field(description="The pinned reference as module.yaml has it")
    digest: DigestText = Field(description="The pinned digest, which all below is the meaning of")
    manifests: Annotated[tuple[LockedManifest, ...], Field(strict=False, min_length=1)] = Field(
        description="The root and every index and platform manifest below it"
    )
    configs: Annotated[tuple[LockedConfig, ...], Field(strict=False, min_length=1)] = Field(
        description="The config of every platform"
    )

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

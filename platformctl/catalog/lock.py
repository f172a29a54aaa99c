"""The lock of a module: the closure of its pinned digest, kept beside the pin."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from platformctl.catalog.definition import Definition
from platformctl.identity.closure import Closure, ImageConfig, Manifest
from platformctl.identity.content import image_content
from platformctl.identity.digest import Digest, parse_digest

FILE: Final = "image.lock.json"


def _is_digest(text: str) -> Digest:
    digest = parse_digest(text)
    if digest is None:
        raise ValueError("should be a digest such as sha256: and 64 lower-case hex digits")
    return digest


DigestText = Annotated[str, AfterValidator(_is_digest)]


class LockedManifest(Definition):
    """An index (platform: null) or a platform's manifest."""

    digest: DigestText = Field(description="Digest of the manifest")
    media_type: str = Field(alias="mediaType", description="What kind of manifest or index it is")
    platform: str | None = Field(description="os/architecture[/variant]; null for an index")


class LockedConfig(Definition):
    """The config of one platform's image."""

    digest: DigestText = Field(description="Digest of the config")
    platform: str = Field(description="os/architecture[/variant]")
    diff_ids: Annotated[tuple[DigestText, ...], Field(strict=False, min_length=1)] = Field(
        alias="diffIds", description="Digests of the uncompressed layers, lowest first"
    )
    created: str = Field("", description="When the image was made, as the config says")
    config: dict[str, Any] = Field(description="The image config's runtime part, as the registry has it")

    def image_config(self) -> ImageConfig | None:
        """Return the config as a value."""
        content = image_content(self.platform, self.diff_ids, self.created, self.config)
        return ImageConfig(Digest(self.digest), content) if content else None


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

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.digest not in {manifest.digest for manifest in self.manifests}:
            raise ValueError("manifests: the pinned digest should be the first of them")
        if not all(config.image_config() for config in self.configs):
            raise ValueError("configs: each should have a platform and its layers")
        return self

    def closure(self, source: str) -> Closure:
        """Return what the lock says as a closure; `source` names the file."""
        return Closure(
            digest=Digest(self.digest),
            manifests=tuple(Manifest(Digest(m.digest), m.media_type, m.platform) for m in self.manifests),
            configs=tuple(found for config in self.configs if (found := config.image_config())),
            source=source,
        )


def lock_text(image: str, closure: Closure) -> str:
    """Return the lock of a pinned image: the same closure gives the same bytes, and a diff shows what changed."""
    lock = {
        "schema": "platformctl/image-lock/v1",
        "image": image,
        "digest": closure.digest,
        "manifests": [
            {"digest": m.digest, "mediaType": m.media_type, "platform": m.platform} for m in closure.manifests
        ],
        "configs": [_locked(config) for config in closure.configs],
    }
    return json.dumps(lock, indent=2) + "\n"


def _locked(config: ImageConfig) -> dict[str, Any]:
    content = config.content
    return {
        "digest": config.digest,
        "platform": content.platform,
        "diffIds": content.layers,
        "created": content.created,
        "config": {key: json.loads(value) for key, value in content.settings},
    }

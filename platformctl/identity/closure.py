"""Closures: everything that a pinned digest means. A closure is immutable, so it can be kept for ever."""

from __future__ import annotations

from dataclasses import dataclass

from platformctl.identity.content import ImageContent
from platformctl.identity.digest import Digest


@dataclass(frozen=True, slots=True)
class Manifest:
    """An index (`platform` is None) or the manifest of one platform. Attestations are not among them."""

    digest: Digest
    media_type: str
    platform: str | None


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """The config of one platform's image: its digest, and what it says."""

    digest: Digest
    content: ImageContent

    @property
    def platform(self) -> str:
        """Return `os/architecture[/variant]`."""
        return self.content.platform


@dataclass(frozen=True, slots=True)
class Closure:
    """The manifests and configs below one digest, complete: a closure with an unread child is no closure.

    `source` tells where it was read, such as `modules/web/image.lock.json`.
    """

    digest: Digest
    manifests: tuple[Manifest, ...]
    configs: tuple[ImageConfig, ...]
    source: str

    @property
    def manifest_digests(self) -> frozenset[Digest]:
        """The root and every index and platform manifest below it."""
        return frozenset((self.digest, *(manifest.digest for manifest in self.manifests)))

    @property
    def config_digests(self) -> frozenset[Digest]:
        """The config of every platform."""
        return frozenset(config.digest for config in self.configs)

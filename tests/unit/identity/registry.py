"""A registry of images as they truly are: configs, manifests, indexes, all as real bodies under real digests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from platformctl.identity.closure import Closure
from platformctl.identity.digest import Digest
from platformctl.identity.walk import ClosureUnread, walk


def digest_of(body: bytes) -> Digest:
    """Return the digest of a body."""
    return Digest(f"sha256:{hashlib.sha256(body).hexdigest()}")


def written(document: object) -> bytes:
    """Return a document as a registry keeps it."""
    return json.dumps(document).encode()


@dataclass(frozen=True, slots=True)
class Build:
    """What was built for one platform. `platform` is what it is for; not every builder writes the variant down."""

    platform: str
    tells_variant: bool = True
    layers: int = 0
    mode: int = 0
    health: bool = False
    day: int = 1

    @property
    def platform_parts(self) -> Mapping[str, str]:
        """What the config says about the platform."""
        keys = ("os", "architecture", "variant")[: 3 if self.tells_variant else 2]
        return dict(zip(keys, self.platform.split("/"), strict=False))

    @property
    def entry(self) -> Mapping[str, str]:
        """What an index says about the platform: always the variant, but for arm64, which has one only."""
        parts = self.platform.removesuffix("/v8") if "/arm64/" in self.platform else self.platform
        return dict(zip(("os", "architecture", "variant"), parts.split("/"), strict=False))

    @property
    def diff_ids(self) -> list[str]:
        """The layers."""
        return [f"sha256:{0xBA5E:064x}", f"sha256:{self.layers:064x}"]

    @property
    def created(self) -> str:
        """When it was built."""
        return f"2026-01-{self.day:02}T03:04:05.120000000Z"

    @property
    def settings(self) -> dict[str, Any]:
        """How it is run."""
        health = {"Healthcheck": {"Test": ["CMD", "true"]}} if self.health else {}
        return {"Cmd": ["/bin/app"], "Env": ["PATH=/bin", f"MODE={self.mode}"], "Labels": {"a": "b"}, **health}

    @property
    def config(self) -> bytes:
        """The config."""
        rootfs = {"type": "layers", "diff_ids": self.diff_ids}
        return written({**self.platform_parts, "created": self.created, "config": self.settings, "rootfs": rootfs})


@dataclass(frozen=True, slots=True)
class Packed:
    """A build as it was pushed once: packed in another way it has another manifest and the same config."""

    build: Build
    packing: int = 0

    @property
    def body(self) -> bytes:
        """The manifest."""
        config = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest_of(self.build.config)}
        return written({"schemaVersion": 2, "config": config, "layers": [{"size": self.packing}]})

    @property
    def digest(self) -> Digest:
        """What it is pulled by."""
        return digest_of(self.body)

    @property
    def images(self) -> tuple[Packed, ...]:
        """Itself."""
        return (self,)


@dataclass(frozen=True, slots=True)
class Index:
    """Several images under one digest. Pushed again with another attestation it has another digest."""

    children: tuple[Node, ...]
    attestation: int = 0

    @property
    def body(self) -> bytes:
        """The index; entries name platforms, and an inner index has none."""
        attestation = {
            "digest": f"sha256:{self.attestation:064x}",
            "platform": {"os": "unknown", "architecture": "unknown"},
            "annotations": {"vnd.docker.reference.type": "attestation-manifest"},
        }
        entries = [_entry(child) for child in self.children]
        return written({"schemaVersion": 2, "manifests": [*entries, *([attestation] if self.attestation else [])]})

    @property
    def digest(self) -> Digest:
        """What it is pulled by."""
        return digest_of(self.body)

    @property
    def images(self) -> tuple[Packed, ...]:
        """What an engine can run of it: of two images for one platform the first is taken, whoever asks."""
        found: dict[str, Packed] = {}
        for child in self.children:
            for image in child.images:
                found.setdefault(image.build.platform, image)
        return tuple(found.values())


Node: TypeAlias = Packed | Index


def _entry(child: Node) -> dict[str, Any]:
    if isinstance(child, Index):
        return {"digest": child.digest}
    return {"digest": child.digest, "platform": child.build.entry}


def configs(node: Node) -> frozenset[bytes]:
    """Return every config that a node means, whichever an engine would take."""
    if isinstance(node, Packed):
        return frozenset((node.build.config,))
    return frozenset(config for child in node.children for config in configs(child))


def bodies(node: Node) -> dict[Digest, bytes]:
    """Return everything below a node by digest, attestations left out: nobody should ask for them."""
    if isinstance(node, Packed):
        return {node.digest: node.body, digest_of(node.build.config): node.build.config}
    found = {node.digest: node.body}
    for child in node.children:
        found |= bodies(child)
    return found


def closure(node: Node) -> Closure:
    """Return what a node means, as it is learned from a registry."""
    found = bodies(node)

    def fetch(digest: Digest, manifest: bool) -> bytes:  # noqa: FBT001  a Fetch
        if digest not in found:
            raise ClosureUnread(f"{digest}: {manifest}")
        return found[digest]

    return walk(node.digest, fetch, "registry")

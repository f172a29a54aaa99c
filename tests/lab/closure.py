"""Everything that a pinned digest means, asked from the registry and verified: the oracle for locks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypedDict

from .address import ask
from .errors import LabError
from .image import INDEXES, MANIFESTS, Document, digest_of

SCHEMA = "platformctl/image-lock/v1"
ATTESTATION = ("vnd.docker.reference.type", "attestation-manifest")


class LockedManifest(TypedDict):
    """An index, whose platform is None, or one platform's manifest."""

    digest: str
    mediaType: str
    platform: str | None


class LockedConfig(TypedDict):
    """An image config: its digest is the image ID of a classic store."""

    digest: str
    platform: str
    diffIds: list[str]
    created: str
    config: dict[str, Any]


class Lock(TypedDict):
    """A closure as it is kept beside the pin: the root first, everything else by digest."""

    schema: str
    image: str
    digest: str
    manifests: list[LockedManifest]
    configs: list[LockedConfig]


@dataclass(frozen=True, slots=True)
class _Repository:
    """A repository behind plain HTTP, as registries on loopback addresses are."""

    address: str
    path: str

    def read(self, kind: str, digest: str) -> Document:
        accept = {"Accept": ", ".join([*INDEXES, *MANIFESTS])} if kind == "manifests" else {}
        with ask(self.address, f"v2/{self.path}/{kind}/{digest}", headers=accept) as answer:
            body = answer.read()
        if digest_of(body) != digest:
            raise LabError(f"{self.address}/{self.path} gives {digest_of(body)} for {digest}")
        document: Document = json.loads(body)
        return document


def lock(image: str) -> Lock:
    """Return the lock of ``address/path[:tag]@digest``; every body was verified against its digest.

    Raises:
        LabError: a body does not have the digest it was asked by.
        OSError: the registry does not answer, or lacks a part.
    """
    name, digest = image.split("@")
    address, path = name.split("/", 1)
    found = list(_walk(_Repository(address, path.split(":")[0]), digest))
    configs = {config["digest"]: config for _, config in found if config}
    return Lock(
        schema=SCHEMA,
        image=image,
        digest=digest,
        manifests=sorted(
            (manifest for manifest, _ in found), key=lambda each: (each["digest"] != digest, each["digest"])
        ),
        configs=[configs[key] for key in sorted(configs)],
    )


def _walk(repository: _Repository, digest: str) -> Iterator[tuple[LockedManifest, LockedConfig | None]]:
    document = repository.read("manifests", digest)
    media_type = document["mediaType"]
    if media_type in INDEXES:
        yield LockedManifest(digest=digest, mediaType=media_type, platform=None), None
        for child in document["manifests"]:
            if not _is_attestation(child):
                yield from _walk(repository, child["digest"])
    else:
        config = _config(document["config"]["digest"], repository)
        yield LockedManifest(digest=digest, mediaType=media_type, platform=config["platform"]), config


def _config(digest: str, repository: _Repository) -> LockedConfig:
    document = repository.read("blobs", digest)
    parts = (document["os"], document["architecture"], document.get("variant"))
    return LockedConfig(
        digest=digest,
        platform="/".join(part for part in parts if part),
        diffIds=document["rootfs"]["diff_ids"],
        created=document.get("created", ""),
        config=document.get("config") or {},
    )


def _is_attestation(child: Document) -> bool:
    key, value = ATTESTATION
    platform = child.get("platform", {})
    unknown = platform.get("os") == platform.get("architecture") == "unknown"
    return bool(unknown or child.get("annotations", {}).get(key) == value)

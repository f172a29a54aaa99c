"""Images made in memory from a static busybox: the same input gives the same bytes and digests."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

BUSYBOX = Path("/bin/busybox")
APPLETS = ("sh", "sleep", "true", "false", "cat", "echo", "wget", "httpd")
CREATED = "2026-01-02T03:04:05Z"
RUN_FOR_A_DAY = ("/bin/sleep", "86400")

Document: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Family:
    """The media types of one of the two families of manifests that registries hold."""

    index: str
    manifest: str
    config: str
    layer: str


OCI = Family(
    index="application/vnd.oci.image.index.v1+json",
    manifest="application/vnd.oci.image.manifest.v1+json",
    config="application/vnd.oci.image.config.v1+json",
    layer="application/vnd.oci.image.layer.v1.tar+gzip",
)
DOCKER = Family(
    index="application/vnd.docker.distribution.manifest.list.v2+json",
    manifest="application/vnd.docker.distribution.manifest.v2+json",
    config="application/vnd.docker.container.image.v1+json",
    layer="application/vnd.docker.image.rootfs.diff.tar.gzip",
)
INDEXES = (OCI.index, DOCKER.index)
MANIFESTS = (OCI.manifest, DOCKER.manifest)


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes with a media type, addressed by their digest."""

    media_type: str
    body: bytes

    @property
    def digest(self) -> str:
        """The sha256 of the bytes, as registries write it."""
        return digest_of(self.body)

    def descriptor(self) -> Document:
        """Return what another document says to point here."""
        return {"mediaType": self.media_type, "digest": self.digest, "size": len(self.body)}


@dataclass(frozen=True, slots=True)
class Image:
    """One platform's manifest with everything it points at.

    Attributes:
        platform: ``os/architecture``; ``unknown/unknown`` for an attestation.
        annotations: what an index says beside the manifest's descriptor, as pairs.
    """

    platform: str
    manifest: Blob
    config: Blob
    layers: tuple[Blob, ...]
    annotations: tuple[tuple[str, str], ...] = ()

    @property
    def digest(self) -> str:
        """The manifest's digest."""
        return self.manifest.digest


@dataclass(frozen=True, slots=True)
class Index:
    """Several manifests, or indexes, under one digest."""

    manifest: Blob
    children: tuple[Image | Index, ...]

    @property
    def digest(self) -> str:
        """The index's digest."""
        return self.manifest.digest


Content: TypeAlias = Image | Index


def image(  # noqa: PLR0913  what an image is made of, each with its default
    files: Mapping[str, str],
    *,
    platform: str = "linux/amd64",
    config: Mapping[str, Any] | None = None,
    family: Family = OCI,
    compression: int = 9,
    created: str = CREATED,
) -> Image:
    """Make an image of two layers: busybox, and ``files`` by path.

    ``config`` is the runtime part of the image config; without a command of its own it sleeps for a day.
    Another gzip level (``compression``) gives another manifest of the same image config, another time (``created``)
    gives another config that runs alike.
    """
    tars = (_busybox(), _tar({path: text.encode() for path, text in files.items()}))
    layers = tuple(Blob(family.layer, _gzip(tar, compression)) for tar in tars)
    os_name, architecture = platform.split("/")
    document = {
        "created": created,
        "architecture": architecture,
        "os": os_name,
        "config": {"Cmd": list(RUN_FOR_A_DAY), "Env": ["PATH=/bin"]} | dict(config or {}),
        "rootfs": {"type": "layers", "diff_ids": [digest_of(tar) for tar in tars]},
        "history": [{"created": CREATED, "created_by": name} for name in ("busybox", "files")],
    }
    return _image(family, platform, Blob(family.config, _json(document)), layers)


def attestation(subject: Image) -> Image:
    """Make what a builder leaves beside an image to tell how it was built; no engine runs it."""
    statement = {"_type": "https://in-toto.io/Statement/v0.1", "subject": [{"digest": subject.digest}]}
    layer = Blob("application/vnd.in-toto+json", _json(statement))
    config = {
        "architecture": "unknown",
        "os": "unknown",
        "rootfs": {"type": "layers", "diff_ids": [layer.digest]},
    }
    annotations = {
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": subject.digest,
    }
    blob = Blob(OCI.config, _json(config))
    return _image(OCI, "unknown/unknown", blob, (layer,), tuple(annotations.items()))


def index(*children: Content, family: Family = OCI) -> Index:
    """Put images, or indexes, under one digest."""
    entries = [_entry(child) for child in children]
    document = {"schemaVersion": 2, "mediaType": family.index, "manifests": entries}
    return Index(Blob(family.index, _json(document)), children)


def multi_platform(files: Mapping[str, str], *, config: Mapping[str, Any] | None = None, family: Family = OCI) -> Index:
    """Make the index of a build for two platforms: linux/amd64, which runs in the lab, and linux/arm64."""
    platforms = ("linux/amd64", "linux/arm64")
    return index(*(image(files, platform=each, config=config, family=family) for each in platforms), family=family)


def digest_of(body: bytes) -> str:
    """Return the sha256 digest of bytes."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def _image(
    family: Family,
    platform: str,
    config: Blob,
    layers: tuple[Blob, ...],
    annotations: tuple[tuple[str, str], ...] = (),
) -> Image:
    document = {
        "schemaVersion": 2,
        "mediaType": family.manifest,
        "config": config.descriptor(),
        "layers": [layer.descriptor() for layer in layers],
    }
    return Image(platform, Blob(family.manifest, _json(document)), config, layers, annotations)


def _entry(child: Content) -> Document:
    entry = child.manifest.descriptor()
    if isinstance(child, Image):
        os_name, architecture = child.platform.split("/")
        entry["platform"] = {"architecture": architecture, "os": os_name}
        if child.annotations:
            entry["annotations"] = dict(child.annotations)
    return entry


@lru_cache(maxsize=1)
def _busybox() -> bytes:
    links = {f"bin/{applet}": "busybox" for applet in APPLETS}
    return _tar({"bin/busybox": BUSYBOX.read_bytes()}, links)


@lru_cache(maxsize=8)
def _gzip(tar: bytes, compression: int) -> bytes:
    return gzip.compress(tar, compression, mtime=0)


def _tar(files: Mapping[str, bytes], links: Mapping[str, str] | None = None) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path, body in files.items():
            member = tarfile.TarInfo(path.lstrip("/"))
            member.size, member.mode = len(body), 0o755
            archive.addfile(member, io.BytesIO(body))
        for path, target in (links or {}).items():
            link = tarfile.TarInfo(path)
            link.type, link.linkname = tarfile.SYMTYPE, target
            archive.addfile(link)
    return buffer.getvalue()


def _json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()

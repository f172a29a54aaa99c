"""Walking from a digest to everything that it means. Pure: how a body is fetched is the caller's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from platformctl.errors import PlatformctlError
from platformctl.identity.closure import Closure, ImageConfig, Manifest
from platformctl.identity.content import image_content
from platformctl.identity.digest import Digest, parse_digest

MAX_DEPTH: Final = 3
MAX_MANIFESTS: Final = 200
"""The widest public indexes have about thirty platforms."""

_CONFIG_TYPES: Final = frozenset(
    {
        "application/vnd.oci.image.config.v1+json",
        "application/vnd.docker.container.image.v1+json",
        "application/octet-stream",
        "application/json",
        "text/html",
        "",
    }
)
"""The configs of images, with the types that early registries and builders gave them and that dockerd runs still."""

Fetch: TypeAlias = Callable[[Digest, bool], bytes]
"""Returns the body of a digest. The second argument tells a manifest from a blob. Raises ClosureUnread."""


class ClosureUnread(PlatformctlError):
    """A part of a closure could not be read, so there is no closure: one with a part missing would lie."""


@dataclass(frozen=True, slots=True)
class _Found:
    manifest: Manifest
    config: ImageConfig | None


def walk(root: Digest, fetch: Fetch, source: str) -> Closure:
    """Read the closure of a digest: indexes at most three deep, manifests without attestations, their configs.

    Raises:
        ClosureUnread: a body could not be fetched, is not what its digest says, or is no image.
    """
    seen: dict[Digest, _Found | None] = {}
    try:
        _walk(root, fetch, seen, 0)
    except RecursionError:
        raise ClosureUnread(f"{root}: a body is nested deeper than any real one") from None
    found = {digest: one for digest, one in seen.items() if one}
    configs = {one.config.digest: one.config for one in found.values() if one.config}
    if not configs:
        raise ClosureUnread(f"{root}: none of its manifests is an image")
    return Closure(
        digest=root,
        manifests=(found[root].manifest, *(found[digest].manifest for digest in sorted(found) if digest != root)),
        configs=tuple(configs[digest] for digest in sorted(configs)),
        source=source,
    )


def verified(digest: Digest, body: bytes) -> bytes:
    """Return a body whose bytes are what the digest says.

    Raises:
        ClosureUnread: they are not.
    """
    algorithm, _, expected = digest.partition(":")
    if hashlib.new(algorithm, body).hexdigest() != expected:
        raise ClosureUnread(f"{digest}: the body that came is another one")
    return body


def _walk(digest: Digest, fetch: Fetch, seen: dict[Digest, _Found | None], depth: int) -> None:
    """Add a digest and what is below it to what was seen; an artifact beside images is nothing that can run."""
    if digest in seen:
        return
    if len(seen) >= MAX_MANIFESTS:
        raise ClosureUnread(f"{digest}: there are more than {MAX_MANIFESTS} manifests")
    document = _parse(digest, fetch(digest, True))  # noqa: FBT003  a manifest
    is_index, is_manifest = "manifests" in document, "config" in document or "layers" in document
    if is_index is is_manifest:
        raise ClosureUnread(f"{digest}: this is neither an index nor a manifest of schema 2")
    if is_manifest:
        seen[digest] = _platform_manifest(digest, document, fetch)
        return
    media_type = str(document.get("mediaType") or "application/vnd.oci.image.index.v1+json")
    seen[digest] = _Found(Manifest(digest, media_type, None), None)
    for child in _children(digest, document, depth):
        _walk(child, fetch, seen, depth + 1)


def _children(digest: Digest, document: Mapping[str, Any], depth: int) -> Iterator[Digest]:
    children = document["manifests"]
    if depth >= MAX_DEPTH:
        raise ClosureUnread(f"{digest}: indexes are nested more than {MAX_DEPTH} deep")
    if not isinstance(children, list):
        raise ClosureUnread(f"{digest}: an index has a list of manifests")
    for child in children:
        found = parse_digest(child.get("digest")) if isinstance(child, dict) else None
        if found is None:
            raise ClosureUnread(f"{digest}: a child has no digest")
        if not _is_attestation(child):
            yield found


def _is_attestation(child: Mapping[str, Any]) -> bool:
    annotations = child.get("annotations")
    kind = annotations.get("vnd.docker.reference.type") if isinstance(annotations, dict) else None
    return kind == "attestation-manifest" or _platform(child.get("platform")) == "unknown/unknown"


def _platform_manifest(digest: Digest, document: Mapping[str, Any], fetch: Fetch) -> _Found | None:
    descriptor = document.get("config")
    if not isinstance(descriptor, dict):
        raise ClosureUnread(f"{digest}: the manifest names no config")
    config_digest = parse_digest(descriptor.get("digest"))
    if config_digest is None:
        raise ClosureUnread(f"{digest}: the manifest names no config")
    if str(descriptor.get("mediaType") or "") not in _CONFIG_TYPES:
        return None
    config = _config(config_digest, _parse(config_digest, fetch(config_digest, False)))  # noqa: FBT003  a blob
    media_type = str(document.get("mediaType") or "application/vnd.oci.image.manifest.v1+json")
    return _Found(Manifest(digest, media_type, config.platform), config)


def _config(digest: Digest, document: Mapping[str, Any]) -> ImageConfig:
    layers = document.get("rootfs")
    content = image_content(
        _platform(document),
        layers.get("diff_ids") if isinstance(layers, dict) else None,
        document.get("created"),
        document.get("config") or {},
    )
    if content is None:
        raise ClosureUnread(f"{digest}: the config tells no platform or no layers")
    return ImageConfig(digest, content)


def _platform(document: object) -> str | None:
    if not isinstance(document, dict):
        return None
    parts = [document.get(key) for key in ("os", "architecture", "variant")]
    if not (parts[0] and parts[1]):
        return None
    return "/".join(str(part) for part in parts if part)


def _parse(digest: Digest, body: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(verified(digest, body))
    except ValueError:
        raise ClosureUnread(f"{digest}: the body is not JSON") from None
    if not isinstance(document, dict):
        raise ClosureUnread(f"{digest}: the body is no JSON object")
    return document

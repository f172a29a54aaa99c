"""What an image holds, apart from every digest: its platform, its layers, its settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from platformctl.identity.digest import Digest, parse_digest

RUNTIME_KEYS: Final = frozenset({"Env", "Cmd", "Entrypoint", "WorkingDir", "User", "Labels"})
"""Settings that every engine shows as the image's config has them, so that a difference in one is a real one."""

_SPELLING: Final = {key.lower(): key for key in RUNTIME_KEYS}


@dataclass(frozen=True, slots=True)
class ImageContent:
    """The content of one platform's image.

    `layers` are the digests of the uncompressed layers, lowest first. `settings` are the image config's runtime part
    as sorted pairs of key and canonical JSON, without what is empty: engines write null, [] and "" for the same.
    """

    platform: str
    layers: tuple[Digest, ...]
    created: str
    settings: tuple[tuple[str, str], ...]

    @property
    def runtime(self) -> frozenset[tuple[str, str]]:
        """The settings whose difference proves that two images differ."""
        return frozenset(pair for pair in self.settings if pair[0] in RUNTIME_KEYS)


def image_content(platform: str | None, layers: object, created: object, config: object) -> ImageContent | None:
    """Return a content, or None where a part is missing or empty.

    An engine that has lost a layer's blob answers with an empty config and no layers, and with success (Docker 28.5,
    containerd store): that is no content.
    """
    listed = layers if isinstance(layers, (list, tuple)) else ()
    digests = tuple(digest for layer in listed if (digest := parse_digest(layer)))
    if not platform or not digests or len(digests) < len(listed) or not isinstance(config, Mapping):
        return None
    return ImageContent(
        platform=platform,
        layers=digests,
        created=_instant(created),
        settings=_settings(config),
    )


def same_platform(one: str | None, other: str | None) -> bool:
    """Compare platforms; containerd leaves out the variant v8, which is the only one of arm64 (arm has several)."""
    return one is not None and other is not None and _short(one) == _short(other)


def _short(platform: str) -> str:
    return platform.removesuffix("/v8") if platform.endswith("/arm64/v8") else platform


def _instant(text: object) -> str:
    """Cut the zeros that engines add to, or leave out of, the fraction of a second."""
    if not isinstance(text, str) or not text.endswith("Z"):
        return text if isinstance(text, str) else ""
    whole, point, fraction = text[:-1].partition(".")
    kept = fraction.rstrip("0")
    return f"{whole}{point if kept else ''}{kept}Z"


def _settings(config: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Engines read `env` as `Env`, and the last where there are both (Go's JSON does not mind the case)."""
    named = {_SPELLING.get(key.lower(), key): _canonical(value) for key, value in config.items() if value}
    return tuple(sorted(named.items()))


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))

"""Platforms as OCI image indexes name them."""

from __future__ import annotations

from collections.abc import Mapping

from platformctl.observation.document import text


def parse_platform(parts: Mapping[str, object]) -> str | None:
    """Return `os/architecture[/variant]` from any spelling of the keys, or None where a part is missing."""
    lowered = {key.lower(): text(value) for key, value in parts.items()}
    os, architecture, variant = (lowered.get(key, "") for key in ("os", "architecture", "variant"))
    if not (os and architecture):
        return None
    return "/".join(filter(None, (os, architecture, variant)))

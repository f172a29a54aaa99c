"""Names of images as the tools take them apart; the recordings have no name that needs more."""

from __future__ import annotations

import re

_ID = re.compile(r"(sha256:)?[0-9a-f]{12,64}")


def repository(name: str) -> str:
    """Return a name without its tag and digest."""
    path, colon, tag = name.partition("@")[0].rpartition(":")
    return path if colon and "/" not in tag else name.partition("@")[0]


def is_id(name: str) -> bool:
    """Tell whether this is an image ID, whole or short, and no name."""
    return _ID.fullmatch(name) is not None


def digest(name: str) -> str:
    """Return the digest of a name, empty if it has none."""
    return name.partition("@")[2]

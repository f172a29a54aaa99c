"""Content digests as the OCI image specification writes them."""

from __future__ import annotations

import re
from typing import Final, NewType

Digest = NewType("Digest", str)
"""A checked `algorithm:lower-case-hex`, such as `sha256:` and 64 digits."""

HEX_LENGTHS: Final = {"sha256": 64, "sha384": 96, "sha512": 128}
"""The algorithms that go-digest has registered, and with how many digits (moby 20.10 to 28.5 refuse all others)."""

_DIGEST: Final = re.compile(r"(sha256|sha384|sha512):([a-f0-9]+)")
_BARE_ID: Final = re.compile(r"[a-f0-9]{64}")


def parse_digest(text: object) -> Digest | None:
    """Return `text` as a digest, or None where it is not exactly one."""
    if not isinstance(text, str):
        return None
    found = _DIGEST.fullmatch(text)
    if found is None or len(found[2]) != HEX_LENGTHS[found[1]]:
        return None
    return Digest(text)


def parse_image_id(text: object) -> Digest | None:
    """Return an image ID as a digest: `sha256:<hex>` (Docker) or 64 bare hex digits (Podman 4.3 and 5.4)."""
    if isinstance(text, str) and _BARE_ID.fullmatch(text):
        return Digest(f"sha256:{text}")
    return parse_digest(text)

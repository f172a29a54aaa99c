"""A client that loses its patience soon, and what its tests ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from platformctl.adapters.registry import Registries
from platformctl.adapters.registry_exchange import Patience
from platformctl.catalog.inventory import Registry
from platformctl.identity.digest import Digest
from platformctl.identity.reference import Reference
from platformctl.identity.walk import ClosureUnread

from .registry_server import Asked, Reply, image

HASTY = Patience(connect_s=1, silence_s=0.4, question_s=1, wait_s=1, delay_s=0.001, body_bytes=10_000)
WEB = image()
MANIFEST = f"manifests/{WEB.digest}"
ASKED = f"GET /v2/apps/web/{MANIFEST}"


def client(ways: Mapping[str, Registry] | None = None, patience: Patience = HASTY) -> Registries:
    """Return a client that loses its patience soon."""
    return Registries(ways or {}, Path(), patience)


def problem(reference: Reference, registries: Registries, digest: Digest = WEB.digest) -> str:
    """Return why a manifest is not to be had."""
    with pytest.raises(ClosureUnread) as raised:
        registries.manifest(reference, digest)
    return str(raised.value)


def in_turn(*replies: Reply) -> Callable[[Asked], Reply]:
    """Answer with one reply after the other, the last for ever; the image where it is None."""
    left = list(replies)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def whole() -> Reply:
    """Return the manifest that is asked for."""
    return Reply(body=WEB.bodies[MANIFEST])

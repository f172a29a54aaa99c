"""A registry's bodies, to be changed at will."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from platformctl.identity.closure import Closure
from platformctl.identity.digest import Digest
from platformctl.identity.walk import ClosureUnread, walk

from .registry import digest_of, written


class Shelf:
    """Bodies by digest, which remembers what it was asked for."""

    def __init__(self, *shelved: Mapping[Digest, bytes]) -> None:
        self.bodies = {digest: body for found in shelved for digest, body in found.items()}
        self.asked: list[tuple[Digest, bool]] = []

    def put(self, document: object) -> Digest:
        """Put a document there, and return its digest."""
        body = document if isinstance(document, bytes) else written(document)
        self.bodies[digest_of(body)] = body
        return digest_of(body)

    def fetch(self, digest: Digest, manifest: bool) -> bytes:  # noqa: FBT001  a Fetch
        """Return a body."""
        self.asked.append((digest, manifest))
        if digest not in self.bodies:
            raise ClosureUnread(f"{digest}: not found")
        return self.bodies[digest]

    def walk(self, root: Digest) -> Closure:
        """Walk from a digest."""
        return walk(root, self.fetch, "shelf")

    def refusal(self, root: Digest) -> str:
        """Return why there is no closure, without the digest that it is about."""
        with pytest.raises(ClosureUnread) as refused:
            self.walk(root)
        return str(refused.value).partition(": ")[2]

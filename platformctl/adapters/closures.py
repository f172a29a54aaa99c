"""Finding closures: in the locks, then in the store, then in the registry."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from platformctl.adapters.file import read_bounded, write_atomically_bytes
from platformctl.errors import InputInvalid, StoreUnwritable
from platformctl.identity.closure import Closure
from platformctl.identity.digest import Digest
from platformctl.identity.reference import Reference
from platformctl.identity.walk import ClosureUnread, verified, walk

if TYPE_CHECKING:
    from platformctl.adapters.registry import Registries


class Bodies:
    """Manifests and configs by digest, kept for ever: a digest never changes what it means.

    `registries` None means offline: what is not in the folder cannot be had.
    """

    def __init__(self, folder: Path, registries: Callable[[], Registries] | None) -> None:
        self._folder = folder
        self._registries = registries
        self._locks: dict[Digest, Lock] = {}

    def closure(self, digest: Digest, repositories: Iterable[Reference]) -> Closure:
        """Walk from a digest, asking the given repositories in turn.

        Raises:
            ClosureUnread: a part of it can be had nowhere.
        """
        problems = []
        for repository in repositories:
            try:
                return walk(digest, partial(self._body, repository), f"registry {repository.repository}")
            except ClosureUnread as error:
                problems.append(str(error))
        raise ClosureUnread("; ".join(dict.fromkeys(problems)) or f"{digest}: no repository is known for it")

    def _body(self, repository: Reference, digest: Digest, manifest: bool) -> bytes:  # noqa: FBT001  a Fetch
        path = self._folder / digest.replace(":", "/")
        with self._locks.setdefault(digest, Lock()):
            try:
                return verified(digest, read_bounded(path, str(path)))
            except (InputInvalid, ClosureUnread):
                body = self._fetched(repository, digest, manifest=manifest)
            with suppress(StoreUnwritable):  # what cannot be kept costs a question the next time, and no verdict
                write_atomically_bytes(path, body)
        return body

    def _fetched(self, repository: Reference, digest: Digest, *, manifest: bool) -> bytes:
        if self._registries is None:
            raise ClosureUnread(f"{digest}: neither a lock nor the store has it, and this is offline")
        registries = self._registries()
        return registries.manifest(repository, digest) if manifest else registries.blob(repository, digest)

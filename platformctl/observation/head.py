"""The head of a snapshot, host.json: everything about a look except the documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from platformctl.errors import Failure
from platformctl.observation.container import Undescribed
from platformctl.observation.engine import Engine
from platformctl.observation.host import Attempt
from platformctl.observation.snapshot import Document, Snapshot
from platformctl.published import Published


@dataclass(frozen=True, slots=True)
class Head(Published):
    """host.json of a snapshot. Whoever takes one by hand writes the first four keys; a look writes them all."""

    schema: Literal["platformctl/snapshot/v1"]
    host: str
    taken_at: str
    engine: Engine | None = None
    failure: Failure | None = None
    images_failure: Failure | None = None
    undescribed: tuple[Undescribed, ...] = ()
    attempts: int = 1
    duration_ms: int = 0
    commands: tuple[tuple[str, ...], ...] = ()


def head_of(snapshot: Snapshot) -> Head:
    """Return the head of a snapshot."""
    return Head(
        schema="platformctl/snapshot/v1",
        host=snapshot.host,
        taken_at=snapshot.taken_at,
        engine=snapshot.engine,
        failure=snapshot.failure,
        images_failure=snapshot.images_failure,
        undescribed=snapshot.undescribed,
        attempts=snapshot.attempt.tries,
        duration_ms=snapshot.attempt.duration_ms,
        commands=snapshot.attempt.commands,
    )


def snapshot_of(
    head: Head, containers: tuple[Document, ...], images: tuple[Document, ...], images_failure: Failure | None
) -> Snapshot:
    """Put a snapshot together from its three files; `images_failure` says why images.json could not be read."""
    return Snapshot(
        host=head.host,
        taken_at=head.taken_at,
        engine=head.engine,
        containers=containers,
        undescribed=head.undescribed,
        images=images,
        failure=head.failure,
        images_failure=head.images_failure or images_failure,
        attempt=Attempt(head.attempts, head.duration_ms, head.commands),
    )

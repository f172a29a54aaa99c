"""A snapshot: one look at one host as JSON documents, without secrets. Live looks and recorded ones both become one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from platformctl.errors import Failure
from platformctl.observation.container import Container, Undescribed, parse_container
from platformctl.observation.document import items, mapping, shallow
from platformctl.observation.engine import Engine
from platformctl.observation.host import Attempt, HostObservation, Reached, Unreached
from platformctl.observation.image import parse_image
from platformctl.reason import Reason

Document: TypeAlias = Mapping[str, Any]

KEPT: Final[Mapping[str, Any]] = {
    "Id": True,
    "Name": True,
    "Created": True,
    "Image": True,
    "ImageName": True,
    "ImageDigest": True,
    "ImageManifestDescriptor": {
        "mediaType": True, "digest": True, "size": True,
        "platform": {"os": True, "architecture": True, "variant": True, "os.version": True},
    },
    "Platform": True,
    "Driver": True,
    "RestartCount": True,
    "State": {
        "Status": True, "Running": True, "Paused": True, "Restarting": True, "OOMKilled": True, "Dead": True,
        "ExitCode": True, "StartedAt": True, "FinishedAt": True, "Health": {"Status": True, "FailingStreak": True},
    },
    "GraphDriver": {"Name": True},
    "Config": {"Image": True, "Labels": "com.docker.compose."},
}  # fmt: skip
"""What a snapshot keeps of a container: the fields that verdicts read and a person asks for next.

Everything else may hold a secret (environment, command line, health check output, labels of other tools), so nothing
else is kept; of the environment the names stay. True keeps a text, a number or a truth value and nothing that could
hold more, a text keeps such values of the keys that start with it.
"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One look at one host. `failure` is set where the host could not be looked at; then there is no engine.

    `containers` and `images` hold what `docker inspect` and `docker image inspect` print, containers reduced to KEPT.
    `undescribed` are containers that were listed and not described.
    """

    host: str
    taken_at: str
    engine: Engine | None
    containers: tuple[Document, ...]
    undescribed: tuple[Undescribed, ...]
    images: tuple[Document, ...]
    failure: Failure | None
    images_failure: Failure | None
    attempt: Attempt

    @property
    def taken(self) -> datetime | None:
        """When it was taken, in UTC; None where that cannot be read: who writes one by hand can write anything."""
        try:
            time = datetime.fromisoformat(self.taken_at)
            return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            return None


def observation(snapshot: Snapshot) -> HostObservation:
    """Read a snapshot. Total: what cannot be read becomes a failure of the host."""
    if snapshot.failure or snapshot.engine is None:
        failure = snapshot.failure or Failure(Reason.SNAPSHOT_UNREADABLE, "the snapshot names no engine")
        return Unreached(snapshot.host, snapshot.taken_at, failure, snapshot.attempt)
    parsed = [parse_container(document) for document in snapshot.containers]
    if None in parsed:
        failure = Failure(Reason.RUBBISH_OUTPUT, "a container's description has no readable ID")
        return Unreached(snapshot.host, snapshot.taken_at, failure, snapshot.attempt)
    undescribed = {*snapshot.undescribed, *(one for one in parsed if isinstance(one, Undescribed))}
    return Reached(
        host=snapshot.host,
        taken_at=snapshot.taken_at,
        engine=snapshot.engine,
        containers=tuple(one for one in parsed if isinstance(one, Container)),
        undescribed=tuple(sorted(undescribed)),
        images=tuple(image for document in snapshot.images if (image := parse_image(document))),
        images_failure=snapshot.images_failure,
        attempt=snapshot.attempt,
    )


def image_records(documents: Iterable[object]) -> tuple[Document, ...]:
    """Keep image records as they are: what an image holds is no secret of the host, and identity needs its config."""
    return tuple(mapping(shallow(document)) for document in documents)


def without_secrets(documents: Iterable[object]) -> tuple[Document, ...]:
    """Reduce container descriptions to what a snapshot keeps."""
    return tuple(_reduced_container(mapping(document)) for document in documents)


def _reduced_container(record: Document) -> Document:
    environment = items(mapping(record.get("Config")).get("Env"))
    names = sorted(entry.partition("=")[0] + "=" for entry in environment if isinstance(entry, str))
    reduced = _reduced(record, KEPT)
    return {**reduced, "Config": {**reduced["Config"], "Env": names}} if "Config" in reduced else reduced


def _reduced(record: Document, kept: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, rule in kept.items():
        value = record.get(key)
        if rule is True and key in record and _is_plain(value):
            found[key] = value
        elif isinstance(value, dict) and isinstance(rule, str):
            found[key] = {
                name: value[name] for name in sorted(value) if name.startswith(rule) and _is_plain(value[name])
            }
        elif isinstance(value, dict) and isinstance(rule, dict):
            found[key] = _reduced(value, rule)
    return found


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float)

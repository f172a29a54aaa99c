"""Snapshots as folders: host.json, containers.json and images.json, and second-look/ where there was one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from platformctl.adapters.file import read_bounded, remove, write_atomically
from platformctl.errors import Failure, InputInvalid, LookFailed, Problem
from platformctl.observation.head import Head, head_of, snapshot_of
from platformctl.observation.host import Attempt
from platformctl.observation.snapshot import Snapshot, image_records, without_secrets
from platformctl.reason import Reason
from platformctl.render.printable import one_line, printable

SECOND_LOOK: Final = "second-look"
MAX_BYTES: Final = 64 * 1024 * 1024
_CLOCKS_DIFFER: Final = timedelta(days=1)
"""By how much the clock of who takes a snapshot can be ahead. What it proves would not grow old before its time."""

_MAX_MESSAGE: Final = 1000
"""Longer than any that a look writes, so that what it wrote is read unchanged."""


class SnapshotTransport:
    """A host whose recorded snapshot is read. A second look reads second-look/, or the same at no cost."""

    def __init__(self, name: str, folder: Path) -> None:
        self._name = name
        self._folder = folder

    def look(self, *, again: bool = False) -> Snapshot:
        """Read the recorded look."""
        second = self._folder / SECOND_LOOK
        recorded = not again or (second / "host.json").exists()
        try:
            snapshot = replace(read_snapshot(second if again and recorded else self._folder), host=self._name)
            return snapshot if recorded else replace(snapshot, attempt=Attempt(0, 0, ()))
        except LookFailed as error:
            return Snapshot(self._name, "", None, (), (), (), error.failure, None, Attempt(1, 0, ()))


def read_snapshot(folder: Path) -> Snapshot:
    """Read a snapshot, one that a look wrote or one taken by hand. Secrets that it holds are dropped.

    Raises:
        LookFailed: there is no snapshot, or it cannot be read. Image records that cannot be read are a part of it.
    """
    if not (folder / "host.json").exists():
        raise LookFailed(Failure(Reason.SNAPSHOT_ABSENT, f"there is no {folder / 'host.json'}"))
    head = _head(folder / "host.json")
    bare = snapshot_of(head, (), (), None)
    if head.failure:
        return bare
    if bare.taken is None or bare.taken > datetime.now(UTC) + _CLOCKS_DIFFER:
        raise _unreadable(folder / "host.json", "takenAt should say when it was taken, such as 2026-01-31T03:17:00Z")
    containers = without_secrets(_array(folder / "containers.json"))
    if head.images_failure:
        return snapshot_of(head, containers, (), None)
    try:
        return snapshot_of(head, containers, image_records(_array(folder / "images.json")), None)
    except LookFailed as error:
        return snapshot_of(head, containers, (), error.failure)


def snapshot_folders(root: Path) -> Mapping[str, Path]:
    """Return the snapshots in a folder by host: the folder itself where it is one, or those of its subfolders.

    Raises:
        InputInvalid: there is none.
    """
    if (root / "host.json").exists():
        try:
            return {_head(root / "host.json").host: root}
        except LookFailed as error:
            raise InputInvalid([_problem(root, error.failure.message)]) from None
    found = {entry.name: entry for entry in _entries(root) if (entry / "host.json").exists()}
    if not found:
        raise InputInvalid([_problem(root, "there is no snapshot; it holds neither host.json nor folders with one")])
    return found


def write_snapshot(folder: Path, snapshot: Snapshot) -> None:
    """Write a snapshot's files, each of them atomically. Until host.json comes, the last, there is no snapshot.

    Raises:
        StoreUnwritable: the folder cannot be written.
    """
    remove(folder / "host.json")
    if snapshot.failure is None:
        write_atomically(folder / "containers.json", _json(snapshot.containers))
        if snapshot.images_failure is None:
            write_atomically(folder / "images.json", _json(snapshot.images))
    head = _adapter().dump_json(head_of(snapshot), by_alias=True, indent=1)
    write_atomically(folder / "host.json", f"{head.decode()}\n")


def _head(path: Path) -> Head:
    try:
        head = _adapter().validate_json(json.dumps(_load(path)))  # and so without half surrogate pairs
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise _unreadable(path, f"{where}: {first['msg']}") from None
    return replace(head, failure=_shown(head.failure), images_failure=_shown(head.images_failure))


def _shown(failure: Failure | None) -> Failure | None:
    """Keep what a failure promises: its message is a line for people, and anybody can write a snapshot's."""
    return replace(failure, message=printable(failure.message, _MAX_MESSAGE)) if failure else None


@cache
def _adapter() -> TypeAdapter[Head]:
    return TypeAdapter(Head)


def _array(path: Path) -> list[Any]:
    document = _load(path)
    if not isinstance(document, list):
        raise _unreadable(path, "this should be a JSON array, as the inspect commands print it")
    return document


def _load(path: Path) -> object:
    try:
        content = read_bounded(path, str(path), MAX_BYTES)
        if len(content) > MAX_BYTES:
            raise _unreadable(path, f"the file is larger than {MAX_BYTES >> 20} MiB")
        return json.loads(content)
    except InputInvalid as error:
        raise LookFailed(Failure(Reason.SNAPSHOT_UNREADABLE, one_line(error))) from None
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, f"this is not JSON: {one_line(error)}") from None


def _unreadable(path: Path, message: str) -> LookFailed:
    return LookFailed(Failure(Reason.SNAPSHOT_UNREADABLE, f"{path}: {message}"))


def _problem(root: Path, message: str) -> Problem:
    return Problem(str(root), 0, message)


def _entries(root: Path) -> list[Path]:
    try:
        return sorted(root.iterdir())
    except OSError as error:
        raise InputInvalid([_problem(root, f"cannot be read: {error.strerror}")]) from None


def _json(document: object) -> str:
    return json.dumps(document, indent=1, sort_keys=True) + "\n"

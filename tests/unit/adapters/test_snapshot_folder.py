"""Snapshots as folders."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from platformctl.adapters.snapshot_folder import SECOND_LOOK, SnapshotTransport, snapshot_folders, write_snapshot
from platformctl.errors import Failure, InputInvalid, StoreUnwritable
from platformctl.observation.engine import Engine
from platformctl.observation.host import Attempt
from platformctl.observation.snapshot import Snapshot
from platformctl.reason import Reason

CONTAINERS = ({"Id": "1" * 64, "Name": "/web", "State": {"Status": "running"}},)
IMAGES = ({"Id": "sha256:" + "2" * 64},)
GOOD = Snapshot(
    host="h1",
    taken_at="2026-01-01T00:00:00+00:00",
    engine=Engine("docker", "20.10.24", "1.41"),
    containers=CONTAINERS,
    undescribed=(),
    images=IMAGES,
    failure=None,
    images_failure=None,
    attempt=Attempt(1, 5, (("docker", "version"),)),
)
HEAD = {"schema": "platformctl/snapshot/v1", "host": "h1", "takenAt": "2026-01-01"}
BOOM = Failure(Reason.COMMAND_FAILED, "boom")
FAILED = replace(GOOD, engine=None, containers=(), images=(), failure=BOOM)
WITHOUT_IMAGES = replace(GOOD, images=(), images_failure=BOOM)


@pytest.mark.parametrize("snapshot", [GOOD, FAILED, WITHOUT_IMAGES], ids=["good", "failed", "without-images"])
@pytest.mark.parametrize("earlier", [None, GOOD, FAILED, WITHOUT_IMAGES])
def test_a_snapshot_reads_back_whatever_was_there_before(
    tmp_path: Path, snapshot: Snapshot, earlier: Snapshot | None
) -> None:
    """Nothing of an earlier snapshot in the same folder shows through."""
    if earlier:
        write_snapshot(tmp_path, earlier)
    write_snapshot(tmp_path, snapshot)
    assert SnapshotTransport("h1", tmp_path).look() == snapshot


def test_a_failure_is_a_line_whoever_wrote_it(tmp_path: Path) -> None:
    """A recording is a file that anybody can write: its message obeys the rule that looks obey."""
    message = "\x1b[2J\r\nall is well\u202e" + "x" * 2000
    failure = {"reason": "unreachable", "message": message}
    (tmp_path / "host.json").write_text(json.dumps({**HEAD, "failure": failure}))
    said = SnapshotTransport("h1", tmp_path).look().failure
    assert said
    assert said.message.startswith(r"\x1b[2J\r\nall is well\u202exxx")
    assert len(said.message) < 1100


@pytest.mark.parametrize("where", ["version", "apiVersion", "undescribed"])
def test_half_a_surrogate_pair_breaks_no_plan(tmp_path: Path, where: str) -> None:
    """JSON can spell what no file can hold: such a head is unreadable, and only that host is without a look."""
    engine = {"name": "docker", "version": "1", "apiVersion": "1", where: "\ud800"}
    head: dict[str, object] = {**HEAD, "engine": engine}
    if where == "undescribed":
        head["undescribed"] = [{"id": "1" * 64, "name": "\ud800"}]
    (tmp_path / "host.json").write_text(json.dumps(head))
    failure = SnapshotTransport("h1", tmp_path).look().failure
    assert failure
    assert failure.reason is Reason.SNAPSHOT_UNREADABLE


def test_there_is_no_snapshot_while_one_is_written(tmp_path: Path) -> None:
    """When writing ends half-way, the old head does not vouch for new documents."""
    write_snapshot(tmp_path, GOOD)
    (tmp_path / "images.json").unlink()
    (tmp_path / "images.json").mkdir()
    with pytest.raises(StoreUnwritable, match=r"images\.json cannot be written"):
        write_snapshot(tmp_path, GOOD)
    failure = SnapshotTransport("h1", tmp_path).look().failure
    assert failure == Failure(Reason.SNAPSHOT_ABSENT, f"there is no {tmp_path / 'host.json'}")


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("host.json", "", "this is not JSON: Expecting value: line 1 column 1 (char 0)"),
        ("host.json", "[" * 100_000, "this is not JSON: maximum recursion depth exceeded while decoding a JSON array"),
        ("host.json", '{"schema": "platformctl/snapshot/v2"}', "schema: Input should be 'platformctl/snapshot/v1'"),
        ("containers.json", "{}", "this should be a JSON array, as the inspect commands print it"),
        ("containers.json", "[{]", "this is not JSON: Expecting property name enclosed in double quotes"),
    ],
)
def test_a_file_that_cannot_be_read_makes_the_host_unreached(
    tmp_path: Path, file: str, content: str, message: str
) -> None:
    """The file is named, and what is wrong with it."""
    write_snapshot(tmp_path, GOOD)
    (tmp_path / file).write_text(content)
    failure = SnapshotTransport("h1", tmp_path).look().failure
    assert failure
    assert failure.reason is Reason.SNAPSHOT_UNREADABLE
    assert failure.message.startswith(f"{tmp_path / file}: {message}")


@pytest.mark.parametrize("taken_at", ["", "tonight", "2099-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59"])
def test_a_recording_that_does_not_say_its_age_proves_nothing(tmp_path: Path, taken_at: str) -> None:
    """Else what it proves would be news at every plan: without a time, or with one that is not there yet."""
    write_snapshot(tmp_path, replace(GOOD, taken_at=taken_at))
    assert SnapshotTransport("h1", tmp_path).look().failure == Failure(
        Reason.SNAPSHOT_UNREADABLE,
        f"{tmp_path / 'host.json'}: takenAt should say when it was taken, such as 2026-01-31T03:17:00Z",
    )


def test_image_records_that_cannot_be_read_are_the_second_question_failing(tmp_path: Path) -> None:
    """The containers stand, as they do when a host does not answer about its images."""
    write_snapshot(tmp_path, GOOD)
    (tmp_path / "images.json").write_text("no JSON")
    look = SnapshotTransport("h1", tmp_path).look()
    assert (look.failure, look.containers, look.images) == (None, CONTAINERS, ())
    assert look.images_failure
    assert look.images_failure.reason is Reason.SNAPSHOT_UNREADABLE


def test_the_second_look_is_read_where_there_is_one(tmp_path: Path) -> None:
    """A plan that was confirmed can be made again from its recording."""
    second = replace(GOOD, containers=())
    transport = SnapshotTransport("h1", tmp_path)
    write_snapshot(tmp_path, GOOD)
    assert transport.look(again=True) == replace(GOOD, attempt=Attempt(0, 0, ())), "the same, and no look more"
    write_snapshot(tmp_path / SECOND_LOOK, second)
    assert (transport.look(), transport.look(again=True)) == (GOOD, second)


def test_a_snapshot_taken_by_hand_needs_four_keys(tmp_path: Path) -> None:
    """Schema, host, time and engine, and what the inspect commands print."""
    engine = {"name": "docker", "version": "20.10.24"}
    head = {"schema": "platformctl/snapshot/v1", "host": "h9", "takenAt": "2026-01-01T00:00:00Z", "engine": engine}
    (tmp_path / "host.json").write_text(json.dumps(head))
    (tmp_path / "containers.json").write_text(json.dumps(CONTAINERS))
    (tmp_path / "images.json").write_text(json.dumps(IMAGES))
    look = SnapshotTransport("h1", tmp_path).look()
    assert (look.host, look.failure, look.containers, look.images) == ("h1", None, CONTAINERS, IMAGES)
    assert snapshot_folders(tmp_path) == {"h9": tmp_path}


def test_a_folder_without_snapshots_is_said_to_be_one(tmp_path: Path) -> None:
    """Hosts are not called unreachable because a path was mistyped."""
    with pytest.raises(InputInvalid, match=r"there is no snapshot; it holds neither host\.json nor folders with one"):
        snapshot_folders(tmp_path)
    with pytest.raises(InputInvalid, match="cannot be read: No such file or directory"):
        snapshot_folders(tmp_path / "absent")

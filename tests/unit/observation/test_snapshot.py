"""A snapshot: what is kept of a host's answers, and that reading one never fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformctl.adapters.snapshot_folder import SnapshotTransport, write_snapshot
from platformctl.errors import Failure
from platformctl.observation.container import Undescribed
from platformctl.observation.engine import Engine
from platformctl.observation.host import Attempt, Reached, Unreached
from platformctl.observation.snapshot import KEPT, Snapshot, image_records, observation, without_secrets
from platformctl.reason import Reason

RECORDINGS = Path(__file__).parents[2] / "recordings"
RECORDED = sorted(RECORDINGS.rglob("containers.json"))
SECRET = "hunter2-8f41c0de"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
kept_keys = st.sampled_from(sorted(KEPT))
documents = st.dictionaries(kept_keys | st.text(max_size=8), json_values, max_size=8) | json_values


def snapshot(containers: Any = (), images: Any = ()) -> Snapshot:  # noqa: ANN401  anything that JSON can hold
    """Return a snapshot of a host that answered."""
    return Snapshot(
        host="h1",
        taken_at="2026-01-01T00:00:00+00:00",
        engine=Engine("docker", "20.10.24", "1.41"),
        containers=without_secrets(containers),
        undescribed=(Undescribed("0" * 64, "left"),),
        images=image_records(images),
        failure=None,
        images_failure=None,
        attempt=Attempt(2, 17, (("docker", "version"),)),
    )


def in_config(document: dict[str, Any], **fields: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a description with some fields of its config changed."""
    return {**document, "Config": {**document["Config"], **fields}}


def in_state(document: dict[str, Any], **fields: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a description with some fields of its state changed."""
    return {**document, "State": {**document["State"], **fields}}


PLACES: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "variable": lambda one: in_config(one, Env=[f"PASSWORD={SECRET}", f"={SECRET}", f"A=x={SECRET}\nb={SECRET}"]),
    "label": lambda one: in_config(one, Labels={"traefik.auth": SECRET, SECRET: "x"}),
    "compose label": lambda one: in_config(one, Labels={"com.docker.compose.x": {"deep": SECRET}}),
    "command": lambda one: in_config(one, Cmd=[SECRET], Entrypoint=SECRET, Healthcheck={"Test": [SECRET]}),
    "arguments": lambda one: {**one, "Args": [f"--token={SECRET}"], "Path": SECRET},
    "health": lambda one: in_state(one, Health={"Status": "healthy", "Log": [{"Output": SECRET}]}),
    "error": lambda one: in_state(one, Error=SECRET),
    "inside a plain field": lambda one: {**one, "Created": {"x": SECRET}, "Driver": [SECRET]},
    "descriptor": lambda one: {**one, "ImageManifestDescriptor": {"annotations": {"x": SECRET}}},
    "graph driver": lambda one: {**one, "GraphDriver": {"Name": "overlay2", "Data": {"LowerDir": SECRET}}},
    "host config": lambda one: {**one, "HostConfig": {"Binds": [SECRET]}, "Mounts": [{"Source": SECRET}]},
}


@st.composite
def containers_with_secrets(draw: st.DrawFn) -> dict[str, Any]:
    """Make a container's description with a secret in places that no snapshot keeps."""
    document: dict[str, Any] = json.loads(draw(st.sampled_from(RECORDED)).read_text())[0]
    for place in draw(st.lists(st.sampled_from(sorted(PLACES)), min_size=1, unique=True)):
        document = PLACES[place](document)
    unknown = st.text(min_size=1, max_size=9).filter(lambda key: key not in KEPT)
    return {**document, **draw(st.dictionaries(unknown, st.just(SECRET), max_size=2))}


@given(containers_with_secrets())
def test_no_secret_reaches_a_file(document: dict[str, Any]) -> None:
    """Whatever a container's description holds beside the kept fields is in no file of a snapshot."""
    with TemporaryDirectory() as folder:
        write_snapshot(Path(folder), snapshot([document]))
        files = {path.name: path.read_text() for path in Path(folder).iterdir()}
    assert set(files) == {"host.json", "containers.json", "images.json"}
    assert [name for name, content in files.items() if SECRET in content] == []


@given(containers_with_secrets())
def test_a_secret_in_a_recording_by_hand_is_dropped_when_it_is_read(document: dict[str, Any]) -> None:
    """A snapshot that someone took with `docker inspect` holds secrets; what is read from it does not."""
    with TemporaryDirectory() as folder:
        write_snapshot(Path(folder), snapshot([document]))
        (Path(folder) / "containers.json").write_text(json.dumps([document]))
        read = SnapshotTransport("h1", Path(folder)).look()
    assert SECRET not in repr(read)


def test_what_is_kept_of_a_container_is_this() -> None:
    """The fields that verdicts read and the names of the environment's variables, in their own shape."""
    document = {
        "Id": "1" * 64,
        "Name": "/web",
        "Image": "sha256:" + "2" * 64,
        "Args": [SECRET],
        "RestartCount": 3,
        "State": {
            "Status": "running",
            "ExitCode": 0,
            "Error": SECRET,
            "Health": {"Status": "healthy", "Log": [SECRET]},
        },
        "Config": {
            "Image": "nginx",
            "Env": [f"TOKEN={SECRET}", "A=1", "BARE"],
            "Labels": {"com.docker.compose.project": "p", "secret": SECRET},
            "Cmd": [SECRET],
        },
        "ImageManifestDescriptor": {"digest": "sha256:3", "platform": {"os": "linux"}, "annotations": SECRET},
    }
    assert without_secrets([document]) == (
        {
            "Id": "1" * 64,
            "Name": "/web",
            "Image": "sha256:" + "2" * 64,
            "RestartCount": 3,
            "State": {"Status": "running", "ExitCode": 0, "Health": {"Status": "healthy"}},
            "Config": {
                "Image": "nginx",
                "Labels": {"com.docker.compose.project": "p"},
                "Env": ["A=", "BARE=", "TOKEN="],
            },
            "ImageManifestDescriptor": {"digest": "sha256:3", "platform": {"os": "linux"}},
        },
    )


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.parent.relative_to(RECORDINGS).as_posix())
def test_recordings_hold_no_value_of_an_environment(path: Path) -> None:
    """Of every variable of a recorded container there is the name, and an equals sign with nothing after it."""
    variables = [variable for one in json.loads(path.read_text()) for variable in one["Config"]["Env"] or ()]
    assert [variable for variable in variables if variable.partition("=")[2]] == []


def test_recordings_of_containers_with_an_environment_exist() -> None:
    """The test above looks at something: one recorded container has a variable that held a secret."""
    assert any("SESSION_SECRET=" in path.read_text() for path in RECORDED)


@given(st.lists(documents, max_size=3), st.lists(documents, max_size=3))
def test_any_document_is_written_read_back_and_judged_alike(containers: list[Any], images: list[Any]) -> None:
    """Whatever JSON a host answers with, its snapshot can be written, reads back the same and never raises."""
    before = snapshot(containers, images)
    with TemporaryDirectory() as folder:
        write_snapshot(Path(folder), before)
        after = SnapshotTransport("h1", Path(folder)).look()
    assert (after, observation(after)) == (before, observation(before))


def test_half_a_surrogate_pair_can_be_written() -> None:
    """JSON can spell what no encoding holds; it stays where it is, and names read from it are printable."""
    document = {"Id": "1" * 64, "Name": "/web\ud800", "State": {"Status": "running"}}
    before = snapshot([document], [{"Id": "sha256:" + "2" * 64, "Config": {"Labels": {"\udfff": "\ud800"}}}])
    with TemporaryDirectory() as folder:
        write_snapshot(Path(folder), before)
        after = SnapshotTransport("h1", Path(folder)).look()
    assert after == before
    host = observation(after)
    assert isinstance(host, Reached)
    assert [one.name for one in host.containers] == ["web?"]


def test_a_document_without_end_can_be_written() -> None:
    """What nests deeper than any engine's answer is cut there, so that writing it has an end."""
    deep = json.loads("[" * 800 + "]" * 800)
    with TemporaryDirectory() as folder:
        write_snapshot(Path(folder), snapshot([{"Id": deep}], [{"Id": "x", "Config": deep}]))
        images = (Path(folder) / "images.json").read_text()
    assert images.count("[") == 32


def test_a_container_without_an_id_makes_the_answer_rubbish() -> None:
    """One description that cannot be told from others makes absence unprovable: the host counts as not looked at."""
    host = observation(snapshot([{"Name": "/web"}]))
    assert isinstance(host, Unreached)
    assert host.failure == Failure(Reason.RUBBISH_OUTPUT, "a container's description has no readable ID")

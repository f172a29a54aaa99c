"""What engines show of a fleet: half answers, repeats, leftovers, empty fields, hosts that say nothing."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from hypothesis import strategies as st

from platformctl.errors import Failure
from platformctl.identity.candidate import ImageStore
from platformctl.identity.digest import Digest
from platformctl.observation.container import Undescribed
from platformctl.observation.engine import Engine
from platformctl.observation.host import Attempt
from platformctl.observation.snapshot import Snapshot
from platformctl.reason import Reason

from .actual import HOSTS, IMAGES, Actual, digest

hostile: Final = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@st.composite
def looks(draw: st.DrawFn, actual: tuple[Actual, ...]) -> tuple[Snapshot, ...]:
    """Make what a look shows: hosts that do not answer, answers with holes and repeats, leftovers of other tools."""
    return tuple([draw(_snapshot(host, [one for one in actual if one.host == host])) for host in HOSTS])


@st.composite
def _snapshot(draw: st.DrawFn, host: str, actual: list[Actual]) -> Snapshot:
    failure = draw(st.sampled_from((None, None, None, Failure(Reason.UNREACHABLE, "no route to host"))))
    store = draw(st.sampled_from(ImageStore))
    shown = [one for one in actual if draw(st.integers(0, 5))]
    hidden = [Undescribed(one.id, draw(st.sampled_from((one.name, "")))) for one in actual if one not in shown]
    described = [draw(_container(one, store)) for one in shown] + draw(st.lists(_stranger(), max_size=2))
    images = [draw(_image(number, store)) for number in IMAGES if draw(st.integers(0, 3))]
    lost = draw(st.sampled_from((None, None, Failure(Reason.TIMED_OUT, "30 s"))))
    return Snapshot(
        host=host,
        taken_at="2026-01-02T03:04:05+00:00",
        engine=None if failure else Engine("docker", "28.5.2", "1.51", store),
        containers=() if failure else (*described, *(one for one in described if draw(st.booleans()))),
        undescribed=() if failure else tuple(hidden),
        images=() if failure or lost else tuple(images),
        failure=failure,
        images_failure=None if failure else lost,
        attempt=Attempt(1, 5, (("docker", "version"),)),
    )


@st.composite
def _container(draw: st.DrawFn, one: Actual, store: ImageStore) -> dict[str, Any]:
    labels = {"other": "x"}
    if one.service:
        labels |= {"com.docker.compose.project": one.service[0], "com.docker.compose.service": one.service[1]}
        labels |= {"com.docker.compose.oneoff": str(one.one_off)}
    pinned = f"registry.example/app@{digest('index', one.image)}"
    asked = draw(st.sampled_from((pinned, "registry.example/app:1", "app", image_id(one.image, store)[7:19], "", None)))
    document: dict[str, Any] = {
        "Id": one.id,
        "Name": f"/{one.name}",
        "Image": draw(st.sampled_from((image_id(one.image, store), image_id(one.image, store), "", None))),
        "Config": {"Image": asked, "Labels": labels},
        "State": {"Status": one.state, **({"Health": {"Status": one.health}} if one.health else {})},
    }
    if store is ImageStore.CONTAINERD and draw(st.booleans()):
        document["ImageManifestDescriptor"] = {
            "digest": digest("manifest", one.image),
            "platform": {"os": "linux", "architecture": "amd64"},
        }
    return document


def image_id(image: int, store: ImageStore) -> Digest:
    """Return what the store calls an image: its config on the classic store, its index elsewhere."""
    return digest("config" if store is ImageStore.CLASSIC else "index", image)


@st.composite
def _image(draw: st.DrawFn, image: int, store: ImageStore) -> dict[str, Any]:
    names = (
        f"registry.example/app@{digest('index', image)}",
        f"mirror.example/app@{digest('manifest', image)}",
        "<none>@<none>",
        "registry.example/app",
    )
    listed = draw(st.none() | st.lists(st.sampled_from(names), unique=True))
    record = {"Id": image_id(image, store), "RepoDigests": listed, "Os": "linux", "Architecture": "amd64"}
    shown = {"RootFS": {"Layers": [digest("layer", image)]}, "Config": {"Env": [f"IMAGE={image}"], "Cmd": None}}
    return record | (shown if draw(st.booleans()) else {"RootFS": {}, "Config": {"Env": None}})


@st.composite
def _stranger(draw: st.DrawFn) -> dict[str, Any]:
    """Make a container of somebody else, whose texts are as hostile as may be."""
    labels = {"com.docker.compose.project": draw(hostile), "com.docker.compose.service": draw(hostile)}
    return {
        "Id": hashlib.sha256(draw(st.binary(max_size=4))).hexdigest(),
        "Name": f"/stranger {draw(hostile)}",
        "Config": {"Image": draw(hostile), "Labels": labels},
        "State": {"Status": draw(hostile)},
    }

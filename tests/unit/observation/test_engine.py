"""An engine as it names itself."""

from __future__ import annotations

from typing import Any

import pytest

from platformctl.identity.candidate import ImageStore
from platformctl.observation.engine import Engine, counted_containers, parse_engine

CLI = {"Client": {"ApiVersion": "1.41"}, "Server": {"Version": "28.5.2", "ApiVersion": "1.51"}}
C8D = [["driver-type", "io.containerd.snapshotter.v1"]]


@pytest.mark.parametrize(
    ("version", "info", "engine"),
    [
        (CLI, {"Driver": "overlay2"}, Engine("docker", "28.5.2", "1.41", ImageStore.CLASSIC)),
        (CLI["Server"], {"Driver": "btrfs"}, Engine("docker", "28.5.2", "1.51", ImageStore.CLASSIC)),
        (CLI, {"Driver": "btrfs", "DriverStatus": C8D}, Engine("docker", "28.5.2", "1.41", ImageStore.CONTAINERD)),
        (CLI, {"Driver": "overlayfs"}, Engine("docker", "28.5.2", "1.41", ImageStore.UNKNOWN)),
        (CLI, {"Driver": 7, "DriverStatus": [[1], None]}, Engine("docker", "28.5.2", "1.41", ImageStore.UNKNOWN)),
        (
            {"Version": "4.3.1", "Components": [{"Name": "Podman Engine"}]},
            {"Driver": "vfs"},
            Engine("podman", "4.3.1", "", ImageStore.UNKNOWN),
        ),
        (
            {"Client": {"APIVersion": "5.4.2", "Version": "5.4.2"}},
            {"Driver": "overlay"},
            Engine("podman", "5.4.2", "5.4.2", ImageStore.UNKNOWN),
        ),
        (
            {"Client": {"APIVersion": "5.4.2", "Version": "5.4.2"}, "Server": {"Version": "5.0.0"}},
            {},
            Engine("podman", "5.0.0", "5.4.2", ImageStore.UNKNOWN),
        ),
        ({}, {}, Engine("docker", "", "", ImageStore.UNKNOWN)),
        (None, [], Engine("docker", "", "", ImageStore.UNKNOWN)),
    ],
)
def test_the_store_is_known_only_where_the_engine_tells_it(version: Any, info: Any, engine: Engine) -> None:  # noqa: ANN401
    """A classic store proves drift by IDs, so one that cannot be told is unknown and never classic."""
    assert parse_engine(version, info) == engine


@pytest.mark.parametrize(
    ("info", "count"),
    [
        ({"Containers": 3}, 3),
        ({"store": {"containerStore": {"number": 2}}}, 2),
        ({"Containers": "3"}, 0),
        ({"store": [1]}, 0),
        ({}, 0),
    ],
)
def test_the_containers_are_counted_by_docker_and_by_podman(info: dict[str, Any], count: int) -> None:
    """Each engine has its own place for the number, and what is no number counts nothing."""
    assert counted_containers(info) == count

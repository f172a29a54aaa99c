"""An engine as it names itself."""

from __future__ import annotations

from typing import Any

import pytest

from platformctl.identity.candidate import ImageStore
from platformctl.observation.engine import Engine, parse_engine

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
        ({}, {}, Engine("docker", "", "", ImageStore.UNKNOWN)),
        (None, [], Engine("docker", "", "", ImageStore.UNKNOWN)),
    ],
)
def test_the_store_is_known_only_where_the_engine_tells_it(version: Any, info: Any, engine: Engine) -> None:  # noqa: ANN401
    """A classic store proves drift by IDs, so one that cannot be told is unknown and never classic."""
    assert parse_engine(version, info) == engine

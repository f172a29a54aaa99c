"""Engines of other Debian releases, where their roots were made: a root is never made by a test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .engines import KINDS
from .fleet import SECRET
from .image import Document
from .record import Scene, make, record
from .registry import Registry
from .root import cache

pytestmark = pytest.mark.lab


def test_containerd_store_shows_the_platform_to_a_new_client_only(
    lab: Path, registry: Registry, tmp_path: Path
) -> None:
    """Engine 28 shows the index as image ID to all, and the platform's manifest from API 1.48 on."""
    with scene(lab, registry, "docker-sid") as made:
        new, old = (containers(folder) for folder in record(made, tmp_path))
        service = made.services["rs2000"][0]
    digests = {manifest["digest"] for manifest in service.lock()["manifests"]}
    assert new["Image"] == old["Image"] == service.lock()["digest"]
    assert new["ImageManifestDescriptor"]["digest"] in digests
    assert "ImageManifestDescriptor" not in old


def test_older_containerd_store_shows_no_platform(lab: Path, registry: Registry, tmp_path: Path) -> None:
    """Engine 26 shows the index as image ID and nothing beside it."""
    with scene(lab, registry, "docker-trixie") as made:
        shown = containers(record(made, tmp_path)[0])
        assert shown["Image"] == made.services["rs2000"][0].lock()["digest"]
    assert "ImageManifestDescriptor" not in shown


@pytest.mark.parametrize("kind", ["podman-bookworm", "podman-trixie"])
def test_podman_shows_less_on_its_socket(lab: Path, registry: Registry, tmp_path: Path, kind: str) -> None:
    """Podman's containers run; the command line names the pulled digest, the socket does not, neither the secret."""
    with scene(lab, registry, kind) as made:
        cli, socket = (containers(folder) for folder in record(made, tmp_path))
        service = made.services["rs2000"][0]
    assert (cli["State"]["Status"], cli["ImageDigest"]) == ("running", service.lock()["digest"])
    assert socket["Image"] == f"sha256:{cli['Image']}"
    assert "ImageDigest" not in socket
    assert cli["Config"]["CreateCommand"].count("--env=SESSION_SECRET=") == 1
    assert not [file for file in tmp_path.rglob("*.json") if SECRET in file.read_text()]


@contextmanager
def scene(lab: Path, registry: Registry, kind: str) -> Iterator[Scene]:
    """Make the meerkat state, where the engine's root is."""
    suite = KINDS[kind].suite
    if suite and not (cache() / suite).exists():
        pytest.skip(f"there is no root of Debian {suite}: python -m tests.lab.root {suite} makes it")
    with make(lab, registry, KINDS[kind], "meerkat") as made:
        yield made


def containers(folder: Path) -> Document:
    """Return the only container of a recording."""
    shown: list[Document] = json.loads((folder / "containers.json").read_text())
    assert len(shown) == 1
    return shown[0]

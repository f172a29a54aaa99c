"""The recordings are those that the lab makes, complete, without secrets, and explained where one cannot be made."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from .engines import KINDS
from .fleet import SECRET
from .identities import IDENTITIES, UNSHOWN
from .record import OUT, scenarios

# By folder: the kind of engine that it shows.
FOLDERS = {
    "docker-20.10-classic": "docker-bookworm",
    "docker-26.1-containerd": "docker-trixie",
    "docker-28.5-classic": "docker-sid-classic",
    "docker-28.5-containerd": "docker-sid",
    "docker-28.5-containerd-api1.47": "docker-sid",
    "podman-4.3-cli": "podman-bookworm",
    "podman-4.3-socket": "podman-bookworm",
    "podman-5.4-cli": "podman-trixie",
    "podman-5.4-socket": "podman-trixie",
}


def test_every_engine_has_every_state() -> None:
    """Each engine's folder holds the states that it can show, and no others."""
    recorded = {
        folder.name: sorted(state.name for state in folder.iterdir()) for folder in OUT.iterdir() if folder.is_dir()
    }
    assert recorded == {folder: sorted(scenarios(kind)) for folder, kind in FOLDERS.items()}


def test_every_kind_is_recorded() -> None:
    """No kind of engine is left out, and what one cannot show is among the states."""
    assert set(FOLDERS.values()) == set(KINDS) == set(UNSHOWN)
    assert {state for unshown in UNSHOWN.values() for state in unshown} <= set(IDENTITIES)


def test_locks_are_of_the_pins() -> None:
    """A module with a digest has the lock of this digest beside it; one with a tag only has none."""
    for place in OUT.rglob("module.yaml"):
        image = yaml.safe_load(place.read_text())["image"]
        lock = place.with_name("image.lock.json")
        found = [json.loads(lock.read_text())] if lock.exists() else []
        assert [(each["image"], each["digest"]) for each in found] == (
            [(image, image.split("@")[1])] if "@" in image else []
        )


def test_no_secret_is_recorded() -> None:
    """The secret that a container was started with is in no file."""
    assert not [file for file in _files(OUT) if SECRET in file.read_text()]


def test_what_cannot_be_shown_is_explained() -> None:
    """The README of the recordings has a line for each kind of engine and each state that it cannot show."""
    lines = [line for line in (OUT / "README.md").read_text().splitlines() if line.startswith("| ")]
    for kind, unshown in UNSHOWN.items():
        for state, reason in unshown.items():
            row = [line for line in lines if f"`{kind}`" in line and f"`{state}`" in line]
            assert [reason in line for line in row] == [True], f"{kind}: {state}"


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]

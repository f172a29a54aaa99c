"""One container of one recording: the declaration, what a client was shown, what the registry would answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.lab.identities import IDENTITIES
from tests.lab.record import OUT

from . import reference
from .answer import Answer, Store, of_lock, of_truth

# The engine made these images itself: no registry has the digests that a containerd store gives them.
MADE_ON_THE_HOST = frozenset({"built", "committed", "imported", "loaded-from-classic", "loaded-other"})
# Their indexes hold indexes, of which no platform is told.
NESTED = frozenset({"nested", "nested-inner", "nested-leaf"})
# The pin is a part of what the container's name stands for in the registry, so no name there stands for the pin.
PART_PINNED = frozenset(
    {"child-pinned-and-pulled", "manifest-pinned", "nested-inner", "nested-leaf", "other-platform-pinned"}
)
# Shows the platform's manifest beside the digest that was pulled.
TELLING = "docker-28.5-containerd"


@dataclass(frozen=True, slots=True)
class Case:
    """What a tool can know of one container.

    Attributes:
        declared: the image of the declaration.
        container: what `docker inspect` shows.
        image: what `docker image inspect` shows of the container's image by its ID, None if the record is gone.
        store: what the engine's image IDs are.
        api: how a client spoke with the engine: Docker's API, or `podman`, Podman's own.
        podman: whether the engine is Podman.
        part_pinned: whether the declaration is a part of what the container's name stands for in the registry.
        manifests_shown: whether the API shows the manifests of an image (containerd store, API 1.48 and later).
    """

    state: str
    view: str
    declared: str
    truth: str
    container: Mapping[str, Any]
    image: Mapping[str, Any] | None
    store: Store
    answer: Answer
    podman: bool = False
    api: str = "docker"
    manifests_shown: bool = False
    part_pinned: bool = False

    @property
    def made_from(self) -> str:
        """The name that the container was made from."""
        return str(self.container["Config"]["Image"])

    @property
    def runs(self) -> str:
        """The container's image ID."""
        return str(self.container["Image"])

    @property
    def tags(self) -> tuple[str, ...]:
        """RepoTags of the container's image, empty if its record is gone."""
        return tuple((self.image or {}).get("RepoTags") or ())

    @property
    def digests(self) -> tuple[str, ...]:
        """The digests of RepoDigests of the container's image, in their order, empty if its record is gone."""
        return tuple(reference.digest(each) for each in (self.image or {}).get("RepoDigests") or ())

    @property
    def manifest(self) -> str | None:
        """The platform's manifest that the container runs, where the engine shows it."""
        shown = (self.container.get("ImageManifestDescriptor") or {}).get("digest")
        return str(shown) if shown else None

    @property
    def platform(self) -> str:
        """The platform that the container was made for, the hosts' own where nothing says."""
        shown = (self.container.get("ImageManifestDescriptor") or {}).get("platform")
        if shown:
            return f"{shown['os']}/{shown['architecture']}"
        record = self.image or {}
        return f"{record['Os']}/{record['Architecture']}" if record.get("Architecture") else "linux/amd64"


def cases() -> tuple[Case, ...]:
    """Return all recorded states of identity, by state and view."""
    return tuple(case for state in IDENTITIES for view in views() for case in _cases(state, view))


@cache
def views() -> tuple[str, ...]:
    """Return the names of all views."""
    return tuple(sorted(folder.name for folder in OUT.iterdir() if folder.is_dir()))


def _cases(state: str, view: str) -> Iterator[Case]:
    folder = OUT / view / state
    if not folder.exists():
        return
    for module, expected in _json(folder / "expected.json").items():
        yield _known(_case(folder, module, str(expected["truth"])))


def _case(folder: Path, module: str, truth: str) -> Case:
    engine = _json(folder / "host.json")["engine"]
    declared = str(yaml.safe_load((folder / "modules" / module / "module.yaml").read_text())["image"])
    container = next(each for each in _json(folder / "containers.json") if each["Name"].lstrip("/") == module)
    images = {str(each["Id"]).removeprefix("sha256:"): each for each in _json(folder / "images.json")}
    image = images.get(str(container["Image"]).removeprefix("sha256:"))
    podman = engine["name"] == "podman"
    store: Store = "podman" if podman else "containerd" if engine["imageStore"] == "containerd" else "classic"
    version = tuple(int(part) for part in engine["apiVersion"].split("."))
    lock = folder / "modules" / module / "image.lock.json"
    digests = tuple(reference.digest(each) for each in (image or {}).get("RepoDigests") or ())
    return Case(
        state=folder.name,
        view=folder.parent.name,
        declared=declared,
        truth=truth,
        container=container,
        image=image,
        store=store,
        answer=of_lock(_json(lock), store) if lock.exists() else of_truth(container, digests, same=truth == "in-sync"),
        podman=podman,
        api="podman" if folder.parent.name.endswith("-cli") else "docker",
        manifests_shown=store == "containerd" and version >= (1, 48),
        part_pinned=folder.name in PART_PINNED,
    )


def _known(case: Case) -> Case:
    """Add what the registry would say of the digests that the image's record lists."""
    children = {**_told(case.state), **case.answer.children}
    refused = frozenset(
        each
        for each in (*case.digests, case.answer.digest)
        if case.state in NESTED or (case.state in MADE_ON_THE_HOST and not case.answer.knows(each))
    )
    return replace(case, answer=replace(case.answer, children=children, refused=refused))


@cache
def _told(state: str) -> Mapping[tuple[str, str], str]:
    """Return which platform's manifest a pulled digest leads to, as one engine shows it of the same state."""
    folder = OUT / TELLING / state
    if not folder.exists() or state in MADE_ON_THE_HOST | NESTED:
        return {}
    shown = [each for each in _json(folder / "containers.json") if each.get("ImageManifestDescriptor")]
    return {
        (each["Image"], f"{descriptor['platform']['os']}/{descriptor['platform']['architecture']}"): descriptor[
            "digest"
        ]
        for each in shown
        if "platform" in (descriptor := each["ImageManifestDescriptor"])
    }


def _json(path: Path) -> Any:  # noqa: ANN401  a JSON document is whatever it is
    return json.loads(path.read_text())

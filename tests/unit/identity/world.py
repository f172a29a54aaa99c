"""A small registry, and engines that tell the truth about what they run of it, if seldom all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from hypothesis import strategies as st

from platformctl.identity.candidate import ImageStore, RunningImage
from platformctl.identity.closure import Closure
from platformctl.identity.digest import Digest
from platformctl.identity.reference import Reference
from platformctl.observation.container import Container, parse_container
from platformctl.observation.engine import Engine
from platformctl.observation.host import Attempt, Reached
from platformctl.observation.image import parse_image

from .registry import Build, Index, Node, Packed, closure, configs, digest_of

PLATFORMS: Final = ("linux/amd64", "linux/amd64/v3", "linux/arm64/v8", "linux/arm/v6", "linux/arm/v7", "linux/arm/v8")
_UNTOLD: Final = {"linux/arm/v6", "linux/arm/v7", "linux/arm/v8"}
"""Platforms whose variant builders may leave out of the config, though it says which programs can run."""

NAME: Final = "ghcr.io/x/y"
ENGINES: Final = {
    "classic": Engine("docker", "20.10.24", "1.41", ImageStore.CLASSIC),
    "containerd": Engine("docker", "28.5.2", "1.51", ImageStore.CONTAINERD),
    "older": Engine("docker", "26.1.5", "1.45", ImageStore.CONTAINERD),
    "podman": Engine("podman", "4.3.1", "1.41", ImageStore.UNKNOWN),
    "unknown": Engine("docker", "28.5.2", "1.51", ImageStore.UNKNOWN),
}


@dataclass(frozen=True, slots=True)
class World:
    """What is pinned, what is known of the registry, what an engine shows, and whether that is what is pinned.

    `poorer` is what the same engine shows with holes: fields left out, the image record gone or empty.
    """

    pin: Reference
    closures: dict[Digest, Closure]
    some_closures: dict[Digest, Closure]
    image: RunningImage
    poorer: RunningImage
    is_same: bool


@st.composite
def nodes(draw: st.DrawFn) -> list[Node]:
    """Make images of a few builds, packed once or twice, and indexes of them, also nested and pushed again."""
    builds = draw(st.lists(_build(), min_size=2, max_size=4, unique=True))
    found: list[Node] = [Packed(one, packing) for one in builds for packing in range(draw(st.integers(1, 2)))]
    for _ in range(draw(st.integers(0, 3))):
        shallow = [one for one in found if isinstance(one, Packed) or all(isinstance(c, Packed) for c in one.children)]
        children = draw(st.lists(st.sampled_from(shallow), min_size=1, max_size=3, unique=True))
        found.append(Index(tuple(children), draw(st.integers(0, 2))))
    return found


@st.composite
def _build(draw: st.DrawFn) -> Build:
    platform = draw(st.sampled_from(PLATFORMS))
    return Build(
        platform,
        tells_variant=platform not in _UNTOLD or draw(st.booleans()),
        layers=draw(st.integers(0, 1)),
        mode=draw(st.integers(0, 1)),
        health=draw(st.booleans()),
        day=draw(st.integers(1, 2)),
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Make a registry, a pin on any part of it, and a container of any part of it on any engine."""
    registry = draw(nodes())
    pin, pulled = draw(st.sampled_from(registry[::-1])), draw(st.sampled_from(registry))
    image = draw(st.sampled_from(pulled.images))
    kind = draw(st.sampled_from(sorted(ENGINES)))
    names = [node for node in registry if image.build.config in configs(node)]
    show = _by_index if kind in {"containerd", "older"} or (kind == "unknown" and draw(st.booleans())) else _by_config
    container, record = draw(show(kind, image, pulled, names))
    closures = {node.digest: closure(node) for node in registry}
    known = draw(st.just({pin.digest}) | st.sets(st.sampled_from(sorted(closures))))
    return World(
        pin=Reference("ghcr.io", "x/y", None, pin.digest),
        closures=closures,
        some_closures={digest: closures[digest] for digest in known},
        image=seen(ENGINES[kind], container, record),
        poorer=draw(_with_holes(ENGINES[kind], container, record)),
        is_same=image.build.config in configs(pin),
    )


def seen(engine: Engine, container: dict[str, Any], record: dict[str, Any] | None) -> RunningImage:
    """Return what is understood of an engine's answers."""
    one = parse_container({"Id": "a" * 64, "Name": "/x", "State": {"Status": "running"}, **container})
    assert isinstance(one, Container)
    images = [parse_image(record)] if record else []
    found = tuple(image for image in images if image)
    return Reached("h", "", engine, (one,), (), found, None, Attempt(1, 0, ())).running_image(one)


@st.composite
def _by_index(
    draw: st.DrawFn, kind: str, image: Packed, pulled: Node, names: list[Node]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Show what the containerd store shows: the ID is what was pulled, the record that of the host's own platform.

    A host has its preference among the platforms that were pulled; whatever it is, v1 of amd64 comes before v3.
    """
    assert pulled in names
    pinned = f"{NAME}@{pulled.digest}"
    container = {"Image": pulled.digest, "Config": {"Image": draw(st.sampled_from((pinned, f"{NAME}:1")))}}
    if kind == "containerd":
        platform = image.build.entry if isinstance(pulled, Index) else image.build.platform_parts
        container["ImageManifestDescriptor"] = {"digest": image.digest, "platform": platform}
    shown = draw(st.sampled_from([one for one in pulled.images if one == image or not _is_second(one, image)]))
    return container, {**_record(shown.build), "Id": pulled.digest, "RepoDigests": [pinned]}


def _is_second(one: Packed, to: Packed) -> bool:
    return (one.build.platform, to.build.platform) == ("linux/amd64/v3", "linux/amd64")


@st.composite
def _by_config(
    draw: st.DrawFn, kind: str, image: Packed, pulled: Node, names: list[Node]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Show what the classic store and Podman show: the ID is the config's digest, or Podman's own invention."""
    own = digest_of(image.build.config)
    if kind == "podman" and draw(st.booleans()):
        own = digest_of(b"@With TOC:" + image.build.config)
    listed = draw(st.lists(st.sampled_from(names), unique=True))
    record = {**_record(image.build), "Id": own, "RepoDigests": [f"{NAME}@{node.digest}" for node in listed]}
    container: dict[str, Any] = {"Image": own, "Config": {"Image": f"{NAME}@{pulled.digest}"}}
    if kind == "podman":
        container["ImageDigest"] = draw(st.sampled_from(names)).digest
        record["Config"].pop("Healthcheck", None)
        record.pop("Variant", None)
    return container, record


def _record(build: Build) -> dict[str, Any]:
    return {
        **{key.title(): value for key, value in build.platform_parts.items()},
        "Created": build.created.replace(".120000000Z", ".12Z"),
        "RootFS": {"Type": "layers", "Layers": build.diff_ids},
        "Config": {"Hostname": "", "Entrypoint": None, "Volumes": {}, **build.settings},
    }


@st.composite
def _with_holes(draw: st.DrawFn, engine: Engine, container: dict[str, Any], record: dict[str, Any]) -> RunningImage:
    left_out = draw(st.sets(st.sampled_from(("ImageManifestDescriptor", "Config", "ImageDigest", "Image"))))
    poorer = {key: value for key, value in container.items() if key not in left_out}
    lost = draw(st.sets(st.sampled_from(("RepoDigests", "Config", "RootFS", "Created", "Os"))))
    kept = {key: value for key, value in record.items() if key not in lost}
    blind = Engine(engine.name, engine.version, engine.api_version, ImageStore.UNKNOWN)
    return seen(draw(st.sampled_from((engine, blind))), poorer, draw(st.sampled_from((kept, kept, None))))

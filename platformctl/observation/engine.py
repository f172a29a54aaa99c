"""The container engine of a host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from platformctl.identity.candidate import ImageStore
from platformctl.observation.document import items, mapping, text
from platformctl.published import Published

_CONTAINERD_SNAPSHOTTER: Final = ("driver-type", "io.containerd.snapshotter.v1")
_GRAPH_DRIVERS: Final = frozenset(
    {"overlay2", "overlay", "aufs", "btrfs", "devicemapper", "fuse-overlayfs", "vfs", "windowsfilter", "zfs"}
)


@dataclass(frozen=True, slots=True)
class Engine(Published):
    """An engine as it names itself, versions as it prints them.

    `api_version` is the one that both sides speak: fields that came with a later one are not shown.
    """

    name: Literal["docker", "podman"]
    version: str
    api_version: str = ""
    image_store: ImageStore = ImageStore.UNKNOWN


def parse_engine(version: object, info: object) -> Engine:
    """Read an engine from the answers to `GET /version` and `GET /info`, or to `version` and `info` of its command.

    Podman's command (4.3 and 5.4) is client and engine in one, and spells `APIVersion`.

    The store is told by `DriverStatus`: the driver's name alone does not, since btrfs, zfs and fuse-overlayfs are
    names of classic graph drivers and of containerd snapshotters (Docker 20.10 and 28.5).
    """
    client = mapping(mapping(version).get("Client"))
    alone = client if "APIVersion" in client else mapping(version)
    server = mapping(mapping(version).get("Server")) or alone
    names = {text(mapping(component).get("Name")) for component in items(server.get("Components"))}
    name: Literal["docker", "podman"] = "podman" if "APIVersion" in client or "Podman Engine" in names else "docker"
    spoken = (client.get("ApiVersion"), server.get("ApiVersion"), client.get("APIVersion"))
    return Engine(
        name=name,
        version=text(server.get("Version")) or text(mapping(info).get("ServerVersion")),
        api_version=next((one for one in map(text, spoken) if one), ""),
        image_store=_image_store(name, mapping(info)),
    )


def counted_containers(info: Mapping[str, object]) -> int:
    """Return how many containers the answer to `info` counts, 0 where it counts none or does not tell."""
    podmans = mapping(mapping(info.get("store")).get("containerStore")).get("number")
    counted = info.get("Containers", podmans)
    return counted if isinstance(counted, int) else 0


def _image_store(name: str, info: Mapping[str, object]) -> ImageStore:
    if name == "podman":
        return ImageStore.UNKNOWN
    status = {tuple(map(str, items(row))) for row in items(info.get("DriverStatus"))}
    if _CONTAINERD_SNAPSHOTTER in status:
        return ImageStore.CONTAINERD
    return ImageStore.CLASSIC if info.get("Driver") in _GRAPH_DRIVERS else ImageStore.UNKNOWN

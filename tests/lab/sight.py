"""How much of an image's identity an engine shows, and what a proof needs besides."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias, get_args

# What a proof needs besides what is shown, each with all before it: the closure of the pin; a registry that tells what
# the running image's own digests mean, and what a tag does; more than anybody can be asked.
Need: TypeAlias = Literal["nothing", "closure", "registry", "more"]
NEEDS: tuple[Need, ...] = get_args(Need)


class Sight(StrEnum):
    """What the image ID of a container is, and what is shown beside it."""

    CLASSIC = "classic"  # the config's digest
    CONTAINERD = "containerd"  # an index or a manifest, and the platform's manifest (from API 1.48 on)
    OLDER = "older"  # an index or a manifest, and nothing that tells which platform of it runs
    PODMAN = "podman"  # the config's digest, every digest that was pulled, and a digest of the container's own
    SOCKET = "socket"  # the same without the container's own digest: Podman's Docker-compatible API


@dataclass(frozen=True, slots=True)
class Needs:
    """What a proof needs, by what is shown."""

    classic: Need = "nothing"
    containerd: Need = "nothing"
    older: Need = "nothing"
    podman: Need = "nothing"
    socket: Need = "nothing"

    def at(self, sight: Sight) -> Need:
        """What it needs where this is shown."""
        needs: dict[Sight, Need] = {
            Sight.CLASSIC: self.classic,
            Sight.CONTAINERD: self.containerd,
            Sight.OLDER: self.older,
            Sight.PODMAN: self.podman,
            Sight.SOCKET: self.socket,
        }
        return needs[sight]


def closure(
    *, containerd: Need = "closure", older: Need = "closure", podman: Need = "closure", socket: Need = "closure"
) -> Needs:
    """Return what needs the closure, but where something else is said."""
    return Needs("closure", containerd, older, podman, socket)

"""What a measured client is told: where the hosts are, who it is, and what there is to ask about."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

CONCURRENT = 32
"""Hosts at once, for every client: what `observe_fleet` allows itself."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a host's SSH server listens."""

    name: str
    address: str
    port: int


@dataclass(frozen=True, slots=True)
class Inventory:
    """The hosts of a cell.

    Attributes:
        identity_file: the key that may run commands and forward sockets.
        agent_file: the key that may ask the host agent only.
        line: the five questions as one shell line, the IDs in it.
        barest: the two inspects as one shell line.
    """

    places: tuple[Place, ...]
    user: str
    known_hosts: str
    identity_file: str
    agent_file: str
    container_ids: tuple[str, ...]
    image_ids: tuple[str, ...]
    line: str
    barest: str

    def of(self, hosts: int) -> Inventory:
        """Return the same with the first hosts only."""
        return replace(self, places=self.places[:hosts])

    def write(self, path: Path) -> None:
        """Write it for a client."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")


def read(arguments: Sequence[str]) -> Inventory:
    """Read the inventory that the first argument of a client names."""
    content = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    places = tuple(Place(**place) for place in content.pop("places"))
    containers, images = tuple(content.pop("container_ids")), tuple(content.pop("image_ids"))
    return Inventory(places=places, container_ids=containers, image_ids=images, **content)

"""What a host listed, each thing once, so that neither the order nor the repeats of an answer can matter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

from platformctl.identity.digest import Digest
from platformctl.observation.container import Container, Undescribed
from platformctl.observation.host import HostObservation, Reached
from platformctl.observation.image import Image


def distinct(host: HostObservation) -> HostObservation:
    """Keep one entry for each container and each image.

    Recordings made by hand repeat themselves, and may hold two moments. A container described in two ways counts as
    undescribed, since either may be out of date; the records of an image add up, since every digest names it.
    """
    if not isinstance(host, Reached):
        return host
    listed = [_one(found) for found in _grouped((*host.containers, *host.undescribed))]
    return replace(
        host,
        containers=tuple(one for one in listed if isinstance(one, Container)),
        undescribed=tuple(one for one in listed if isinstance(one, Undescribed)),
        images=_added_up(host.images),
    )


def _grouped(listed: Iterable[Container | Undescribed]) -> list[list[Container | Undescribed]]:
    ordered = sorted(listed, key=lambda one: one.id)
    return [list(found) for _, found in groupby(ordered, key=lambda one: one.id)]


def _one(found: list[Container | Undescribed]) -> Container | Undescribed:
    descriptions = {one for one in found if isinstance(one, Container)}
    if len(descriptions) == 1:
        return descriptions.pop()
    names = {one.name for one in found}
    return Undescribed(found[0].id, names.pop() if len(names) == 1 else "")


def _added_up(images: Iterable[Image]) -> tuple[Image, ...]:
    found: dict[Digest, list[Image]] = {}
    for image in images:
        found.setdefault(image.id, []).append(image)
    return tuple(_sum(same) for _, same in sorted(found.items()))


def _sum(same: list[Image]) -> Image:
    platforms, contents = {image.platform for image in same}, {image.content for image in same}
    return Image(
        id=same[0].id,
        candidates=tuple(candidate for image in same for candidate in image.candidates),
        platform=platforms.pop() if len(platforms) == 1 else None,
        content=contents.pop() if len(contents) == 1 else None,
    )

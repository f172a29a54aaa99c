"""Containers as they truly are, whatever an engine may show of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from hypothesis import strategies as st

from platformctl.identity.content import ImageContent
from platformctl.identity.digest import Digest

HOSTS: Final = ("nan", "1")
"""Names that a careless join would take for numbers and holes."""

NAMES: Final = ("web", "nan", "1e5")
SERVICES: Final = (("apps", "web"), ("nan", "1"))
IMAGES: Final = range(2)
STATES: Final = ("running", "running", "running", "exited")
HEALTHS: Final = (None, "healthy", "unhealthy", "starting")


def digest(kind: str, image: int) -> Digest:
    """Return the digest of a part of one of the images: its index, manifest or config."""
    return Digest(f"sha256:{hashlib.sha256(f'{kind}{image}'.encode()).hexdigest()}")


def content(image: int) -> ImageContent:
    """Return what one of the images holds: the layers differ, and so do the settings."""
    return ImageContent("linux/amd64", (digest("layer", image),), "", (("Env", f'["IMAGE={image}"]'),))


@dataclass(frozen=True, slots=True)
class Actual:
    """A container as it truly is."""

    host: str
    name: str
    service: tuple[str, str] | None
    one_off: bool
    image: int
    state: str
    health: str | None

    @property
    def id(self) -> str:
        """The container's ID."""
        return hashlib.sha256(f"{self.host}/{self.name}".encode()).hexdigest()


@st.composite
def actuals(draw: st.DrawFn) -> tuple[Actual, ...]:
    """Make the containers of a fleet; names are unique on a host, as engines see to."""
    one = st.builds(
        Actual,
        host=st.sampled_from(HOSTS),
        name=st.sampled_from(NAMES),
        service=st.none() | st.sampled_from(SERVICES),
        one_off=st.sampled_from((False, False, True)),
        image=st.sampled_from(IMAGES),
        state=st.sampled_from(STATES),
        health=st.sampled_from(HEALTHS),
    )
    return tuple(draw(st.lists(one, max_size=6, unique_by=lambda actual: (actual.host, actual.name))))

"""What a plan deliberately does not compare: one list, with a reason for each entry."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from platformctl.catalog.module import Module


class Omission(StrEnum):
    """Why a declared path is not compared."""

    PROBED_BY_SMOKE = "probed-by-smoke"
    POINTS_TO_SOURCE = "points-to-source"
    FLAG_ONLY = "flag-only"
    UNDECLARED = "undeclared"


SENTENCES: Final = {
    Omission.PROBED_BY_SMOKE: "Probes speak to the service; a plan only looks at the engine.",
    Omission.POINTS_TO_SOURCE: "It says where the service is defined, not how it runs.",
    Omission.FLAG_ONLY: "Another platform is shown as a flag and never as drift.",
    Omission.UNDECLARED: "A module declares no environment, ports, volumes, networks or command.",
}


def omissions(module: Module) -> Iterator[tuple[str, Omission]]:
    """Yield what this module declares, or could be thought to declare, that the plan does not compare."""
    if module.smoke:
        yield "smoke.probes", Omission.PROBED_BY_SMOKE
    if module.compose:
        yield "compose.service", Omission.POINTS_TO_SOURCE
    if module.platform:
        yield "platform", Omission.FLAG_ONLY
    yield "container.configuration", Omission.UNDECLARED

"""What a smoke of a module asks: the probes that it declares, and always its container."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from platformctl.catalog.catalog import Catalog
from platformctl.catalog.module import Module
from platformctl.catalog.probe import ContainerCheck, Origin, Probe
from platformctl.catalog.target import Target

Kind: TypeAlias = Literal["http", "tcp", "container"]
Key: TypeAlias = tuple[str, int]
"""A module's name, and the place of a probe among its probes."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A probe of a module, which is not run yet."""

    module: Module
    number: int
    probe: Probe

    @property
    def key(self) -> Key:
        """What tells it from all others of a run."""
        return (self.module.name, self.number)

    @property
    def kind(self) -> Kind:
        """What is asked."""
        return "http" if self.probe.http else "tcp" if self.probe.tcp else "container"

    @property
    def name(self) -> str:
        """How results call it."""
        asked = self.probe.http.url if self.probe.http else str(self.probe.target or self.module.target)
        return self.probe.name or f"{self.kind} {asked}"

    @property
    def origin(self) -> Origin | None:
        """Where it is asked from; None where the engine is asked."""
        return None if self.probe.container else self.probe.origin


def agenda(module: Module) -> tuple[Planned, ...]:
    """Return the probes of a module, its container's last: that one takes time which the others can use."""
    declared = module.smoke.probes if module.smoke else ()
    others = tuple(probe for probe in declared if not probe.container)
    watching = tuple(probe for probe in declared if probe.container) or (Probe(container=ContainerCheck()),)
    return tuple(Planned(module, number, probe) for number, probe in enumerate((*others, *watching)))


def targets(catalog: Catalog, host: str) -> tuple[Target, ...]:
    """Return where the probes of all modules connect to from a host, sorted."""
    planned = (one for module in catalog.modules if module.host == host for one in agenda(module))
    return tuple(sorted({one.probe.target for one in planned if one.origin == "host" and one.probe.target}))

"""One host and one module, for tests that look at a single rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from platformctl.catalog.catalog import Catalog, NamedHost
from platformctl.catalog.inventory import SnapshotHost
from platformctl.catalog.module import Module
from platformctl.errors import Failure
from platformctl.identity.candidate import ImageStore
from platformctl.observation.container import Undescribed
from platformctl.observation.engine import Engine
from platformctl.observation.host import Attempt, FleetObservation
from platformctl.observation.snapshot import Snapshot, observation
from platformctl.plan.make import make_plan
from platformctl.plan.plan import ModulePlan, Plan

from .actual import digest
from .strategies import CIRCUMSTANCES, declared

PINNED: Final = f"registry.example/app@{digest('index', 0)}"
WEB: Final = declared("web", "h1", "web", image=PINNED)
REPLICAS: Final = declared("web", "h1", ("apps", "web"), image=PINNED)


def container(name: str = "web", number: int = 1, **changes: object) -> dict[str, Any]:
    """Return a running container of the pinned image that belongs to the service apps/web."""
    document: dict[str, Any] = {
        "Id": f"{number:064x}",
        "Name": f"/{name}",
        "Image": digest("config", 0),
        "Config": {
            "Image": PINNED,
            "Labels": {"com.docker.compose.project": "apps", "com.docker.compose.service": "web"},
        },
        "State": {"Status": "running"},
    }
    return {**document, **changes}


def look(
    *containers: dict[str, Any],
    undescribed: tuple[Undescribed, ...] = (),
    images: tuple[dict[str, Any], ...] = (),
) -> Snapshot:
    """Return what one look at the host showed."""
    return Snapshot(
        host="h1",
        taken_at="2026-01-02T03:04:05+00:00",
        engine=Engine("docker", "28.5.2", "1.51", ImageStore.CLASSIC),
        containers=containers,
        undescribed=undescribed,
        images=images,
        failure=None,
        images_failure=None,
        attempt=Attempt(1, 5, (("docker", "version"),)),
    )


def unreached(failure: Failure) -> Snapshot:
    """Return what a look gives that the host did not answer."""
    return replace(look(), engine=None, failure=failure)


def half_gone(name: str, number: int = 9) -> Undescribed:
    """Return a container that was listed and not described."""
    return Undescribed(f"{number:064x}", name)


def plan(snapshot: Snapshot, *modules: Module) -> Plan:
    """Plan modules (the one named web unless others are given) against one look at the host."""
    chosen = modules or (WEB,)
    catalog = Catalog(chosen, (NamedHost("h1", SnapshotHost(transport="snapshot", path="h1")),), ())
    scope = frozenset(module.name for module in chosen)
    return make_plan(catalog, scope, FleetObservation((observation(snapshot),)), CIRCUMSTANCES)


def judged(snapshot: Snapshot, *modules: Module) -> ModulePlan:
    """Return the verdict on the first of them."""
    return plan(snapshot, *modules).modules[0]

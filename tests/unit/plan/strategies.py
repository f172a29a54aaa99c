"""What Hypothesis makes: fleets as they truly are, what engines show of them, and catalogs that declare them or not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from platformctl.catalog.catalog import Catalog, NamedHost
from platformctl.catalog.inventory import SnapshotHost
from platformctl.catalog.module import Module
from platformctl.identity.closure import Closure, ImageConfig, Manifest
from platformctl.observation.host import FleetObservation
from platformctl.observation.snapshot import Snapshot, observation
from platformctl.plan.make import Circumstances, make_plan
from platformctl.plan.plan import CatalogState, Plan, Tool
from platformctl.reason import Verdict

from .actual import HEALTHS, HOSTS, IMAGES, NAMES, SERVICES, STATES, Actual, actuals, content, digest
from .looks import looks

CIRCUMSTANCES: Final = Circumstances(
    "2026-01-02T03:04:05+00:00", Tool("platformctl", "0"), CatalogState("catalog", None, dirty=False)
)
unhurried: Final = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)
"""A slow machine is no failure."""


@dataclass(frozen=True, slots=True)
class World:
    """A catalog, the fleet as it is, and what one look at it shows."""

    catalog: Catalog
    actual: tuple[Actual, ...]
    snapshots: tuple[Snapshot, ...]

    def plan(self, scope: Iterable[str] | None = None) -> Plan:
        """Make the plan of the look."""
        names = frozenset(module.name for module in self.catalog.modules) if scope is None else frozenset(scope)
        return make_plan(self.catalog, names, self.fleet, CIRCUMSTANCES)

    @property
    def fleet(self) -> FleetObservation:
        """What the look shows, understood."""
        return FleetObservation(tuple(observation(snapshot) for snapshot in self.snapshots))

    def truth(self, module: Module) -> Verdict:
        """Say what somebody who sees everything would say; for a declared tag nobody can say that it is right."""
        found = [one for one in self.actual if one.host == module.host and _is_of(one, module)]
        if not found or any(_differs(one, module) for one in found):
            return Verdict.DRIFT
        undecided = module.expect.health and any(one.health != module.expect.health for one in found)
        return Verdict.INCONCLUSIVE if undecided or not module.reference.digest else Verdict.IN_SYNC


def _is_of(one: Actual, module: Module) -> bool:
    if module.select:
        return one.service == (module.select.project, module.select.service) and not one.one_off
    return one.name == module.container


def _differs(one: Actual, module: Module) -> bool:
    pinned = module.reference.digest
    other_image = pinned is not None and pinned not in {digest("index", one.image), digest("manifest", one.image)}
    other_health = module.expect.health and one.health in {"healthy", "unhealthy"} - {module.expect.health}
    return other_image or one.state != module.expect.state or bool(other_health)


@st.composite
def modules(draw: st.DrawFn) -> tuple[Module, ...]:
    """Make modules that may fit nothing at all; a container or service is declared once, as catalogs see to."""
    names: list[str | tuple[str, str]] = [*NAMES, *SERVICES]
    target = st.tuples(st.sampled_from(HOSTS), st.sampled_from(names))
    targets = draw(st.lists(target, max_size=6, unique=True))
    return tuple(draw(_module(f"m{number}", host, target)) for number, (host, target) in enumerate(targets))


@st.composite
def _module(draw: st.DrawFn, name: str, host: str, target: str | tuple[str, str]) -> Module:
    image = draw(st.sampled_from(IMAGES))
    references = (f"@{digest('index', image)}", f":1@{digest('manifest', image)}", ":latest")
    return declared(
        name,
        host,
        target,
        image=f"registry.example/app{draw(st.sampled_from(references))}",
        platform=draw(st.sampled_from((None, "linux/amd64"))),
        expect={"state": draw(st.sampled_from(STATES)), "health": draw(st.sampled_from(HEALTHS[:3]))},
    )


def declared(name: str, host: str, target: str | tuple[str, str], **rest: object) -> Module:
    """Return a module; a pair names a Compose project and service."""
    selector = (
        {"container": target} if isinstance(target, str) else {"select": {"project": target[0], "service": target[1]}}
    )
    return Module.model_validate({"schema": "platformctl/module/v1", "name": name, "host": host, **selector, **rest})


@st.composite
def converged(draw: st.DrawFn) -> World:
    """Make a fleet that is as declared: every container has a module that says what it is."""
    actual = draw(actuals())
    found = tuple(
        declared(
            f"m{number}",
            one.host,
            one.name,
            image=f"registry.example/app@{digest(draw(st.sampled_from(('index', 'manifest'))), one.image)}",
            expect={"state": one.state, "health": one.health if one.health in {"healthy", "unhealthy"} else None},
        )
        for number, one in enumerate(actual)
    )
    return World(draw(catalogs(found)), actual, draw(looks(actual)))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Make a fleet, what a look shows of it, and a catalog that knows nothing of either."""
    actual = draw(actuals())
    return World(draw(catalogs(draw(modules()))), actual, draw(looks(actual)))


@st.composite
def catalogs(draw: st.DrawFn, found: tuple[Module, ...]) -> Catalog:
    """Make a catalog with locks for some of the images, by index or by manifest."""
    locked = draw(st.sets(st.tuples(st.sampled_from(("index", "manifest")), st.sampled_from(IMAGES))))
    return Catalog(
        modules=found,
        hosts=tuple(NamedHost(name, SnapshotHost(transport="snapshot", path=name)) for name in sorted(HOSTS)),
        closures=tuple(_closure(kind, image) for kind, image in sorted(locked)),
    )


def _closure(kind: str, image: int) -> Closure:
    return Closure(
        digest=digest(kind, image),
        manifests=(
            Manifest(digest(kind, image), "application/vnd.oci.image.index.v1+json", None),
            Manifest(digest("manifest", image), "application/vnd.oci.image.manifest.v1+json", "linux/amd64"),
        ),
        configs=(ImageConfig(digest("config", image), content(image)),),
        source=f"modules/{kind}{image}/image.lock.json",
    )


@st.composite
def shuffled(draw: st.DrawFn, world: World) -> World:
    """Make the same look with every list in another order, and with entries said twice."""

    def mixed(entries: Iterable[Any]) -> tuple[Any, ...]:
        found = list(entries)
        return tuple(draw(st.permutations([*found, *(one for one in found if draw(st.booleans()))])))

    looks = [
        replace(
            one,
            containers=mixed(one.containers),
            undescribed=mixed(one.undescribed),
            images=mixed(one.images),
        )
        for one in world.snapshots
    ]
    return replace(world, snapshots=tuple(draw(st.permutations(looks))))

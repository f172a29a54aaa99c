"""Registries are asked for what can still decide something, where it may be had, and for nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given

from platformctl.catalog.module import Module
from platformctl.errors import Failure
from platformctl.identity.candidate import ImageStore
from platformctl.identity.closure import Closure, ImageConfig
from platformctl.identity.content import ImageContent
from platformctl.identity.digest import Digest
from platformctl.identity.knowledge import NOTHING, Knowledge
from platformctl.observation.host import FleetObservation
from platformctl.observation.snapshot import Snapshot, observation
from platformctl.plan.make import make_plan
from platformctl.plan.needs import needed_closures, wanted_tags
from platformctl.plan.pairing import pair
from platformctl.reason import Reason

from .actual import digest
from .one_host import PINNED, WEB, container, half_gone, look, unreached
from .strategies import CIRCUMSTANCES, World, declared, unhurried, worlds

OLD, MANIFEST = digest("index", 1), digest("manifest", 1)
CONTENT: Final = ImageContent("linux/amd64", (digest("layer", 0),), "", ())
LOCK: Final = Closure(digest("index", 0), (), (ImageConfig(digest("config", 0), CONTENT),), "image.lock.json")
DARK: Final = unreached(Failure(Reason.UNREACHABLE, "no route"))
Needs = list[tuple[Digest, list[str]]]


def containerd(snapshot: Snapshot) -> Snapshot:
    """Return a look at an engine whose image IDs are no configs."""
    assert snapshot.engine
    return replace(snapshot, engine=replace(snapshot.engine, image_store=ImageStore.CONTAINERD))


def other(name: str = "web", number: int = 1, **changes: object) -> dict[str, Any]:
    """Return a container of another image than the pinned one, under a name of its own."""
    config = {"Image": f"mirror.example/app@{OLD}", "Labels": container()["Config"]["Labels"]}
    return container(name, number, **{"Image": OLD, "Config": config, **changes})


def needs(snapshot: Snapshot, knowledge: Knowledge, *modules: Module) -> Needs:
    """Return what modules (the one named web unless others are given) need, with the names of the repositories."""
    chosen = modules or (WEB,)
    fleet = FleetObservation((observation(snapshot),))
    found = needed_closures(chosen, pair(chosen, fleet), fleet, knowledge)
    return [(need.digest, [one.repository for one in need.repositories]) for need in found]


def locked(*more: Closure) -> Knowledge:
    """Return what is known where the pin has its lock."""
    return NOTHING.with_locks((LOCK, *more))


@pytest.mark.parametrize("snapshot", [look(container()), look(), look(undescribed=(half_gone("web"),)), DARK])
def test_what_is_decided_or_cannot_be_needs_nothing(snapshot: Snapshot) -> None:
    """A green by equal digest, a missing container, one without description, and a host that says nothing."""
    assert needs(snapshot, NOTHING) == []


def test_first_the_closure_of_the_pin() -> None:
    """It is asked for where the module says that the image is."""
    assert needs(look(other()), NOTHING) == [(digest("index", 0), ["registry.example/app"])]
    assert needs(containerd(look(other())), NOTHING) == [(digest("index", 0), ["registry.example/app"])]


def test_where_the_lock_decides_nothing_more_is_needed() -> None:
    """On the classic store the lock alone proves the difference."""
    assert needs(look(other()), locked()) == []


def test_then_what_the_running_image_goes_by() -> None:
    """Every digest is wanted, from the declared repository first and then from those that the engine names."""
    named = other(ImageManifestDescriptor={"digest": MANIFEST})
    record = {"Id": OLD, "RepoDigests": [f"app@{OLD}", f"mirror.example/app@{OLD}", "<none>@<none>"]}
    repositories = ["registry.example/app", "docker.io/library/app", "mirror.example/app"]
    assert needs(containerd(look(named, images=(record,))), locked()) == sorted(
        [(OLD, repositories), (MANIFEST, repositories)]
    )


def test_what_is_known_is_not_needed_again() -> None:
    """A name whose closure leaves the question open is not asked for twice."""
    both = (LOCK.configs[0], ImageConfig(digest("config", 1), CONTENT))
    known = locked(Closure(OLD, (), both, "registry"))
    named = other(ImageManifestDescriptor={"digest": MANIFEST})
    assert needs(containerd(look(named)), known) == [(MANIFEST, ["registry.example/app", "mirror.example/app"])]
    assert needs(containerd(look(named)), known.with_closure(Closure(MANIFEST, (), both, "registry"))) == []


def test_of_a_resolved_tag_the_digest_is_needed() -> None:
    """A tag has no closure; what it was resolved to has one."""
    tagged = declared("web", "h1", "web", image="registry.example/app:1")
    assert needs(look(other()), NOTHING, tagged) == []
    known = NOTHING.with_tag(tagged.reference, digest("index", 0))
    assert needs(look(other()), known, tagged) == [(digest("index", 0), ["registry.example/app"])]
    assert needs(look(container()), known, tagged) == []


def test_one_digest_may_be_had_from_every_module_that_needs_it() -> None:
    """Two modules pin one image under two names: each of the repositories may have it, and none is asked twice."""
    modules = (
        declared("m1", "h1", "c1", image=f"private.example/app@{digest('index', 0)}"),
        declared("m2", "h1", "c2", image=f"registry.example/app:1@{digest('index', 0)}"),
        declared("m3", "h1", "c3", image=f"registry.example/app:2@{digest('index', 0)}"),
    )
    snapshot = look(other("c1", 1), other("c2", 2), other("c3", 3))
    assert needs(snapshot, NOTHING, *modules) == [(digest("index", 0), ["private.example/app", "registry.example/app"])]


def test_replicas_add_up() -> None:
    """Each replica may run another image."""
    service = declared("web", "h1", ("apps", "web"), image=PINNED)
    config = {"Image": "app", "Labels": container()["Config"]["Labels"]}
    replicas = (other("a", 1), container("b", 2, Image=MANIFEST, Config=config), container("c", 3))
    assert [one for one, _ in needs(containerd(look(*replicas)), locked(), service)] == sorted([OLD, MANIFEST])


def test_tags_of_containers_that_are_there_are_wanted() -> None:
    """Each is named once, sorted; a digest alone has no tag, and of what is not there nothing could be judged."""
    modules = tuple(
        declared(f"m{number}", "h1", f"c{number}", image=image)
        for number, image in enumerate(("b:1", "a", PINNED, "b:1", f"a:1@{OLD}", "c:1", "a:2"))
    )
    seen = FleetObservation((observation(look(*(other(f"c{number}", number) for number in range(1, 7)))),))
    assert [str(one) for one in wanted_tags(modules, pair(modules, seen))] == [
        "docker.io/library/a",
        "docker.io/library/a:1",
        "docker.io/library/a:2",
        "docker.io/library/b:1",
        "docker.io/library/c:1",
    ]
    assert wanted_tags(modules[:1], pair(modules, seen)) == (), "c0 is missing"
    assert wanted_tags(modules, pair(modules, FleetObservation((observation(DARK),)))) == ()


@unhurried
@given(worlds())
def test_needs_are_open_questions_about_containers(world: World) -> None:
    """Nothing is asked for where no image is inconclusive, and never what is known."""
    modules, known = world.catalog.modules, NOTHING.with_locks(world.catalog.closures)
    found = needed_closures(modules, pair(modules, world.fleet), world.fleet, known)
    scope = frozenset(module.name for module in modules)
    plan = make_plan(world.catalog, scope, world.fleet, CIRCUMSTANCES)
    reasons = {entry.reason for module in plan.modules for entry in module.not_compared}
    assert bool(found) <= bool(reasons & {Reason.CLOSURE_UNKNOWN, Reason.CONTENT_UNKNOWN})
    assert not {need.digest for need in found} & known.closures.keys()
    assert [need.digest for need in found] == sorted({need.digest for need in found})
    assert all(need.repositories for need in found)

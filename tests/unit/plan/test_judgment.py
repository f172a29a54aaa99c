"""Each rule by which a module gets its verdict."""

from __future__ import annotations

from typing import Any, Final

import pytest

from platformctl.errors import Failure
from platformctl.plan.plan import Change, ModulePlan, NotCompared
from platformctl.reason import Reason

from .actual import digest
from .one_host import PINNED, REPLICAS, WEB, container, half_gone, judged, look, plan, unreached
from .strategies import declared

HEALTHY: Final = {"health": "healthy"}


def seen(module: ModulePlan) -> tuple[str, str, list[str]]:
    """Return what a test compares: verdict, reason, paths of changes."""
    return (str(module.status), str(module.reason), [change.path for change in module.changes])


def unknown(module: ModulePlan) -> list[tuple[str, str]]:
    """Return what could not be compared, and why."""
    return [(entry.path, str(entry.reason)) for entry in module.not_compared if isinstance(entry.reason, Reason)]


def test_as_declared() -> None:
    """The pinned digest, running."""
    assert seen(judged(look(container()))) == ("in-sync", "exact", [])


def test_missing() -> None:
    """A host that lists its containers without this one proves that it is missing."""
    module = judged(look(container("other")))
    assert seen(module) == ("drift", "container-missing", ["container.exists"])
    assert module.changes == (Change("container.exists", True, False, Reason.CONTAINER_MISSING),)  # noqa: FBT003


def test_unreached_is_not_missing() -> None:
    """A host that says nothing proves nothing, and its reason is the module's."""
    module = judged(unreached(Failure(Reason.CONNECTION_REFUSED, "port 22")))
    assert seen(module) == ("inconclusive", "connection-refused", [])
    assert unknown(module) == [("container", "connection-refused")]


def test_a_nameless_container_may_be_the_missing_one() -> None:
    """While one listed container has neither name nor description, nothing is proven missing."""
    assert seen(judged(look(undescribed=(half_gone(""),)))) == ("inconclusive", "container-undescribed", [])


def test_a_named_container_is_not_the_missing_one() -> None:
    """A container that is listed under another name is another container."""
    assert seen(judged(look(undescribed=(half_gone("other"),)))) == ("drift", "container-missing", ["container.exists"])


def test_a_named_container_may_be_a_replica() -> None:
    """Labels are in the description only, so an undescribed container may belong to any service."""
    hidden = look(undescribed=(half_gone("other"),))
    assert seen(judged(hidden, REPLICAS)) == ("inconclusive", "container-undescribed", [])


def test_replicas_are_green_only_when_all_are_known() -> None:
    """Beside a good replica there may be one that was not described, and it may run anything."""
    module = judged(look(container(), undescribed=(half_gone("other"),)), REPLICAS)
    assert seen(module) == ("inconclusive", "container-undescribed", [])


def test_one_replica_that_differs_is_drift() -> None:
    """The change names the replica, and the good one does not cover it."""
    module = judged(look(container("web-1", 1), container("web-2", 2, State={"Status": "dead"})), REPLICAS)
    assert seen(module) == ("drift", "state-differs", ["container.state"])
    assert module.changes[0].container == "web-2"
    assert module.container == "web-1, web-2"


def test_a_one_off_container_is_no_replica() -> None:
    """What `compose run` started is not the service."""
    labels = {**container()["Config"]["Labels"], "com.docker.compose.oneoff": "True"}
    stray = container("web-run", 2, Config={"Image": "x", "Labels": labels}, State={"Status": "exited"})
    assert seen(judged(look(container(), stray), REPLICAS)) == ("in-sync", "exact", [])


def test_a_state_is_drift_even_where_the_image_is_unknown() -> None:
    """What is proven is said, and what is not known is listed beside it."""
    snapshot = look(container(Config={"Image": "app:1"}, State={"Status": "exited"}))
    module = judged(snapshot)
    assert seen(module) == ("drift", "state-differs", ["container.state"])
    assert unknown(module) == [("container.image", "closure-unknown")]


@pytest.mark.parametrize(
    ("expected", "health", "verdict", "reason", "paths"),
    [
        ("healthy", "healthy", "in-sync", "exact", []),
        ("healthy", "unhealthy", "drift", "health-differs", ["container.health"]),
        ("unhealthy", "healthy", "drift", "health-differs", ["container.health"]),
        ("healthy", "starting", "inconclusive", "health-undecided", []),
        ("healthy", "stopped", "inconclusive", "health-undecided", []),
        ("healthy", None, "inconclusive", "health-unreported", []),
        (None, "unhealthy", "in-sync", "exact", []),
    ],
)
def test_health(expected: str | None, health: str | None, verdict: str, reason: str, paths: list[str]) -> None:
    """Only the opposite result is drift; without a result nothing is proven; undeclared health is not compared."""
    state: dict[str, Any] = {"Status": "running", **({"Health": {"Status": health}} if health else {})}
    declaration = declared("web", "h1", "web", image=PINNED, expect={"health": expected})
    assert seen(judged(look(container(State=state)), declaration)) == (verdict, reason, paths)


def test_a_health_that_differs_is_shown() -> None:
    """What was declared stands beside what the engine reports."""
    state = {"Status": "running", "Health": {"Status": "unhealthy"}}
    module = judged(look(container(State=state)), declared("web", "h1", "web", image=PINNED, expect=HEALTHY))
    assert module.changes == (Change("container.health", "healthy", "unhealthy", Reason.HEALTH_DIFFERS),)


def test_two_descriptions_of_one_container_prove_nothing() -> None:
    """A recording made by hand may hold two moments; neither is taken for the present."""
    snapshot = look(container(), container(State={"Status": "exited"}))
    assert seen(judged(snapshot)) == ("inconclusive", "container-undescribed", [])


def test_the_same_description_twice_is_one() -> None:
    """Repeats are no contradiction, and no second replica."""
    module = judged(look(container(), container()), REPLICAS)
    assert seen(module) == ("in-sync", "exact", [])
    assert module.container == "web"


def test_records_of_one_image_add_up() -> None:
    """Two records of one image are read together, whichever comes first."""
    bare = container(Config={"Image": "app:1"})
    named = {"Id": digest("config", 0), "RepoDigests": [PINNED]}
    nameless = {"Id": digest("config", 0), "RepoDigests": []}
    for images in ((named, nameless), (nameless, named)):
        assert seen(judged(look(bare, images=images))) == ("in-sync", "exact", [])


def test_names_that_look_like_numbers_and_holes() -> None:
    """The join compares texts: `nan` is a name like any other, and `1` is not `1.0`."""
    names = ("nan", "1.0", "True", "None", "1e5", "NaT")
    modules = [declared(f"m{number}", "h1", name, image=PINNED) for number, name in enumerate(names)]
    found = plan(look(*(container(name, number) for number, name in enumerate(names))), *modules)
    assert [module.container for module in found.modules] == list(names)
    assert {str(module.status) for module in found.modules} == {"in-sync"}
    near = plan(look(container("1"), container("true", 2)), declared("m", "h1", "1.0", image=PINNED))
    assert seen(near.modules[0])[1] == "container-missing"
    assert [one.container for one in near.unmanaged] == ["1", "true"]


def test_a_slash_does_not_make_a_service() -> None:
    """A project and a service are compared each, not as one text that could be cut elsewhere."""
    labels = {"com.docker.compose.project": "a/b", "com.docker.compose.service": "c"}
    snapshot = look(container(Config={"Image": PINNED, "Labels": labels}), container("a/b/c", 2))
    assert seen(judged(snapshot, declared("web", "h1", ("a", "b/c"), image=PINNED)))[1] == "container-missing"


def test_a_catalog_against_an_empty_host() -> None:
    """With nothing on one side the join still has all of the other."""
    assert seen(judged(look()))[1] == "container-missing"
    found = plan(look(container("aa", 1), container("bb", 2)), declared("far", "h2", "aa", image=PINNED))
    assert [one.container for one in found.unmanaged] == ["aa", "bb"]
    assert seen(found.modules[0]) == ("inconclusive", "observer-failed", [])


@pytest.mark.parametrize(
    ("declaration", "running", "flags"),
    [
        ("linux/amd64", {"os": "linux", "architecture": "amd64"}, []),
        ("linux/arm64", {"os": "linux", "architecture": "arm64", "variant": "v8"}, []),
        ("linux/arm64/v8", {"os": "linux", "architecture": "arm64"}, []),
        ("linux/arm/v7", {"os": "linux", "architecture": "arm", "variant": "v6"}, ["platform-differs"]),
        ("linux/amd64", {"os": "linux", "architecture": "arm64"}, ["platform-differs"]),
        (None, {"os": "linux", "architecture": "arm64"}, []),
        ("linux/amd64", {}, []),
    ],
)
def test_another_platform_is_a_flag(declaration: str | None, running: dict[str, str], flags: list[str]) -> None:
    """It is shown and is no drift; where a side names no variant, nothing is said about it."""
    module = declared("web", "h1", "web", image=PINNED, platform=declaration)
    found = judged(look(container(ImageManifestDescriptor={"platform": running})), module)
    assert (str(found.status), list(map(str, found.flags))) == ("in-sync", flags)


@pytest.mark.parametrize(
    ("requested", "named", "flags"),
    [
        ("mirror.example/app", "mirror.example/app", ["repository-differs"]),
        ("mirror.example/app", "other.example/app", ["repository-differs"]),
        ("registry.example/app", "mirror.example/app", []),
        ("mirror.example/app", "registry.example/app", []),
    ],
)
def test_another_repository_is_a_flag(requested: str, named: str, flags: list[str]) -> None:
    """The same bytes under other names only are in-sync, and the names are worth a look."""
    record = {"Id": digest("config", 0), "RepoDigests": [f"{named}@{digest('index', 0)}"]}
    found = judged(look(container(Config={"Image": f"{requested}:1"}), images=(record,)))
    assert (str(found.status), list(map(str, found.flags))) == ("in-sync", flags)


def test_an_image_without_a_name_raises_no_flag() -> None:
    """Where no repository is known none differs."""
    assert judged(look(container(Config={"Image": ""}))).flags == ()


def test_what_is_not_compared_is_listed() -> None:
    """Everything declared that a plan does not look at has an entry with its reason."""
    module = declared(
        "web",
        "h1",
        "web",
        image=PINNED,
        platform="linux/amd64",
        compose={"file": "compose.yaml", "service": "web"},
        smoke={"probes": [{"http": {"url": "http://127.0.0.1/"}}]},
    )
    assert [(entry.path, str(entry.reason)) for entry in judged(look(container()), module).not_compared] == [
        ("smoke.probes", "probed-by-smoke"),
        ("compose.service", "points-to-source"),
        ("platform", "flag-only"),
        ("container.configuration", "undeclared"),
    ]
    assert all(isinstance(entry, NotCompared) for entry in judged(look(container()), WEB).not_compared)

"""What runs is declared as it runs: its selector, its image by digest where one is known, its state."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from platformctl.observation.host import Reached
from platformctl.observation.snapshot import observation
from platformctl.plan.declaration import Declaration, Declared, LeftOut, declare

from .actual import digest
from .one_host import PINNED, container, look

INDEX, MANIFEST, CONFIG = (digest(kind, 0) for kind in ("index", "manifest", "config"))
NO_NAME: Final = "a module cannot have this name: up to 63 letters, digits, dots, dashes and underscores"
NO_IMAGE: Final = "it was created from an image ID, and the host knows no repository and digest for that image"
LABELS: Final = container()["Config"]["Labels"]


def host(*containers: dict[str, Any], images: tuple[dict[str, Any], ...] = ()) -> Reached:
    """Return a host that lists containers and images."""
    reached = observation(look(*containers, images=images))
    assert isinstance(reached, Reached)
    return reached


def declared(*containers: dict[str, Any], images: tuple[dict[str, Any], ...] = ()) -> tuple[Declared, ...]:
    """Return the declarations of all containers of a host."""
    reached = host(*containers, images=images)
    return declare(reached, reached.containers)


def made_from(image: str, name: str = "web", number: int = 1, **changes: object) -> dict[str, Any]:
    """Return a container that was created from an image of this name."""
    return container(name, number, Config={"Image": image, "Labels": LABELS}, **changes)


def images(found: tuple[Declared, ...]) -> list[tuple[str, bool]]:
    """Return the image of each declaration, and whether it is pinned."""
    return [(one.content["image"], one.pinned) for one in found if isinstance(one, Declaration)]


def selectors(found: tuple[Declared, ...]) -> list[object]:
    """Return what each declaration selects."""
    return [one.content.get("select") or one.content.get("container") for one in found if isinstance(one, Declaration)]


def test_a_container_is_declared_by_its_name() -> None:
    """A running container of a pinned image needs no more than this."""
    content = {"schema": "platformctl/module/v1", "name": "web", "host": "h1", "container": "web", "image": PINNED}
    assert declared(container()) == (Declaration("web", content, pinned=True),)


def test_declarations_are_sorted_by_name() -> None:
    """Whether they can be written or not, and whether they are containers or services."""
    job = {"com.docker.compose.project": "apps", "com.docker.compose.service": "job"}
    replicas = [container(f"z{number}", number, Config={"Image": PINNED, "Labels": job}) for number in (1, 2)]
    alone = [container(name, number, Config={"Image": PINNED}) for number, name in enumerate(("web", "-", "api"), 3)]
    found = declared(*alone, *replicas)
    assert [one.name for one in found] == ["-", "api", "job", "web"]


def test_replicas_become_one_module() -> None:
    """All replicas of a service are declared by its project and service, under the name of the service."""
    content = {
        "schema": "platformctl/module/v1",
        "name": "web",
        "host": "h1",
        "select": {"project": "apps", "service": "web"},
        "image": PINNED,
    }
    assert declared(container("aa", 1), container("bb", 2)) == (Declaration("web", content, pinned=True),)


@pytest.mark.parametrize(
    "other", [{"Image": digest("config", 1)}, {"State": {"Status": "exited"}}, {"Image": ""}], ids=str
)
def test_replicas_that_differ_become_a_module_each(other: dict[str, object]) -> None:
    """One module could not say of both what they run, or in which state."""
    for pair in ((container("aa", 1), container("bb", 2, **other)), (container("aa", 1, **other), container("bb", 2))):
        assert selectors(declared(*pair)) == ["aa", "bb"]


def test_replicas_of_which_some_are_not_chosen_become_a_module_each() -> None:
    """A module of the service would speak of the others too."""
    reached = host(*(container(name, number) for number, name in enumerate(("aa", "bb", "cc"))))
    assert selectors(declare(reached, reached.containers[:2])) == ["aa", "bb"]
    assert selectors(declare(reached, reached.containers)) == [{"project": "apps", "service": "web"}]


def test_a_service_is_told_from_another_by_its_project() -> None:
    """Two projects have a service of one name: each is declared, and a container that has none stays alone."""
    other = {"com.docker.compose.project": "shop", "com.docker.compose.service": "web"}
    more = [container(f"s{number}", number, Config={"Image": PINNED, "Labels": other}) for number in (3, 4)]
    plain = [container(f"p{number}", number, Config={"Image": PINNED}) for number in (5, 6)]
    assert selectors(declared(container("aa", 1), container("bb", 2), *more, *plain)) == [
        "p5",
        "p6",
        {"project": "apps", "service": "web"},
        {"project": "shop", "service": "web"},
    ]


def test_replicas_are_pinned_by_the_last_of_them() -> None:
    """Two replicas of one image may have been created under two names: the order of the answer does not matter."""
    one, other = (made_from(f"{name}.example/app@{INDEX}", name, number) for number, name in enumerate(("aa", "bb")))
    assert images(declared(one, other)) == images(declared(other, one)) == [(f"bb.example/app@{INDEX}", True)]


@pytest.mark.parametrize("state", ["created", "paused", "restarting", "removing", "exited", "dead"])
def test_another_state_than_running_is_declared(state: str) -> None:
    """A plan expects a running container unless the module says otherwise."""
    (found,) = declared(container(State={"Status": state}))
    assert isinstance(found, Declaration)
    assert found.content["expect"] == {"state": state}


@pytest.mark.parametrize(
    ("name", "changes", "why"),
    [
        ("w" * 64, {}, NO_NAME),
        (".web", {"State": {"Status": "stopped"}}, NO_NAME),
        ("w", {}, "'w' is no name that a container can have"),
        ("web", {"State": {"Status": "stopped"}}, "its state 'stopped' cannot be declared"),
        ("web", {"Config": {"Image": CONFIG}}, NO_IMAGE),
        ("web", {"Config": {"Image": CONFIG[7:19]}}, NO_IMAGE),
        ("web", {"Config": {"Image": ""}}, NO_IMAGE),
        ("web", {"Config": {"Image": ""}, "Image": ""}, NO_IMAGE),
        ("web", {"Config": {"Image": "no image"}}, NO_IMAGE),
    ],
)
def test_what_cannot_be_declared_is_left_out(name: str, changes: dict[str, Any], why: str) -> None:
    """It is named with the reason."""
    assert declared(container(name, **changes)) == (LeftOut(name, why),)


def test_a_name_of_63_letters_can_be_declared() -> None:
    """The longest that a module can have."""
    assert selectors(declared(container("w" * 63))) == ["w" * 63]


def test_replicas_with_a_name_that_no_module_can_have() -> None:
    """What is left out is the service."""
    labels = {**LABELS, "com.docker.compose.service": "w b"}
    found = declared(*(container(f"w{n}", n, Config={"Image": PINNED, "Labels": labels}) for n in (1, 2)))
    assert found == (LeftOut("w b", NO_NAME),)


def test_a_tag_is_declared_where_no_digest_is_known() -> None:
    """A plan of it is inconclusive, which is better than no module; an image that lost its ID is no hindrance."""
    assert images(declared(made_from("app:1"))) == [("app:1", False)]
    assert images(declared(made_from("app:1", Image=""))) == [("app:1", False)]


RECORD: Final = {
    "Id": CONFIG,
    "RepoDigests": [
        f"mirror.example/app@{INDEX}",
        f"app@{MANIFEST}",
        f"app@{INDEX}",
        f"a.example/app@{INDEX}",
    ],
}


@pytest.mark.parametrize(
    ("requested", "pin"),
    [
        (f"z.example/app@{digest('x', 0)}", f"z.example/app@{digest('x', 0)}"),
        (f"app@{max(INDEX, MANIFEST)}", f"docker.io/library/app@{max(INDEX, MANIFEST)}"),
        ("app:1", f"docker.io/library/app@{min(INDEX, MANIFEST)}"),
        ("mirror.example/app:2", f"mirror.example/app@{INDEX}"),
        ("elsewhere.example/app", f"a.example/app@{INDEX}"),
        (CONFIG, f"a.example/app@{INDEX}"),
    ],
)
def test_the_pin_is_as_near_as_can_be_to_how_the_container_was_created(requested: str, pin: str) -> None:
    """Its own digest, else a digest of its own repository, else the first name that the host knows."""
    assert images(declared(made_from(requested), images=(RECORD,))) == [(pin, True)]


def test_containers_come_in_any_iterable() -> None:
    """What is chosen may be read only once."""
    reached = host(container("aa", 1), container("bb", 2))
    assert declare(reached, iter(reached.containers)) == declare(reached, reached.containers)
    assert declare(replace(reached, containers=()), ()) == ()

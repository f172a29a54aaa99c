"""Modules and containers meet by host and name, or by host, Compose project and service."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from platformctl.catalog.module import Module
from platformctl.errors import Failure
from platformctl.observation.container import Undescribed
from platformctl.observation.host import FleetObservation, HostObservation
from platformctl.observation.snapshot import observation
from platformctl.plan.pairing import Listed, pair
from platformctl.reason import Reason

from .one_host import PINNED, container, half_gone, look, unreached
from .strategies import declared


def host(name: str, *containers: dict[str, Any], undescribed: tuple[Undescribed, ...] = ()) -> HostObservation:
    """Return a host that lists containers."""
    return observation(replace(look(*containers, undescribed=undescribed), host=name))


def plain(name: str, number: int) -> dict[str, Any]:
    """Return a container that belongs to no service."""
    return container(name, number, Config={"Image": PINNED})


def paired(modules: tuple[Module, ...], *hosts: HostObservation) -> tuple[dict[str, list[str]], list[tuple[str, str]]]:
    """Return the containers of each module, and those of none with their host; containers by name and number."""
    found = pair(modules, FleetObservation(hosts))
    owned = {name: [label(one) for one in containers] for name, containers in found.containers.items()}
    return owned, [(place, label(one)) for place, one in found.unmanaged]


def label(one: Listed) -> str:
    """Return a container's name and the end of its ID."""
    return f"{one.name}-{one.id[-1]}"


def test_by_name_on_its_host() -> None:
    """The same name on another host is another container."""
    modules = (declared("web", "h1", "web", image=PINNED), declared("api", "h2", "api", image=PINNED))
    first, second = host("h1", plain("web", 1), plain("api", 2)), host("h2", plain("web", 3))
    assert paired(modules, first, second) == ({"web": ["web-1"], "api": []}, [("h1", "api-2"), ("h2", "web-3")])


def test_by_service() -> None:
    """All replicas are found, sorted by name; a module that names the container finds it as well."""
    service = declared("service", "h1", ("apps", "web"), image=PINNED)
    named = declared("named", "h1", "w2", image=PINNED)
    hosts = host("h1", container("w2", 1), container("w1", 2), plain("w3", 3), undescribed=(half_gone("w4", 4),))
    assert paired((service, named), hosts) == (
        {"service": ["w1-2", "w2-1"], "named": ["w2-1"]},
        [("h1", "w3-3"), ("h1", "w4-4")],
    )


def test_a_container_without_description_has_only_a_name() -> None:
    """It is found by that, and where it has none it is unmanaged."""
    modules = (declared("web", "h1", "web", image=PINNED), declared("service", "h1", ("apps", "web"), image=PINNED))
    listed = host("h1", undescribed=(half_gone("web", 1), half_gone("", 2)))
    assert paired(modules, listed) == ({"web": ["web-1"], "service": []}, [("h1", "-2")])


def test_unmanaged_containers_are_sorted() -> None:
    """By host, then by name, then by ID: several may have no name."""
    hidden = (half_gone("", 4), half_gone("", 3))
    hosts = (host("h2", plain("aa", 1)), host("h1", plain("cc", 5), container("bb", 6), undescribed=hidden))
    assert paired((), *hosts) == ({}, [("h1", "-3"), ("h1", "-4"), ("h1", "bb-6"), ("h1", "cc-5"), ("h2", "aa-1")])


def test_one_id_on_two_hosts() -> None:
    """Machines that were copied have containers of one ID: each is the one of its host."""
    modules = (declared("web", "h2", "web", image=PINNED),)
    hosts = (host("h1", plain("old", 1)), host("h2", plain("web", 1)))
    assert paired(modules, *hosts) == ({"web": ["web-1"]}, [("h1", "old-1")])


def test_a_host_that_says_nothing_has_no_containers() -> None:
    """Every module still has its entry."""
    dark = observation(unreached(Failure(Reason.UNREACHABLE, "no route")))
    assert paired((declared("web", "h1", "web", image=PINNED),), dark) == ({"web": []}, [])
    assert paired((declared("web", "h1", "web", image=PINNED),)) == ({"web": []}, [])
    assert paired(()) == ({}, [])

"""A plan is about the modules and hosts that were named, and all where none was."""

from __future__ import annotations

import pytest

from platformctl.catalog.catalog import Catalog, NamedHost
from platformctl.catalog.inventory import SnapshotHost
from platformctl.errors import InputInvalid, Problem
from platformctl.plan.selection import Selection, select, select_hosts

from .strategies import declared

HOSTS = tuple(NamedHost(name, SnapshotHost(transport="snapshot", path=name)) for name in ("h1", "h2", "h3"))
CATALOG = Catalog(
    tuple(declared(name, host, name, image="app:1") for name, host in (("api", "h1"), ("job", "h2"), ("web", "h1"))),
    HOSTS,
    (),
)
NONE_LEFT = "no module is left to plan: none of the named modules runs on a named host"


def chosen(modules: tuple[str, ...] = (), hosts: tuple[str, ...] = ()) -> tuple[list[str], list[str]]:
    """Return the names of the modules and hosts that are selected."""
    found = select(CATALOG, modules, hosts)
    return sorted(found.modules), [host.name for host in found.hosts]


@pytest.mark.parametrize(
    ("modules", "hosts", "found"),
    [
        ((), (), (["api", "job", "web"], ["h1", "h2"])),
        (("web",), (), (["web"], ["h1"])),
        (("web", "job"), (), (["job", "web"], ["h1", "h2"])),
        ((), ("h1",), (["api", "web"], ["h1"])),
        ((), ("h3", "h1"), (["api", "web"], ["h1", "h3"])),
        (("web", "job"), ("h2",), (["job"], ["h2"])),
    ],
)
def test_what_is_named_is_selected(
    modules: tuple[str, ...], hosts: tuple[str, ...], found: tuple[list[str], list[str]]
) -> None:
    """Hosts are those that the modules need and those that were named, in the order of the catalog."""
    assert chosen(modules, hosts) == found


def test_nothing_named_is_everything() -> None:
    """Neither modules nor hosts need to be given; a host without modules is not looked at."""
    assert select(CATALOG) == Selection(frozenset({"api", "job", "web"}), HOSTS[:2])


def problems(modules: tuple[str, ...], hosts: tuple[str, ...]) -> tuple[Problem, ...]:
    """Return why these cannot be selected."""
    with pytest.raises(InputInvalid) as refused:
        select(CATALOG, modules, hosts)
    return refused.value.problems


@pytest.mark.parametrize(
    ("modules", "hosts", "said"),
    [
        (("wep",), (), ["there is no module 'wep'; did you mean 'web'?"]),
        ((), ("xyz",), ["there is no host 'xyz'; known here: h1, h2, h3"]),
        (
            ("zzz", "aaa", "web"),
            ("nope",),
            [
                "there is no host 'nope'; known here: h1, h2, h3",
                "there is no module 'aaa'; known here: api, job, web",
                "there is no module 'zzz'; known here: api, job, web",
            ],
        ),
        (("web",), ("h2",), [NONE_LEFT]),
        ((), ("h3",), ["no module is declared there; declare what runs now with: platformctl import --host h3"]),
    ],
)
def test_what_cannot_be_selected_is_said(modules: tuple[str, ...], hosts: tuple[str, ...], said: list[str]) -> None:
    """Every unknown name at once, with what is near it; and a selection that leaves nothing is refused."""
    assert problems(modules, hosts) == tuple(Problem("", 0, one) for one in said)


def test_an_empty_catalog_has_nothing_to_plan() -> None:
    """A plan of nothing would look like one of a fleet."""
    with pytest.raises(InputInvalid, match=r"no module is declared there; .* platformctl import --host NAME"):
        select(Catalog((), HOSTS, ()))


def test_hosts_alone_are_selected_by_name() -> None:
    """In the order of the inventory, and only known ones."""
    assert select_hosts(HOSTS, ["h3", "h1"]) == (HOSTS[0], HOSTS[2])
    assert select_hosts(HOSTS, []) == ()
    with pytest.raises(InputInvalid) as refused:
        select_hosts(HOSTS, ["h1", "h22", "xyz"])
    assert refused.value.problems == (
        Problem("", 0, "there is no host 'h22'; did you mean 'h2'?"),
        Problem("", 0, "there is no host 'xyz'; known here: h1, h2, h3"),
    )

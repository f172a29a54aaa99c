"""What looks like a fault of the observer is said with its numbers, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from platformctl.catalog.catalog import Catalog
from platformctl.errors import Failure
from platformctl.observation.host import FleetObservation
from platformctl.observation.snapshot import Snapshot, observation
from platformctl.plan.make import make_plan
from platformctl.reason import Reason

from .one_host import container, half_gone, look, plan, unreached
from .strategies import CIRCUMSTANCES, declared

DARK = unreached(Failure(Reason.UNREACHABLE, "no route"))


def suspicions(declarations: int, *there: int) -> tuple[str, ...]:
    """Return what is said of a host of whose declared containers only some are there, and one more half."""
    modules = [declared(f"m{number}", "h1", f"c{number}", image="app:1") for number in range(declarations)]
    found = [container(f"c{number}", number) for number in there]
    return plan(look(*found, undescribed=(half_gone("other", 99),)), *modules).suspicions


@pytest.mark.parametrize(
    ("declarations", "there", "missing"), [(3, (), 3), (3, (0,), 2), (4, (0,), 3), (5, (0, 1), 3), (6, (4, 5), 4)]
)
def test_more_than_half_is_missing(declarations: int, there: tuple[int, ...], missing: int) -> None:
    """Of three modules and more: an engine that lists none of them is probably another one."""
    (said,) = suspicions(declarations, *there)
    assert said == (
        f"{missing} of {declarations} modules are missing on h1, which lists {len(there) + 1} containers: is it the "
        "right engine, or was its image store switched?"
    )


@pytest.mark.parametrize(("declarations", "there"), [(1, ()), (2, ()), (3, (0, 1)), (4, (0, 1)), (6, (0, 1, 2))])
def test_few_or_half_of_them_are_no_sign(declarations: int, there: tuple[int, ...]) -> None:
    """One or two modules are soon missing all, and half of many may be."""
    assert suspicions(declarations, *there) == ()


def fleet(*snapshots: Snapshot) -> tuple[str, ...]:
    """Return what is said of hosts on which three containers are declared each."""
    looks = [replace(one, host=f"h{number}") for number, one in enumerate(snapshots)]
    modules = tuple(
        declared(f"m{number}{name}", one.host, name, image="app:1")
        for number, one in enumerate(looks)
        for name in ("aa", "bb", "cc")
    )
    observed = FleetObservation(tuple(map(observation, looks)))
    scope = frozenset(module.name for module in modules)
    return make_plan(Catalog(modules, (), ()), scope, observed, CIRCUMSTANCES).suspicions


def test_no_host_can_be_looked_at() -> None:
    """Of three hosts and more: then it is probably this machine that has no network."""
    said = "hosts could be looked at: is the network of this machine up?"
    assert fleet(DARK, DARK, DARK) == (f"none of 3 {said}",)
    assert fleet(DARK, DARK, DARK, DARK) == (f"none of 4 {said}",)
    assert fleet(DARK, DARK) == ()
    assert fleet(DARK, DARK, DARK, look(container("aa", 1), container("bb", 2))) == ()


def test_each_host_is_suspected_for_itself() -> None:
    """Modules are counted on their own host, and hosts stand in their order."""
    full = look(*(container(name, number) for number, name in enumerate(("aa", "bb", "cc"))))
    rest = "is it the right engine, or was its image store switched?"
    assert fleet(look(), full, look(container("xx", 1))) == (
        f"3 of 3 modules are missing on h0, which lists 0 containers: {rest}",
        f"3 of 3 modules are missing on h2, which lists 1 containers: {rest}",
    )

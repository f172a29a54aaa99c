"""What holds for every fleet, every catalog, and whatever engines show."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from platformctl.observation.container import Container
from platformctl.observation.host import FleetObservation, Reached
from platformctl.plan.confirmation import confirm
from platformctl.plan.make import make_plan
from platformctl.plan.pairing import pair
from platformctl.plan.plan import EXIT_CODES, Plan
from platformctl.reason import Reason, Verdict
from platformctl.render.document import from_json, to_json

from .looks import looks
from .strategies import CIRCUMSTANCES, World, converged, shuffled, unhurried, worlds


@settings(unhurried, max_examples=200)
@given(worlds())
def test_a_verdict_is_never_a_wrong_colour(world: World) -> None:
    """Red is only said of what truly differs, green only of what is truly as declared."""
    for module, judged in zip(world.catalog.modules, world.plan().modules, strict=True):
        if judged.status is not Verdict.INCONCLUSIVE:
            assert judged.status is world.truth(module)


@unhurried
@given(worlds())
def test_every_module_in_scope_has_one_verdict(world: World) -> None:
    """No module is lost, and none is judged twice."""
    names = [module.name for module in world.catalog.modules]
    assert [module.name for module in world.plan().modules] == names
    assert [module.name for module in world.plan(names[:2]).modules] == names[:2]


@unhurried
@given(worlds())
def test_a_verdict_is_explained_by_its_reason(world: World) -> None:
    """The reason has the verdict's colour; drift has changes, and nothing else has any."""
    for module in world.plan().modules:
        assert module.reason.verdict is module.status
        assert bool(module.changes) == (module.status is Verdict.DRIFT)
        assert all(change.reason.verdict is Verdict.DRIFT for change in module.changes)


@unhurried
@given(converged())
def test_a_converged_fleet_is_never_red(world: World) -> None:
    """Where everything is as declared, nothing that a look leaves out makes it drift."""
    assert world.plan().of(Verdict.DRIFT) == ()


@unhurried
@given(worlds())
def test_an_unreached_host_has_no_drift(world: World) -> None:
    """Of a host that did not answer nothing is missing and nothing differs."""
    dark = {host.host for host in world.fleet.hosts if not isinstance(host, Reached)}
    assert {m.reason for m in world.plan().modules if m.host in dark} <= {Reason.UNREACHABLE}


@unhurried
@given(st.data(), worlds())
def test_order_and_repeats_never_matter(data: st.DataObject, world: World) -> None:
    """The same facts in another order, and said twice, make the same plan."""
    assert data.draw(shuffled(world)).plan() == world.plan()


@unhurried
@given(st.data(), worlds())
def test_the_order_of_candidates_never_matters(data: st.DataObject, world: World) -> None:
    """A plan does not depend on which name of an image came first."""

    def mixed(one: Container) -> Container:
        return replace(one, candidates=tuple(data.draw(st.permutations(one.candidates))))

    hosts = [
        replace(host, containers=tuple(map(mixed, dict.fromkeys(host.containers))))
        if isinstance(host, Reached)
        else host
        for host in world.fleet.hosts
    ]
    scope = frozenset(module.name for module in world.catalog.modules)
    assert make_plan(world.catalog, scope, FleetObservation(tuple(hosts)), CIRCUMSTANCES) == world.plan()


@unhurried
@given(worlds())
def test_status_and_exit_code_sum_up_the_modules(world: World) -> None:
    """Drift wins over inconclusive, which wins over in-sync; the exit code says the same."""
    plan = world.plan()
    statuses = {module.status for module in plan.modules}
    by_severity = (Verdict.DRIFT, Verdict.INCONCLUSIVE, Verdict.IN_SYNC)
    assert plan.status is next((one for one in by_severity if one in statuses), Verdict.INCONCLUSIVE)
    assert plan.exit_code == EXIT_CODES[plan.status]


@unhurried
@given(worlds())
def test_a_plan_of_nothing_is_not_green(world: World) -> None:
    """Where no module is in scope nothing was proven."""
    plan = world.plan(scope=())
    assert (plan.status, plan.exit_code) == (Verdict.INCONCLUSIVE, 3)


@unhurried
@given(worlds())
def test_every_listed_container_is_managed_or_unmanaged(world: World) -> None:
    """No container of an observed host is lost between the two, and none is both."""
    paired = pair(world.catalog.modules, world.fleet)
    managed = {one.id for found in paired.containers.values() for one in found}
    unmanaged = [one.id for _, one in paired.unmanaged]
    reached = [host for host in world.fleet.hosts if isinstance(host, Reached)]
    listed = {one.id for host in reached for one in host.containers}
    listed |= {one.id for host in reached for one in host.undescribed}
    assert managed | set(unmanaged) == listed
    assert not managed & set(unmanaged)


@unhurried
@given(st.data(), worlds())
def test_a_narrow_plan_calls_no_more_unmanaged(data: st.DataObject, world: World) -> None:
    """What another module declares stays managed when only some modules are planned."""
    names = [module.name for module in world.catalog.modules]
    scope = data.draw(st.sets(st.sampled_from(names))) if names else ()
    assert world.plan(scope).unmanaged == world.plan().unmanaged


@st.composite
def two_looks(draw: st.DrawFn) -> tuple[Plan, Plan]:
    """Make the plans of two looks at one fleet, which shows itself differently the second time."""
    world = draw(worlds())
    return world.plan(), replace(world, snapshots=draw(looks(world.actual))).plan()


@unhurried
@given(two_looks())
def test_confirmed_drift_was_seen_twice(plans: tuple[Plan, Plan]) -> None:
    """Every change that stays was in both looks, and a module of which none stays is not red."""
    first, second = plans
    for before, again, module in zip(first.modules, second.modules, confirm(first, second).modules, strict=True):
        both = {(c.container, c.path) for c in before.changes} & {(c.container, c.path) for c in again.changes}
        assert {(c.container, c.path) for c in module.changes} == both
        assert (module.status is Verdict.DRIFT) == bool(both)


@unhurried
@given(two_looks())
def test_a_second_look_never_turns_red_into_green(plans: tuple[Plan, Plan]) -> None:
    """What differed once and not again is inconclusive; every other verdict stays that of the first look."""
    first, second = plans
    for before, module in zip(first.modules, confirm(first, second).modules, strict=True):
        if before.status is Verdict.DRIFT:
            assert module.status is not Verdict.IN_SYNC
        else:
            assert module == before


@unhurried
@given(worlds())
def test_a_plan_survives_json(world: World) -> None:
    """What is written as JSON is read back as the same plan."""
    plan = world.plan()
    assert from_json(to_json(plan)) == plan


@unhurried
@given(worlds())
def test_the_plan_id_is_blind_to_times_only(world: World) -> None:
    """The same facts at another time have the same ID, and other facts have another."""
    plan = world.plan()
    later = replace(
        world,
        snapshots=tuple(replace(one, attempt=replace(one.attempt, duration_ms=99)) for one in world.snapshots),
    )
    again = make_plan(
        later.catalog,
        frozenset(module.name for module in later.catalog.modules),
        later.fleet,
        replace(CIRCUMSTANCES, created_at="2027-01-01T00:00:00+00:00"),
    )
    other = make_plan(
        world.catalog,
        frozenset(),
        world.fleet,
        replace(CIRCUMSTANCES, catalog=replace(CIRCUMSTANCES.catalog, commit=hashlib.sha256().hexdigest())),
    )
    assert again.plan_id == plan.plan_id
    assert other.plan_id != plan.plan_id

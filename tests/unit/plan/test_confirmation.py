"""What two looks say together."""

from __future__ import annotations

from dataclasses import replace

from platformctl.catalog.catalog import Catalog
from platformctl.errors import Failure
from platformctl.observation.host import FleetObservation
from platformctl.observation.snapshot import observation
from platformctl.plan.confirmation import confirm, hosts_to_confirm
from platformctl.plan.make import make_plan
from platformctl.plan.plan import CatalogState, Plan, Tool
from platformctl.reason import Reason

from .actual import digest
from .one_host import WEB, container, look, plan, unreached
from .strategies import CIRCUMSTANCES, declared

EXITED = container(State={"Status": "exited"})
OTHER_IMAGE = container(Image=digest("config", 1), Config={"Image": "app:1"})
OTHER_CATALOG = CatalogState("elsewhere", "c0ffee", dirty=True)
HEALTHY = declared("web", "h1", "web", image=f"app@{digest('index', 0)}", expect={"health": "healthy"})


def summary(confirmed: Plan) -> tuple[str, list[str], list[tuple[str, str]]]:
    """Return reason, changed paths, and what was not compared for a reason."""
    module = confirmed.modules[0]
    skipped = [(entry.path, str(entry.reason)) for entry in module.not_compared if isinstance(entry.reason, Reason)]
    return (str(module.reason), [change.path for change in module.changes], skipped)


def test_the_same_difference_twice_is_drift() -> None:
    """It is said as the second look saw it."""
    restarting = container(State={"Status": "restarting"})
    confirmed = confirm(plan(look(EXITED)), plan(look(restarting)))
    assert summary(confirmed) == ("state-differs", ["container.state"], [])
    assert confirmed.modules[0].changes[0].observed == "restarting"
    assert confirmed.exit_code == 1


def test_confirmed_drift_shows_what_the_second_look_saw() -> None:
    """The evidence belongs to the changes beside it; where nothing is confirmed it is that of the first look."""
    first, second = plan(look(EXITED)), plan(look(container(Image=digest("config", 1), State={"Status": "exited"})))
    assert first.modules[0].evidence != second.modules[0].evidence
    assert confirm(first, second).modules[0].evidence == second.modules[0].evidence
    assert confirm(first, plan(look(container()))).modules[0].evidence == first.modules[0].evidence


def test_what_is_confirmed_is_the_first_plan() -> None:
    """Its time, its tool and its catalog are those of the first look."""
    first = plan(look(EXITED))
    later = replace(first, created_at="2027-01-01T00:00:00+00:00", tool=Tool("other", "1"), catalog=OTHER_CATALOG)
    confirmed = confirm(first, later)
    assert (confirmed.created_at, confirmed.tool, confirmed.catalog) == (first.created_at, first.tool, first.catalog)


def test_a_difference_that_went_away_is_changing() -> None:
    """A container in the middle of a restart is neither red nor green."""
    confirmed = confirm(plan(look(EXITED)), plan(look(container())))
    assert summary(confirmed) == ("changing", [], [("container.state", "changing")])
    assert confirmed.exit_code == 3


def test_another_difference_is_changing() -> None:
    """Two looks that show two differences prove neither."""
    confirmed = confirm(plan(look(EXITED)), plan(look()))
    assert summary(confirmed) == ("changing", [], [("container.state", "changing"), ("container.exists", "changing")])


def test_of_two_differences_one_may_stay() -> None:
    """What only one look showed is listed as not known, beside the drift that both showed."""
    sick = container(State={"Status": "exited", "Health": {"Status": "unhealthy"}})
    well = container(State={"Status": "exited", "Health": {"Status": "healthy"}})
    confirmed = confirm(plan(look(sick), HEALTHY), plan(look(well), HEALTHY))
    assert summary(confirmed) == ("state-differs", ["container.state"], [("container.health", "changing")])


def test_what_was_unknown_stays_listed() -> None:
    """A difference that went away does not hide what the first look could not know."""
    unclear = container(Config={"Image": "app:1"}, State={"Status": "exited"})
    confirmed = confirm(plan(look(unclear)), plan(look(container())))
    assert summary(confirmed)[2] == [("container.state", "changing"), ("container.image", "closure-unknown")]
    assert confirmed.modules[0].not_compared[0].sentence == "The two looks do not agree: the container is changing."


def test_a_host_that_went_silent_is_named_as_the_reason() -> None:
    """The second look failed: nothing says that the container is changing, and the plan is not complete."""
    lost = Failure(Reason.CONNECTION_LOST, "broken pipe")
    confirmed = confirm(plan(look(EXITED)), plan(unreached(lost)))
    assert summary(confirmed) == ("connection-lost", [], [("container.state", "connection-lost")])
    host = confirmed.hosts[0]
    assert (host.reached, host.error, confirmed.complete) == (True, lost, False)


def test_what_a_host_failed_to_say_first_stays_said() -> None:
    """A second look that went well does not make the first one whole."""
    lost, later = Failure(Reason.UNREACHABLE, "no route"), Failure(Reason.TIMED_OUT, "30 s")
    assert confirm(plan(unreached(lost)), plan(look(container()))).hosts[0].error == lost
    assert confirm(plan(unreached(lost)), plan(unreached(later))).hosts[0].error == lost
    half = replace(look(EXITED), images_failure=lost)
    assert confirm(plan(half), plan(look(EXITED))).hosts[0].images_error == lost
    assert confirm(plan(look(EXITED)), plan(half)).hosts[0].images_error == lost
    assert not confirm(plan(look(EXITED)), plan(half)).complete


def test_a_host_that_was_not_looked_at_again_is_changing() -> None:
    """Without a second look a difference is not confirmed."""
    nothing = confirm(plan(look(EXITED)), plan(look(container("far")), declared("far", "h1", "far", image="a:1")))
    assert summary(nothing)[0] == "changing"


def test_a_host_without_drift_stays_as_it_was_seen_first() -> None:
    """Only some hosts are looked at again, and the others stay in the plan."""
    far = replace(look(container()), host="h2")
    fleet = FleetObservation((observation(look(EXITED)), observation(far)))
    first = make_plan(Catalog((WEB,), (), ()), frozenset({"web"}), fleet, CIRCUMSTANCES)
    confirmed = confirm(first, plan(look(EXITED)))
    assert [host.name for host in confirmed.hosts] == ["h1", "h2"]
    assert confirmed.hosts[1] == first.hosts[1]


def test_only_drift_is_looked_at_again() -> None:
    """A green or inconclusive module asks for no second look."""
    assert hosts_to_confirm(plan(look(container()))) == frozenset()
    assert hosts_to_confirm(plan(unreached(Failure(Reason.UNREACHABLE, "")))) == frozenset()
    assert hosts_to_confirm(plan(look(EXITED))) == {"h1"}


def test_both_looks_are_counted() -> None:
    """Every command of both looks is on record."""
    confirmed = confirm(plan(look(EXITED)), plan(look(EXITED)))
    assert (confirmed.hosts[0].attempts, confirmed.hosts[0].duration_ms) == (2, 10)
    assert confirmed.hosts[0].commands == (("docker", "version"), ("docker", "version"))


def test_a_suspicion_is_that_of_the_last_look() -> None:
    """What the second look cleared up is not said any more."""
    modules = [declared(f"m{number}", "h1", f"c{number}", image="app:1") for number in range(4)]
    empty = plan(look(), *modules)
    there = plan(look(*(container(f"c{number}", number) for number in range(4))), *modules)
    (suspicion,) = empty.suspicions
    assert suspicion == (
        "4 of 4 modules are missing on h1, which lists 0 containers: is it the right engine, or was its image store "
        "switched?"
    )
    assert confirm(empty, empty).suspicions == empty.suspicions
    assert confirm(empty, there).suspicions == ()

"""A plan is one value that holds what was declared, what was seen, and all that follows."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from platformctl.catalog.catalog import Catalog
from platformctl.errors import Failure
from platformctl.identity.candidate import ImageStore
from platformctl.observation.engine import Engine
from platformctl.observation.host import Attempt, FleetObservation
from platformctl.observation.snapshot import observation
from platformctl.plan.make import Circumstances, make_plan
from platformctl.plan.omission import Omission
from platformctl.plan.plan import (
    CatalogState,
    Change,
    Evidence,
    HostPlan,
    ModulePlan,
    NotCompared,
    Plan,
    Summary,
    Tool,
    UnmanagedContainer,
)
from platformctl.reason import Reason, Verdict

from .one_host import PINNED, container, half_gone, look, unreached
from .strategies import declared

CIRCUMSTANCES: Final = Circumstances(
    "2026-01-02T03:04:05+00:00", Tool("platformctl", "1.2"), CatalogState("catalog", "c0ffee", dirty=True)
)
LOST: Final = Failure(Reason.TIMED_OUT, "30 s")
DARK: Final = Failure(Reason.UNREACHABLE, "no route to hôst")
UNDECLARED: Final = NotCompared(
    "container.configuration",
    Omission.UNDECLARED,
    "A module declares no environment, ports, volumes, networks or command.",
)
ENGINE: Final = Engine("docker", "28.5.2", "1.51", ImageStore.CLASSIC)
MODULES: Final = (
    declared("gone", "h1", "gone", image=PINNED),
    declared("lost", "h2", "lost", image=PINNED),
    declared("other", "h1", "other", image=PINNED),
    declared("unseen", "h9", "unseen", image=PINNED),
    declared("web", "h1", "web", image=PINNED),
    declared("web2", "h1", "web", image=PINNED),
)
PLAN_ID: Final = "a12e6f99f893480111e4fe55e7762e7a9bf838d943245567b1d67ac56b16cf2e"
"""Plans are kept under their IDs, so the same facts should have the same one in another version too."""

SCOPE: Final = frozenset({"gone", "lost", "unseen", "web", "web2"})


def made(created_at: str = CIRCUMSTANCES.created_at, duration_ms: int = 7) -> Plan:
    """Plan five of six modules on two hosts, of which one does not answer and the other gives no image records."""
    seen = replace(
        look(container(), container("other", 2), undescribed=(half_gone("stray"),)),
        images_failure=LOST,
        attempt=Attempt(2, duration_ms, (("docker", "version"), ("docker", "info"))),
    )
    dark = replace(unreached(DARK), host="h2", attempt=Attempt(3, 9, (("true",),)))
    fleet = FleetObservation((observation(dark), observation(seen)))
    circumstances = replace(CIRCUMSTANCES, created_at=created_at)
    return make_plan(Catalog(MODULES, (), ()), SCOPE, fleet, circumstances)


def test_a_whole_plan() -> None:
    """Hosts, modules in scope and unmanaged containers with all that is known of them, and what sums them up."""
    plan = made()
    assert replace(plan, modules=()) == Plan(
        format_version="1.0",
        plan_id=PLAN_ID,
        created_at="2026-01-02T03:04:05+00:00",
        tool=Tool("platformctl", "1.2"),
        catalog=CatalogState("catalog", "c0ffee", dirty=True),
        status=Verdict.DRIFT,
        exit_code=1,
        complete=False,
        summary=Summary(modules=5, in_sync=2, drift=1, inconclusive=2, hosts=2, hosts_reached=1, unmanaged=1),
        hosts=(
            HostPlan("h1", True, 2, 7, ENGINE, None, LOST, (("docker", "version"), ("docker", "info"))),  # noqa: FBT003
            HostPlan("h2", False, 3, 9, None, DARK, None, (("true",),)),  # noqa: FBT003
        ),
        modules=(),
        unmanaged=(UnmanagedContainer("h1", "stray", "", None, None),),
        suspicions=(),
    )
    assert [(module.name, str(module.reason)) for module in plan.modules] == [
        ("gone", "container-missing"),
        ("lost", "unreachable"),
        ("unseen", "observer-failed"),
        ("web", "exact"),
        ("web2", "exact"),
    ]


def test_a_module_that_is_missing() -> None:
    """Its change, its evidence, and where it would be."""
    assert made().modules[0] == ModulePlan(
        name="gone",
        host="h1",
        status=Verdict.DRIFT,
        reason=Reason.CONTAINER_MISSING,
        image=PINNED,
        container="gone",
        changes=(Change("container.exists", True, False, Reason.CONTAINER_MISSING),),  # noqa: FBT003
        evidence=(
            Evidence("container list", "length", "3"),
            Evidence("version", "version", "docker 28.5.2"),
            Evidence("version", "apiVersion", "1.51"),
            Evidence("info", "imageStore", "classic"),
        ),
        not_compared=(UNDECLARED,),
        flags=(),
    )


@pytest.mark.parametrize(
    ("number", "reason", "sentence"),
    [
        (1, Reason.UNREACHABLE, "The host cannot be reached."),
        (2, Reason.OBSERVER_FAILED, "The observer itself failed: this is a bug in platformctl."),
    ],
)
def test_a_module_that_could_not_be_seen(number: int, reason: Reason, sentence: str) -> None:
    """There is no evidence, and the whole container is not compared."""
    module = made().modules[number]
    assert (module.status, module.reason, module.evidence) == (Verdict.INCONCLUSIVE, reason, ())
    assert module.not_compared == (NotCompared("container", reason, sentence), UNDECLARED)


def test_a_plan_is_complete_when_every_host_answered_every_question() -> None:
    """One host that is dark, or that gave no image records, makes it incomplete."""
    for snapshot, complete, reached in (
        (look(container()), True, 1),
        (replace(look(container()), images_failure=LOST), False, 1),
        (unreached(DARK), False, 0),
    ):
        fleet = FleetObservation((observation(snapshot),))
        plan = make_plan(Catalog(MODULES, (), ()), frozenset({"web"}), fleet, CIRCUMSTANCES)
        assert (plan.complete, plan.summary.hosts_reached) == (complete, reached)


def test_the_id_is_that_of_the_content() -> None:
    """Other times give the same ID, and the times of the plan stay in it."""
    later = made("2027-01-01T00:00:00+00:00", 99)
    assert later.plan_id == made().plan_id
    assert (later.created_at, later.hosts[0].duration_ms) == ("2027-01-01T00:00:00+00:00", 99)


def test_modules_of_a_verdict() -> None:
    """In the order of the plan."""
    found = {verdict: [module.name for module in made().of(verdict)] for verdict in Verdict}
    assert found == {
        Verdict.IN_SYNC: ["web", "web2"],
        Verdict.INCONCLUSIVE: ["lost", "unseen"],
        Verdict.DRIFT: ["gone"],
    }

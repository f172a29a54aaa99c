"""What two looks at a host say of a module's containers."""

from __future__ import annotations

from typing import Any

import pytest

from platformctl.catalog.probe import ContainerCheck
from platformctl.errors import Failure
from platformctl.observation.snapshot import Snapshot
from platformctl.reason import Reason
from platformctl.smoke.steadiness import judge_container
from tests.unit.plan.one_host import container, half_gone, look, unreached

from .findings import module

MORNING, NOON = "2026-01-02T06:00:00Z", "2026-01-02T12:00:00Z"


def seen(
    number: int = 1, at: str = MORNING, restarts: int = 0, state: str = "running", health: str = ""
) -> dict[str, Any]:
    """Return a container as a look shows it."""
    shown = {"Status": state, "StartedAt": at, **({"Health": {"Status": health}} if health else {})}
    return container("web" if number < 10 else f"web-{number}", number, State=shown, RestartCount=restarts)


WAS = look(seen())

CASES: dict[str, tuple[Snapshot, str]] = {
    "steady": (look(seen()), "steady: web: running, no restart"),
    "restarted by its policy": (
        look(seen(at=NOON, restarts=2)),
        f"container-restarted: web: restarts 0 and then 2, started {MORNING} and then {NOON}",
    ),
    "restarted by hand": (
        look(seen(at=NOON)),
        f"container-restarted: web: restarts 0 and then 0, started {MORNING} and then {NOON}",
    ),
    "between two restarts": (
        look(seen(restarts=3, state="restarting")),
        f"container-restarted: web: restarts 0 and then 3, started {MORNING} and then {MORNING}",
    ),
    "exited": (look(seen(state="exited")), "state-wrong: web: should be running, is exited"),
    "gone": (look(), "container-gone: web: is not listed any more"),
    "replaced": (look(seen(2)), "container-replaced: web: is a new container"),
    "replaced by one that exited": (look(seen(2, state="exited")), "state-wrong: web: should be running, is exited"),
    "undescribed": (look(undescribed=(half_gone("web", 1),)), "container-unknown: web: the host does not tell when it was started"),  # noqa: E501
    "no start": (look(seen(at="")), "container-unknown: web: the host does not tell when it was started"),
    "unreached": (
        unreached(Failure(Reason.TIMED_OUT, "h1:22: no answer in time")),
        "host-unreached: timed-out: h1:22: no answer in time",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_became_of_a_container(name: str) -> None:
    """A restart, another state or absence is a fail; a new container and what the host does not tell prove nothing."""
    after, said = CASES[name]
    finding = judge_container(module(), ContainerCheck(), WAS, after)
    assert f"{finding.reason}: {finding.message}" == said


def test_a_container_that_stays_away() -> None:
    """What was gone at the last look too is still gone, and what comes back is a new container."""
    away = judge_container(module(), ContainerCheck(), look(), look())
    back = judge_container(module(), ContainerCheck(), look(), WAS)
    assert [away.reason, back.reason] == ["container-gone", "container-replaced"]
    assert away.message == "web: is not listed any more"


@pytest.mark.parametrize(
    ("expect", "check", "health", "said"),
    [
        ({}, {}, "unhealthy", "steady: web: running, no restart"),
        ({"health": "healthy"}, {}, "healthy", "steady: web: running and healthy, no restart"),
        ({"health": "healthy"}, {}, "unhealthy", "health-wrong: web: should be healthy, is unhealthy"),
        ({"health": "healthy"}, {}, "starting", "health-starting: web: should be healthy, is starting"),
        ({}, {"health": "healthy"}, "", "health-absent: web: should be healthy, and has no health check"),
        ({"health": "healthy"}, {"health": "unhealthy"}, "unhealthy", "steady: web: running and unhealthy, no restart"),
        ({}, {"state": "exited"}, "", "state-wrong: web: should be exited, is running"),
    ],
)
def test_health(expect: dict[str, Any], check: dict[str, Any], health: str, said: str) -> None:
    """What the probe declares goes before what the module expects; nothing declared compares nothing."""
    one, shown = module(expect=expect), look(seen(health=health))
    finding = judge_container(one, ContainerCheck.model_validate(check), shown, shown)
    assert f"{finding.reason}: {finding.message}" == said


def test_replicas() -> None:
    """Every replica is watched; one that is gone, with none in its place, is missed."""
    one = module(select={"project": "apps", "service": "web"})
    both, alone = look(seen(11), seen(12)), look(seen(11))
    more = look(seen(11), seen(12), seen(13, state="exited"))
    said = [judge_container(one, ContainerCheck(), *pair) for pair in ((both, both), (both, alone), (both, more))]
    assert [f"{finding.reason}: {finding.message}" for finding in said] == [
        "steady: web-11, web-12: running, no restart",
        "container-gone: web-12: is not listed any more",
        "state-wrong: web-13: should be running, is exited",
    ]

"""What is acknowledged stays visible and alarms nobody, until its value changes or its day has passed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import pytest

from platformctl.catalog.module import Module
from platformctl.observation.snapshot import Snapshot
from platformctl.plan.acknowledgement import acknowledge
from platformctl.plan.confirmation import confirm
from platformctl.plan.plan import Acknowledged, Change, ModulePlan, Plan
from platformctl.reason import Reason, Verdict
from platformctl.render.markdown import to_markdown
from platformctl.render.text import headline, to_text

from .actual import digest
from .one_host import PINNED, REPLICAS, WEB, container, half_gone, look, plan

EXITED: Final = container(State={"Status": "exited"})
KNOWN: Final = {
    "change": "container.state",
    "observed": "exited",
    "owner": "pd",
    "reason": "waits for *1.4*",
    "until": "2026-01-02",
}
NOTE: Final = Acknowledged("pd", "waits for *1.4*", "2026-01-02")


def knowing(*known: Mapping[str, Any], module: Module = WEB) -> Module:
    """Return a module that acknowledges this; tests plan on 2026-01-02."""
    fields = module.model_dump(by_alias=True, exclude_defaults=True, mode="json")
    return Module.model_validate_json(json.dumps({**fields, "acknowledge": known}))


def acknowledged(snapshot: Snapshot, module: Module) -> Plan:
    """Plan one look at a module, and count what it acknowledges."""
    return acknowledge(plan(snapshot, module), (module,))


def summary(made: Plan) -> tuple[str, str, list[bool], list[str]]:
    """Return verdict and reason of the module, which changes are acknowledged, and the flags."""
    [module] = made.modules
    noted = [change.acknowledged is not None for change in module.changes]
    return (str(module.status), str(module.reason), noted, [str(flag) for flag in module.flags])


def test_a_known_difference_alarms_nobody_and_stays_visible() -> None:
    """The change is there with its owner, reason and day, and no summary says in-sync without saying so."""
    made = acknowledged(look(EXITED), knowing(KNOWN))
    assert summary(made) == ("in-sync", "acknowledged", [True], [])
    assert made.modules[0].changes[0].acknowledged == NOTE
    assert (made.exit_code, made.summary.acknowledged) == (0, 1)
    assert headline(made) == "in-sync: 1 in-sync (1 acknowledged) of 1 module on 1 host"
    text = to_text(made)
    assert "=  web     h1    in-sync (1 acknowledged)  acknowledged\n" in text
    assert text.endswith(
        "= web on h1: It is not as declared; every difference is acknowledged, and nothing else differs.\n"
        "    container.state\n"
        "        declared  running\n"
        "        observed  exited\n"
        "        acknowledged by pd until 2026-01-02: waits for *1.4*\n"
        "\n"
        "in-sync: 1 in-sync (1 acknowledged) of 1 module on 1 host (exit code 0)\n"
    )
    assert "  acknowledged by pd until 2026-01-02: waits for *1.4*\n```" in to_markdown(made)


@pytest.mark.parametrize(
    ("known", "flags"),
    [
        ({**KNOWN, "observed": "dead"}, ["acknowledgement-unused"]),
        ({**KNOWN, "observed": True}, ["acknowledgement-unused"]),
        ({**KNOWN, "change": "container.health"}, ["acknowledgement-unused"]),
        ({**KNOWN, "until": "2026-01-01"}, ["acknowledgement-expired"]),
    ],
)
def test_another_value_another_path_and_the_day_after_alarm(known: Mapping[str, Any], flags: list[str]) -> None:
    """What is not exactly the acknowledged difference is drift, and the plan says what became of the entry."""
    assert summary(acknowledged(look(EXITED), knowing(known))) == ("drift", "state-differs", [False], flags)


def test_an_acknowledgement_that_hardly_ends_is_flagged() -> None:
    """For a year it is a decision; for longer it is a declaration that nobody made."""
    days = {"2027-01-03": [], "2027-01-04": ["acknowledgement-long"], "9999-12-31": ["acknowledgement-long"]}
    found = {day: summary(acknowledged(look(EXITED), knowing({**KNOWN, "until": day})))[3] for day in days}
    assert found == days


def test_one_unknown_difference_is_enough() -> None:
    """Of two differences one is acknowledged: the module is drift, and the known one is told apart."""
    other = container(State={"Status": "exited"}, Image=digest("config", 1), Config={"Image": "app:1"})
    pinned = knowing(KNOWN, {**KNOWN, "change": "container.exists", "observed": False})
    status, _, noted, flags = summary(acknowledged(look(other), pinned))
    assert (status, noted, flags) == ("inconclusive", [True], ["acknowledgement-unused", "repository-differs"])
    unhealthy = container(State={"Status": "exited", "Health": {"Status": "unhealthy"}})
    module = knowing(
        KNOWN, module=WEB.model_copy(update={"expect": WEB.expect.model_copy(update={"health": "healthy"})})
    )
    assert summary(acknowledged(look(unhealthy), module)) == ("drift", "health-differs", [True, False], [])


def test_what_is_unknown_besides_stays_unknown() -> None:
    """An acknowledged difference does not make a green of what could not be compared."""
    module = knowing(KNOWN, module=REPLICAS)
    made = acknowledged(look(EXITED, undescribed=(half_gone("web2"),)), module)
    assert summary(made) == ("inconclusive", "container-undescribed", [True], [])


def test_a_missing_container_can_be_acknowledged() -> None:
    """Its absence is a value like others."""
    module = knowing({**KNOWN, "change": "container.exists", "observed": False})
    assert summary(acknowledged(look(), module)) == ("in-sync", "acknowledged", [True], [])


def test_an_image_is_acknowledged_by_any_digest_that_it_goes_by() -> None:
    """What the plan shows is one of its names; a host that learns another name of the same image alarms nobody."""
    drifted = plan(look(container(Image=digest("config", 1), Config={"Image": f"app@{digest('index', 1)}"})), WEB)
    [module] = drifted.modules
    assert module.image == PINNED
    red = replace(drifted, modules=(replace(module, **_red(module)),))
    for value, noted in ((digest("config", 1), True), (digest("index", 1), True), (digest("index", 0), False)):
        known = knowing({**KNOWN, "change": "container.image", "observed": value})
        assert [bool(one.acknowledged) for one in acknowledge(red, (known,)).modules[0].changes] == [noted]


def _red(module: ModulePlan) -> dict[str, Any]:
    change = Change("container.image", module.image, "app@sha256:…", Reason.IMAGE_DIFFERS)
    return {"status": Verdict.DRIFT, "reason": Reason.IMAGE_DIFFERS, "changes": (change,), "not_compared": ()}


def test_an_unused_entry_of_a_green_module_is_named() -> None:
    """When the difference is gone, the entry is to be removed; the module is as green as without."""
    made = acknowledged(look(container()), knowing(KNOWN))
    assert summary(made) == ("in-sync", "exact", [], ["acknowledgement-unused"])


def test_an_acknowledged_difference_is_confirmed_like_others() -> None:
    """A difference that the second look does not show is changing, acknowledged or not."""
    module = knowing(KNOWN)
    twice = acknowledge(confirm(plan(look(EXITED), module), plan(look(EXITED), module)), (module,))
    once = acknowledge(confirm(plan(look(EXITED), module), plan(look(container()), module)), (module,))
    assert summary(twice)[:2] == ("in-sync", "acknowledged")
    assert summary(once)[:2] == ("inconclusive", "changing")


def test_a_plan_without_acknowledgements_is_left_alone() -> None:
    """Its ID is that of a plan made without this step, and one with them has another."""
    made = plan(look(EXITED), WEB)
    assert acknowledge(made, (WEB,)) is made
    assert acknowledged(look(EXITED), knowing(KNOWN)).plan_id != made.plan_id

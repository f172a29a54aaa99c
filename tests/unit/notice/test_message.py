"""What is told: one message for a plan, grouped by cause, in words that no host could have written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from platformctl.notice.message import to_baseline, to_message
from platformctl.notice.transition import Event, Transition
from platformctl.plan.acknowledgement import acknowledge
from platformctl.plan.plan import Change, Plan
from platformctl.reason import Reason
from tests.unit.plan.one_host import WEB, container, look, plan, unreached
from tests.unit.plan.strategies import declared
from tests.unit.plan.test_acknowledgement import KNOWN, knowing
from tests.unit.plan.test_plan import DARK

DB = declared("db", "h1", "db", image=WEB.image)


def told(made: Plan, event: Event, link: str = "") -> str:
    """Return title and body of a message in which every module has the same event."""
    message = to_message(made, tuple(Transition(event, module) for module in made.modules), (), link)
    return f"{message.title}\n\n{message.body}"


def test_drift() -> None:
    """Each cause stands once, with its modules and what differs; the plan and a link close the message."""
    made = plan(look(container(State={"Status": "exited"})), WEB, DB)
    assert told(made, Event.DRIFT, "https://prefect.example/runs/flow-run/1") == (
        "platformctl: 2 drift\n"
        "\n"
        "Drift on h1 (state-differs): web\n"
        "    The container is in another state than declared.\n"
        "    web: container.state declared running, observed exited\n"
        "\n"
        "Drift on h1 (container-missing): db\n"
        "    The host lists its containers, and this one is not there.\n"
        "    db: container.exists declared yes, observed no\n"
        "\n"
        f"Plan {made.plan_id[:12]} of 2026-01-02T03:04:05+00:00\n"
        "https://prefect.example/runs/flow-run/1"
    )


def test_a_host_that_does_not_answer_is_one_cause() -> None:
    """All its modules stand in one line, however many, and the host's own words in none."""
    made = plan(unreached(DARK), *(declared(f"m{n:02}", "h1", f"m{n:02}", image=WEB.image) for n in range(30)))
    named = ", ".join(f"m{n:02}" for n in range(20))
    assert told(made, Event.UNKNOWN) == (
        "platformctl: 30 not known\n"
        "\n"
        f"Not known any more on h1 (unreachable): 30 modules: {named} and 10 more\n"
        "    The host cannot be reached.\n"
        "\n"
        f"Plan {made.plan_id[:12]} of 2026-01-02T03:04:05+00:00"
    )


def test_many_hosts_with_one_reason_are_one_cause() -> None:
    """An outage of two hundred hosts is one message of a few lines."""
    one = plan(unreached(DARK)).modules[0]
    modules = tuple(replace(one, name=f"m{number:03}", host=f"h{number:03}") for number in range(200))
    lines = told(replace(plan(unreached(DARK)), modules=modules), Event.UNKNOWN).splitlines()
    named = ", ".join(f"m{number:03}" for number in range(20))
    assert (lines[2], len(lines)) == (
        f"Not known any more on 200 hosts (unreachable): 200 modules: {named} and 180 more",
        6,
    )


def test_many_changes_of_one_cause_are_cut() -> None:
    """A module of a thousand replicas fills no chat."""
    made = plan(look(), WEB)
    [module] = made.modules
    [change] = module.changes
    replicas = replace(module, changes=tuple(replace(change, container=f"web{n}") for n in range(1000)))
    lines = told(replace(made, modules=(replicas,)), Event.DRIFT).splitlines()
    assert (lines[-3], len(lines)) == ("    and 980 more", 27)


def test_what_is_acknowledged_has_not_recovered() -> None:
    """It is told under its own name, and the first plan's counts say it too."""
    known = acknowledge(plan(look(container(State={"Status": "exited"}))), (knowing(KNOWN),))
    assert told(known, Event.ACKNOWLEDGED).splitlines()[:4] == [
        "platformctl: 1 acknowledged",
        "",
        "Acknowledged on h1 (acknowledged): web",
        "    It is not as declared; every difference is acknowledged, and nothing else differs.",
    ]
    assert to_baseline(known, "").title == "platformctl: watching, 1 in-sync (1 acknowledged)"


def test_modules_that_are_gone_are_named() -> None:
    """Who was told of a red is told that nobody looks any more."""
    message = to_message(plan(look(container())), (), ("api", "web"), "")
    assert (message.title, message.body.splitlines()[0]) == (
        "platformctl: 2 not declared any more",
        "Not declared any more, nor watched: api, web",
    )


DIGESTS = [f"sha256:{number:064x}" for number in range(3)]


@pytest.mark.parametrize(
    ("observed", "shown"),
    [
        (f"registry.example/app@{DIGESTS[0]}", f"registry.example/app@{DIGESTS[0]}"),
        (
            f"evil.example/login@{DIGESTS[0]}, registry.example/app@{DIGESTS[1]}",
            f"{DIGESTS[0]}, registry.example/app@{DIGESTS[1]}",
        ),
        (f"image {DIGESTS[2]}", DIGESTS[2]),
        ("image of unknown ID", "(see the plan)"),
        ("evil.example/login", "(see the plan)"),
        ("https://evil.example/login", "(see the plan)"),
        ("www.evil.example", "(see the plan)"),
        ("someone@everyone", "(see the plan)"),
        (f"here@everyone@{DIGESTS[0]}", "(see the plan)"),
    ],
)  # fmt: skip
def test_an_image_goes_by_its_digest(observed: str, shown: str) -> None:
    """Chats make links of host names and call people at an @, so a repository is named only where it is declared."""
    made = plan(look(), WEB)
    [module] = made.modules
    change = Change("container.image", f"registry.example/app:1@{DIGESTS[2]}", observed, Reason.IMAGE_DIFFERS)
    lines = told(replace(made, modules=(replace(module, changes=(change,)),)), Event.DRIFT).splitlines()
    assert lines[4] == f"    web: container.image declared {change.desired}, observed {shown}"


def test_recovered() -> None:
    """A recovery says by what it is proven."""
    made = plan(look(container()))
    assert told(made, Event.RECOVERED).splitlines()[:4] == [
        "platformctl: 1 recovered",
        "",
        "Recovered on h1 (exact): web",
        "    The pinned digest is one of the digests of the running image.",
    ]


def test_the_baseline_says_what_it_is() -> None:
    """The first message says that only changes follow, and what is not green now; a green fleet is one line."""
    red = to_baseline(plan(look(), WEB), "")
    assert (red.title, red.body.splitlines()[:3]) == (
        "platformctl: watching, 1 drift",
        [
            "This is the first plan: from now on only what changes is told.",
            "",
            "Drift on h1 (container-missing): web",
        ],
    )
    green = to_baseline(replace(plan(look(container())), created_at="2026-01-02"), "")
    assert (green.title, len(green.body.splitlines())) == ("platformctl: watching, 1 in-sync", 3)


@pytest.mark.parametrize(
    "state",
    [
        "<img src=x onerror=alert(1)>",
        "[click](https://evil.example)",
        "@channel everything is fine",
        "\x1b[31mred",
        "\u202eexited",
        "a" * 1_000_000,
        "*bold* _under_ `code`",
        "exited\nplatformctl: 1 recovered",
    ],
)
def test_what_a_host_says_is_shown_only_where_it_is_harmless(state: str) -> None:
    """Text that could be markup to one target or another is left to the plan, which escapes it."""
    message = told(plan(look(container(State={"Status": state}))), Event.DRIFT)
    assert "    web: container.state declared running, observed (see the plan)\n" in message
    assert len(message) < 400

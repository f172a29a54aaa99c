"""The table of what is told, as stories of nights: every step is a process of its own that knows only the store."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from threading import Thread
from typing import Any, Final

import pytest

from platformctl.adapters.notifying import notify, notify_no_plan
from platformctl.adapters.store import Store
from platformctl.catalog.module import Module
from platformctl.cli import main
from platformctl.observation.snapshot import Snapshot
from platformctl.plan.acknowledgement import acknowledge
from platformctl.plan.plan import Plan
from tests.unit.adapters.mailbox import Mailbox, mail_server, web_hook
from tests.unit.adapters.test_notifying import titles, told_by
from tests.unit.plan.one_host import WEB, container, look, plan, unreached
from tests.unit.plan.strategies import declared
from tests.unit.plan.test_acknowledgement import KNOWN, knowing
from tests.unit.plan.test_plan import DARK

RECORDED: Final = Path(__file__).parents[2] / "recordings/docker-20.10-classic"
LOOKS: Final[dict[str, Snapshot]] = {
    "green": look(container()),
    "red": look(container(State={"Status": "exited"})),
    "other-red": look(),
    "known": look(container(State={"Status": "exited"})),
    "known-other": look(container(State={"Status": "dead"})),
    "expired": look(container(State={"Status": "exited"})),
    "dark": unreached(DARK),
    "removed": look(),
    "renamed-green": look(container()),
    "renamed-red": look(container(State={"Status": "exited"})),
    "of-another": look(container()),
}
"""What each night shows of the module web."""

BASE: Final = "watching, 1 in-sync"
STORIES: Final[dict[str, list[tuple[str, str]]]] = {
    # one pair for each night: what it is, and what is told of it ("" is nothing)
    "a green fleet is told of once": [("green", BASE), ("green", ""), ("green", "")],
    "a red is told once, and its end": [("green", BASE), ("red", "1 drift"), ("red", ""), ("green", "1 recovered")],
    "a red of the first plan can recover": [("red", "watching, 1 drift"), ("red", ""), ("green", "1 recovered")],
    "another cause of the same red is no news": [("green", BASE), ("red", "1 drift"), ("other-red", "")],
    "one bad night is nobody's business": [("green", BASE), ("dark", ""), ("green", ""), ("dark", ""), ("dark", "")],
    "three bad nights in a row are told once": [
        ("green", BASE), ("dark", ""), ("dark", ""), ("dark", "1 not known"), ("dark", ""), ("green", "1 recovered"),
    ],
    "what is not known can turn out red": [
        ("green", BASE), ("dark", ""), ("dark", ""), ("dark", "1 not known"), ("red", "1 drift"),
        ("green", "1 recovered"),
    ],
    "a red that cannot be seen stays a red": [
        ("green", BASE), ("red", "1 drift"), ("dark", ""), ("dark", ""), ("dark", ""), ("red", ""),
        ("green", "1 recovered"),
    ],
    "darkness of the first plan is told in it": [
        ("dark", "watching, 1 inconclusive"), ("dark", ""), ("green", "1 recovered"),
    ],
    "a module that flips is one line a night": [
        ("green", BASE), ("red", "1 drift"), ("green", "1 recovered"), ("red", "1 drift"), ("green", "1 recovered"),
    ],
    "what is acknowledged is over, and no recovery": [
        ("green", BASE), ("red", "1 drift"), ("known", "1 acknowledged"), ("known", ""), ("green", ""),
    ],
    "another value than the acknowledged one alarms": [
        ("known", "watching, 1 in-sync (1 acknowledged)"), ("known-other", "1 drift"), ("known", "1 acknowledged"),
    ],
    "an acknowledgement that has expired alarms": [
        ("known", "watching, 1 in-sync (1 acknowledged)"), ("expired", "1 drift"), ("expired", ""),
    ],
    "a module that is removed is not watched any more": [
        ("green", BASE), ("red", "1 drift"), ("removed", "1 not declared any more"), ("removed", ""),
    ],
    "a green module that is removed is no news": [("green", BASE), ("removed", ""), ("removed", "")],
    "a later module of the same name is a new one": [
        ("green", BASE), ("red", "1 drift"), ("removed", "1 not declared any more"), ("red", "1 drift"),
    ],
    "a module that is renamed is another one": [
        ("green", BASE), ("red", "1 drift"), ("renamed-red", "1 drift, 1 not declared any more"),
        ("renamed-green", "1 recovered"),
    ],
    "a new module is told of when it is red": [("green", BASE), ("renamed-green", ""), ("red", "1 drift")],
    "a plan of other modules says nothing of this one": [
        ("green", BASE), ("red", "1 drift"), ("of-another", ""), ("red", ""), ("green", "1 recovered"),
    ],
    "the same plan again tells nothing again": [("green", BASE), ("red", "1 drift"), ("same", ""), ("same", "")],
    "a plan that comes late tells nothing": [
        ("green", BASE), ("red", "1 drift"), ("late", ""), ("green", "1 recovered"),
    ],
    "a clock that ran ahead silences nobody": [
        ("green", BASE), ("ahead", ""), ("red", "1 drift"), ("green", "1 recovered"),
    ],
    "a memory that somebody broke begins anew": [
        ("green", BASE), ("broken-memory", ""), ("red", "watching, 1 drift"), ("green", "1 recovered"),
    ],
    "a night without a plan is nobody's business, three in a row are": [
        ("green", BASE), ("unplanned", ""), ("unplanned", ""), ("unplanned", "no plan"), ("unplanned", ""),
        ("red", "plans again; 1 drift"), ("unplanned", ""), ("unplanned", ""), ("red", ""),
    ],
    "a catalog that never gave a plan is told too": [
        ("unplanned", ""), ("unplanned", ""), ("unplanned", "no plan"), ("green", f"plans again; {BASE}"),
    ],
    "a target that is away hears it in order": [
        ("green", BASE), ("away", ""), ("red", ""), ("green", ""), ("back", ""),
        ("green", "1 drift; 1 recovered"), ("green", ""),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def hook() -> Iterator[Mailbox]:
    """A web hook for all stories."""
    with web_hook() as box:
        yield box


@pytest.mark.parametrize("name", STORIES)
def test_story(tmp_path: Path, hook: Mailbox, name: str) -> None:
    """Each night tells what the table says, and nothing else."""
    hook.messages.clear()
    catalog, heard = told_by(tmp_path / "catalog", hook=hook), []
    last = night("green", 1)
    for day, (step, _) in enumerate(STORIES[name], 2):
        before = len(hook.messages)
        last = happen(step, day, last, catalog, hook)
        heard.append("; ".join(title.removeprefix("platformctl: ") for title in titles(hook)[before:]))
    assert list(zip([step for step, _ in STORIES[name]], heard, strict=True)) == STORIES[name]


def happen(step: str, day: int, last: Plan, catalog: Path, hook: Mailbox) -> Plan:
    """Let a night happen as a run of its own; return the plan that was last told."""
    store = Store(catalog.parent / "store")
    match step:
        case "unplanned":
            notify_no_plan(catalog, store)
        case "away" | "back":
            hook.open = step == "back"
        case "broken-memory":
            [state] = store.root.glob("notices/*/state.json")
            state.write_text("{")
        case "same":
            notify(last, catalog, store)
        case "late":
            hours = last.created_at.replace("T03", "T02")
            notify(replace(night("green", day), created_at=hours), catalog, store)
        case "ahead":
            ahead = replace(night("green", day), created_at="2031-01-01T03:17:00+00:00")
            notify(ahead, catalog, store)
        case _:
            last = night(step, day)
            notify(last, catalog, store, declared=everything(step, last))
    return last


def everything(step: str, made: Plan) -> set[str]:
    """Return what the catalog of a night declares; a plan of another module says nothing of that."""
    return {module.name for module in made.modules} | ({"web"} if step == "of-another" else set())


def night(step: str, day: int) -> Plan:
    """Return the plan of a night."""
    made, module = shown(step)
    return acknowledge(replace(made, created_at=f"2026-01-{day:02}T03:17:00+00:00"), (module,))


@cache
def shown(step: str) -> tuple[Plan, Module]:
    """Return what a kind of night shows, and the module that it declares."""
    known: dict[str, Any] = {**KNOWN, "until": "2026-01-01" if step == "expired" else "2026-01-31"}
    module = {
        "known": knowing(known),
        "known-other": knowing(known),
        "expired": knowing(known),
        "of-another": declared("other", "h1", "web", image=WEB.image),
    }.get(step, WEB.model_copy(update={"name": "site"}) if step.startswith("renamed") else WEB)
    made = plan(LOOKS[step], module)
    return (replace(made, modules=()) if step == "removed" else made), module


def test_two_runs_at_once_tell_once(tmp_path: Path, hook: Mailbox) -> None:
    """Of several that have the same plan at the same time, one tells it, and each other one finds it told."""
    hook.messages.clear()
    catalog, store = told_by(tmp_path / "catalog", hook=hook), Store(tmp_path / "store")
    notify(night("green", 1), catalog, store)
    runs = [Thread(target=notify, args=(night("red", 2), catalog, store)) for _ in range(4)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert titles(hook) == [f"platformctl: {BASE}", "platformctl: 1 drift"]


def test_a_target_that_cannot_be_used_silences_no_other(tmp_path: Path) -> None:
    """A file that everybody may read is named, the other targets are told, and what it missed is sent when mended."""
    with web_hook() as chat, mail_server() as mail:
        catalog, store = told_by(tmp_path / "catalog", chat=chat, mail=mail), Store(tmp_path / "store")
        (catalog / "mail.url").chmod(0o644)
        outcomes = notify(night("green", 1), catalog, store)
        assert [(one.taken, one.line) for one in outcomes] == [
            (True, f"chat was told: platformctl: {BASE}"),
            (False, f"mail could not be told: platformctl: {BASE}"),
            (
                False,
                "somebody cannot be told: mail.url: everybody on this machine may use this secret; chmod 600 keeps it",
            ),
        ]
        (catalog / "mail.url").chmod(0o600)
        notify(night("red", 2), catalog, store)
        assert titles(mail) == [f"platformctl: {BASE}", "platformctl: 1 drift"] == titles(chat)


def test_a_plan_on_the_command_line_tells_on_demand(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """`plan --notify` tells, also that there is no plan; whether somebody can be told changes no exit code."""
    catalog = Path(shutil.copytree(RECORDED / "meerkat", tmp_path / "catalog"))
    plan_it = ["plan", "--notify", "--offline", "--catalog", str(catalog), "--store", str(tmp_path / "store")]
    module = catalog / "modules/np-meerkat-frontend/module.yaml"
    with web_hook() as chat:
        told_by(catalog, chat=chat)
        (catalog / "notify.yaml").write_text(f"{(catalog / 'notify.yaml').read_text()}inconclusive_runs: 1\n")
        codes = [main(plan_it), main([*plan_it, "--module", "np-nobody"])]
        codes.append(main([*plan_it, "--inventory", str(tmp_path / "typo.yaml")]))
        whole = module.read_text()
        module.write_text(f"{whole}imagee: nginx\n")
        codes.append(main(plan_it))
        module.write_text(whole)
        (catalog / "chat.url").unlink()
        codes.append(main(plan_it))
    assert codes == [0, 2, 2, 2, 0]
    assert titles(chat) == [f"platformctl: {BASE}", "platformctl: no plan"]
    assert capfd.readouterr().err.splitlines()[-1].startswith("nobody was told: chat.url: ")


def test_what_was_seen_once_is_told_to_nobody(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A plan that is made again shows what was: it is refused as news before anything is looked at."""
    store = tmp_path / "store"
    again = ["plan", "--notify", "--snapshot", str(tmp_path), "--catalog", str(tmp_path), "--store", str(store)]
    assert main(again) == 2
    assert capfd.readouterr().err == (
        "--notify tells of what is so now, and --snapshot shows what was seen once: leave one of them out\n"
    )
    assert not store.exists()

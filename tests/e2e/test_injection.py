"""Nothing that a host says acts or deceives: not in the interface, the report, the terminal or a message."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect
from prefect.settings import PREFECT_LOGGING_TO_API_ENABLED, temporary_settings

from flows.plan_fleet import plan_fleet
from flows.smoke_module import smoke_module
from tests.unit.adapters.mailbox import Mailbox, mail_server, web_hook
from tests.unit.adapters.test_notifying import told_by

from .browser import CHROMIUM, OUTSIDE, Browser, browser
from .catalog import IN_SYNC
from .hostile_catalog import BAIT, hostile_catalog
from .plans import plan_folders
from .run import Run
from .server import Server
from .terminal import typed
from .test_browser import OF_THE_INTERFACE, fits

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.slow]

HEADLINE: Final = "drift: 1 drift, 2 inconclusive, 1 in-sync of 4 modules on 4 hosts"
POLICY: Final = '<meta http-equiv="Content-Security-Policy"'
SIGHTS: Final = {
    # what is opened: a piece of a host's text that the page shows
    "plan-fleet": "evil.example/x.png onerror=alert(1)",
    "module-np-umami": "[link](javascript:alert(4))",
    "probes-np-meerkat-frontend": "X-A should be",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a plan and a smoke of the hostile fleet left behind.

    Attributes:
        store: folder of the plans.
        runs: the flow runs, by flow.
        chat: the web hook.
        mail: the mail server.
        terminal: what a terminal was sent.
    """

    store: Path
    runs: Mapping[str, Run]
    chat: Mailbox
    mail: Mailbox
    terminal: str


@pytest.fixture(scope="module")
def told(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Plan and smoke the hostile fleet by flows and by verbs, with targets to tell."""
    assert server
    folder = tmp_path_factory.mktemp("hostile")
    store = folder / "store"
    with hostile_catalog(folder) as catalog, web_hook() as chat, mail_server() as mail:
        told_by(catalog, chat=chat, mail=mail)
        with temporary_settings({PREFECT_LOGGING_TO_API_ENABLED: True}):
            plan: Any = plan_fleet(catalog=str(catalog), store=str(store), confirm_after=0, return_state=True)
            smoke: Any = smoke_module(IN_SYNC, catalog=str(catalog), store=str(store), return_state=True)
        assert (plan.message, smoke.name) == (HEADLINE, "SmokeFailed")
        states = {"plan": plan, "smoke": smoke}
        runs = {name: Run(state.state_details.flow_run_id) for name, state in states.items()}
        yield Told(store, runs, chat, mail, typed(_verbs(catalog, folder)))


def _verbs(catalog: Path, folder: Path) -> list[list[str]]:
    here = ["--catalog", str(catalog), "--store", str(folder / "typed")]
    plan = ["plan", *here, "--confirm-after", "0"]
    inventory = ["--inventory", str(catalog / "hosts.yaml")]
    return [
        plan,
        [*plan, "--format", "json"],
        [*plan, "--format", "markdown"],
        [*plan, "--module", "np\x1b[2J\u202e"],
        ["explain", "np-umami", *here],
        ["smoke", "--module", IN_SYNC, *here],
        ["history", "--store", str(folder / "typed")],
        ["observe", *inventory, "--host", "told", "spoken", "green", "--out", str(folder / "seen")],
        ["import", "--catalog", str(catalog), "--host", "green", "--offline"],
        ["doctor", *inventory],
    ]


@pytest.fixture(scope="module")
def chromium(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser that gets nothing but Prefect's interface."""
    with browser(tmp_path_factory.mktemp("profile"), server.url) as opened:
        yield opened


def is_inert(page: Page, chromium: Browser) -> bool:
    """Tell whether nothing on a page leads to the bait, and nothing has run or was loaded."""
    leading = page.locator(f"[href*='{BAIT}'], [src*='{BAIT}'], [href^='javascript:'], [onerror], [onload]")
    quiet = (chromium.dialogs, chromium.strangers - OF_THE_INTERFACE) == ([], set())
    return quiet and leading.count() == 0 and page.evaluate("window.ran === undefined")


@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}")
def test_the_interface_only_shows(told: Told, chromium: Browser) -> None:
    """On every artifact and on the runs' own pages, what hosts said is text: no request, dialog, link or script."""
    artifacts = {key: one for run in told.runs.values() for key, one in run.artifacts().items()}
    for key, piece in SIGHTS.items():
        page = chromium.open(f"/v2/artifacts/artifact/{artifacts[key].id}")
        expect(page.get_by_text(piece).first).to_be_attached()
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        page.wait_for_load_state("networkidle")
        assert is_inert(page, chromium), key
        assert fits(page), key
    log = chromium.open(f"/v2/runs/flow-run/{told.runs['plan'].id}?tab=Logs")
    expect(log.get_by_text("permission-denied: ").first).to_be_attached()
    assert is_inert(log, chromium)


@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}")
def test_the_report_only_shows(told: Told, chromium: Browser) -> None:
    """So it is in the report of the plan; even without its policy there is nothing in it that could act."""
    report = (plan_folders(told.store)[0] / "report.html").read_text()
    policy = report.index(POLICY)
    for html in (report, report[:policy] + report[report.index(">", policy) + 1 :]):
        page = chromium.page
        page.goto("about:blank")
        page.set_content(html)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        expect(page.get_by_text("evil.example/x.png onerror=alert(1)").first).to_be_visible()
        assert page.locator("script, img, iframe, link, object, form").count() == 0
        assert is_inert(page, chromium)
        assert page.locator("body").evaluate(OUTSIDE) == []


def test_a_terminal_gets_nothing_to_obey(told: Told) -> None:
    """Whatever verb and form: no control character but the ends of lines, nothing invisible, and every part is said."""
    sent = {character for character in told.terminal if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co"}}
    assert sent == {"\n"}
    assert told.terminal.count("SmokeFailed") == 0
    for said in (
        "kept as ", "permission-denied after 1 look: permission denied \\x1b[2J", "X-A should be",
        "there is no module 'np\\x1b[2J\\u202e'", "How the image was decided", "History of ",
        "=  told: a recording", "left out ",
    ):  # fmt: skip
        assert said in told.terminal


def test_messages_are_plain_words(told: Told) -> None:
    """Of what hosts said no message holds a word but an image's digest, and the headers of the mail are ours."""
    [(title, body)] = told.chat.messages
    [(subject, mailed)] = told.mail.messages
    assert (subject, mailed.split()) == (title, body.split())
    assert title == "platformctl: watching, 1 drift, 2 inconclusive, 1 in-sync"
    assert "    np-umami: container.state declared running, observed (see the plan)\n" in body
    assert BAIT not in f"{told.chat.raw}{told.mail.raw}"
    [mail] = told.mail.raw
    head, _, _ = mail.partition(b"\r\n\r\n")
    assert b"Content-Type: text/plain" in mail
    assert not [line for line in head.splitlines() if line.lower().startswith((b"bcc:", b"cc:"))]


def test_files_for_programs_hold_no_controls(told: Told) -> None:
    """The kept plan and smoke are JSON that a terminal can be shown, with the hosts' values whole."""
    plan = (plan_folders(told.store)[0] / "plan.json").read_text()
    [smoke] = told.store.glob("smokes/*/*/smoke.json")
    for text in (plan, smoke.read_text()):
        assert not [character for character in text if not character.isprintable() and character != "\n"]
    assert "\x9b31m" in " ".join(one["container"] for one in json.loads(plan)["unmanaged"])

"""What a person sees in Prefect's interface, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, Response, TimeoutError, expect  # noqa: A004  Playwright's own
from prefect.client.orchestration import get_client

from flows.plan_fleet import plan_fleet

from .browser import CHROMIUM, OUTSIDE, Browser, browser
from .catalog import add_host, add_module, edit_containers, recorded, waiting
from .run import Run, eventually
from .served_folder import served_folder
from .server import ROOT, Server

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}"),
]

CLICK_MS = 5_000
"""How long a click may take until the page has asked the server for something."""

SCREENS = ROOT / "build/screens"
HEADLINE = "drift: 1 drift, 1 inconclusive of 2 modules on 2 hosts"
LONG = "m" * 63

# What the interface itself asks for at every start, whatever it shows; without an answer it goes on as well.
OF_THE_INTERFACE = {"sr-client-cfg.amplitude.com"}

HOSTILE = {
    "name": "<script>alert(1)</script>|`a`",
    "image": "127.0.0.1:9/x|y/![x](http://127.0.0.1:9/x.png)[x](javascript:alert(3))@sha256:" + "f" * 64,
    "project": "<img src=http://127.0.0.1:9/y.png onerror=alert(2)>\n# heading\n- item",
    "service": "```\n[free](javascript:alert(4)) www.example.com " + "w" * 120,
}
"""Names as no honest engine gives them."""

SHOWN = (
    "<script>alert(1)</script>|`a`",
    "127.0.0.1:9/x|y/![x](http://127.0.0.1:9/x.png)[x](javascript:alert(3))@sha256:",
    "<img src=http://127.0.0.1:9/y.png onerror=alert(2)>\\n# heading\\n- item/```\\n[free](javascript:alert(4))",
)
"""The same as text: with control characters spelled out."""


def add_hostile(containers: list[dict[str, Any]]) -> None:
    """Add a container that no module declares, with names that try to be more than text."""
    hostile = json.loads(json.dumps(containers[0]))
    hostile.update(Id="f" * 64, Name=f"/{HOSTILE['name']}")
    labels = {f"com.docker.compose.{key}": HOSTILE[key] for key in ("project", "service")}
    hostile["Config"].update(Image=HOSTILE["image"], Labels=labels)
    containers.append(hostile)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the run."""
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def served(store: Path) -> Iterator[str]:
    """Where the store is served."""
    with served_folder(store) as url:
        yield url


@pytest.fixture(scope="module")
def run(server: Server, store: Path, served: str, tmp_path_factory: pytest.TempPathFactory) -> UUID:
    """A finished run that found drift, a host that does not answer, and a hostile container."""
    assert server
    folder = tmp_path_factory.mktemp("browser")
    catalog = recorded(folder, "drifted")
    edit_containers(catalog, add_hostile)
    add_host(catalog, LONG, transport="ssh", address="127.0.0.1", port=1, user="observer")
    image = f"127.0.0.1:5000/{'a' * 100}/edge@sha256:{'0' * 64}"
    declaration = {"schema": "platformctl/module/v1", "name": LONG, "host": LONG, "container": LONG, "image": image}
    add_module(catalog, declaration)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PLATFORMCTL_STORE", str(store))
        environment.setenv("PLATFORMCTL_STORE_URL", served)
        state: Any = plan_fleet(catalog=str(catalog), return_state=True)
    assert state.message == HEADLINE
    identifier: UUID = state.state_details.flow_run_id
    return identifier


@pytest.fixture(scope="module")
def chromium(server: Server, served: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser as wide as a notebook's screen."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    with browser(tmp_path_factory.mktemp("profile"), server.url, served) as opened:
        yield opened


def test_run_shows_its_verdict_and_artifacts(chromium: Browser, run: UUID) -> None:
    """The run's page has the verdict in its title and its badge, and a card for each artifact."""
    page = chromium.open(f"/v2/runs/flow-run/{run}?tab=Artifacts")
    expect(page.get_by_text("plan-fleet · 2 modules · 1 drift, 1 inconclusive")).to_be_visible()
    expect(page.get_by_text("Drift", exact=True)).to_be_visible()
    expect(page.get_by_text("plan-fleet-modules", exact=True).first).to_be_visible()
    expect(page.get_by_text(HEADLINE, exact=True).first).to_be_visible()
    assert fits(page)
    page.screenshot(path=SCREENS / "run.png", full_page=True)


def test_plan_is_readable_and_harmless(chromium: Browser, run: UUID) -> None:
    """The plan begins with the verdict and stays in its column; names of hosts are text, and nothing more happens."""
    page = chromium.open(f"/v2/artifacts/artifact/{Run(run).artifacts()['plan-fleet'].id}")
    heading = page.get_by_role("heading", name=HEADLINE)
    expect(heading).to_be_visible()
    column = heading.locator("..")
    for text in SHOWN:
        expect(column).to_contain_text(text)
    assert column.locator("script, img, iframe").count() == 0
    assert column.locator("a").all_inner_texts() == ["Report", "the plan as JSON"]
    column.locator("summary").click()
    page.screenshot(path=SCREENS / "plan.png", full_page=True)
    assert column.evaluate(OUTSIDE) == []
    assert fits(page)
    assert chromium.dialogs == []
    assert chromium.strangers <= OF_THE_INTERFACE


def test_report_is_one_click_away(chromium: Browser, served: str, run: UUID) -> None:
    """From the plan a link leads to its report where the store is served."""
    page = chromium.open(f"/v2/artifacts/artifact/{Run(run).artifacts()['plan-fleet'].id}")
    page.get_by_role("link", name="Report", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Drift")).to_be_visible()
    assert page.url.startswith(f"{served}/plans/")


def test_table_of_modules_is_readable(chromium: Browser, run: UUID) -> None:
    """The table has a row for each module, and scrolls inside of itself."""
    page = chromium.open(f"/v2/artifacts/artifact/{Run(run).artifacts()['plan-fleet-modules'].id}")
    for cell in ("drift", "np-umami", "image-differs", "inconclusive", LONG):
        expect(page.get_by_role("cell", name=cell, exact=True).first).to_be_attached()
    assert fits(page)
    page.screenshot(path=SCREENS / "modules.png", full_page=True)


def test_history_of_a_module_is_one_click(chromium: Browser, run: UUID) -> None:
    """A module's page is an artifact under its name, and its key leads to all that were ever published of it."""
    assert Run(run).artifacts()["module-np-umami"].description == "np-umami on rs2000: drift"
    page = chromium.open("/v2/artifacts/key/module-np-umami")
    expect(page.get_by_text("np-umami on rs2000: drift", exact=True).first).to_be_visible()
    page.screenshot(path=SCREENS / "module.png", full_page=True)


def test_form_of_a_manual_run_explains_itself(chromium: Browser) -> None:
    """Each field has its name and a sentence, and what does not fit is refused in place."""
    page = open_form(chromium)
    for field in plan_fleet.parameters.properties.values():
        expect(page.get_by_text(f"{field['title']} (Optional)", exact=True)).to_be_visible()
        expect(page.get_by_text(field["description"], exact=True)).to_be_visible()
    assert fits(page)
    page.screenshot(path=SCREENS / "form.png", full_page=True)
    seconds = page.get_by_label("Second look after")
    seconds.fill("4000")
    assert seconds.evaluate("field => field.validationMessage") == "Value must be less than or equal to 3600."


def test_form_starts_a_run_whose_progress_is_watched(chromium: Browser, tmp_path: Path) -> None:
    """What is filled in is what runs; who follows the run sees how far it is, and then the plan, by clicks."""
    page = open_form(chromium)
    store = str(tmp_path / "store")
    with waiting(recorded(tmp_path, "meerkat"), "np-edge-proxy") as (catalog, listener):
        for name in ("np-meerkat-frontend", "np-edge-proxy"):
            page.get_by_label("Modules").click()
            page.get_by_role("option", name=name).click()
            page.keyboard.press("Escape")
        page.get_by_label("Catalog").fill(str(catalog))
        page.get_by_label("Store").fill(store)
        answer = submit(page)
        assert answer.ok, answer.text()
        page.wait_for_url("**?tab=Runs")
        connection, _ = listener.accept()
        with connection:
            page.get_by_role("link", name="plan-fleet · 2 modules").click()
            page.get_by_role("tab", name="Artifacts").click()
            page.get_by_text("progress-plan-fleet", exact=True).first.click()
            expect(page.get_by_text("1 of 2 hosts", exact=True).first).to_be_visible()
            asked = Run(UUID(answer.json()["id"]))
            open_version(page, asked, "progress-plan-fleet")
            expect(page.get_by_text("50%").first).to_be_visible()
            page.screenshot(path=SCREENS / "progress-half.png", full_page=True)
    assert asked.ending()[1:] == ("Inconclusive", "inconclusive: 1 inconclusive, 1 in-sync of 2 modules on 2 hosts")
    page.reload()
    expect(page.get_by_text("100%").first).to_be_visible()
    page.screenshot(path=SCREENS / "progress.png", full_page=True)
    page.get_by_role("link", name="plan-fleet · 2 modules").click()
    page.get_by_role("tab", name="Artifacts").click()
    page.get_by_text("plan-fleet", exact=True).last.click()
    open_version(page, asked, "plan-fleet")
    expect(page.get_by_role("heading", name="inconclusive: 1 inconclusive, 1 in-sync")).to_be_visible()


def open_version(page: Page, run: Run, key: str) -> None:
    """Click, on the page of a key, what a run published under it; the page names it by the head of its ID."""
    page.get_by_role("link", name=str(run.artifacts()[key].id)[:8]).click()


def open_form(chromium: Browser) -> Page:
    """Open the form that starts a run of the manual deployment."""
    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name("plan-fleet/manual")
    return chromium.open(f"/v2/deployments/deployment/{deployment.id}/run")


def submit(page: Page) -> Response:
    """Click until the page asks the server for a run, as a person would, and return the server's answer.

    On a busy machine the page can be shown before it listens, and a server on SQLite be too busy to write. Only a click
    that sent nothing, or was turned away for that, is repeated.
    """

    def clicked() -> Response | None:
        try:
            with page.expect_request("**/create_flow_run", timeout=CLICK_MS) as request:
                page.get_by_role("button", name="Submit").click()
        except TimeoutError:
            return None
        answer = request.value.response()
        return None if answer and answer.status == HTTPStatus.SERVICE_UNAVAILABLE else answer

    return eventually(clicked)


def fits(page: Page) -> bool:
    """Tell whether the page can be read without scrolling sideways."""
    return bool(page.evaluate("document.scrollingElement.scrollWidth <= document.scrollingElement.clientWidth"))

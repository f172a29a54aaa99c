"""The pages as people have them: on a phone, on a desk, by keyboard, in the dark and on paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import Page, expect

from .browser import CHROMIUM, Browser, browser
from .pages import write_pages
from .server import ROOT
from .test_browser import fits

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}"),
]

SCREENS = ROOT / "build/screens"
WIDTHS = (360, 768, 1440)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The addresses of the pages."""
    return write_pages(tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser that opens files and is kept from everything else."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    with browser(tmp_path_factory.mktemp("profile"), "file://") as opened:
        yield opened


def show(chromium: Browser, url: str, width: int = 1440, scheme: str = "light") -> Page:
    """Open a page anew."""
    page = chromium.page
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(media="screen", color_scheme="dark" if scheme == "dark" else "light")
    page.goto("about:blank")
    page.goto(url)
    return page


def open_all(page: Page) -> None:
    """Unfold everything, so that nothing is left unseen."""
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["report", "history"])
def test_a_page_fits(chromium: Browser, pages: Mapping[str, str], name: str, width: int, scheme: str) -> None:
    """At each width nothing is wider than the screen, folded or unfolded, and the colours are those asked for."""
    page = show(chromium, pages[name], width, scheme)
    page.screenshot(path=SCREENS / f"{name}-{width}-{scheme}.png", full_page=True)
    assert fits(page)
    open_all(page)
    assert fits(page)
    brightness = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)[0]")
    assert (brightness < 64) == (scheme == "dark")


@pytest.mark.parametrize("width", [360, 1440])
def test_a_hostile_report_is_only_text(chromium: Browser, pages: Mapping[str, str], width: int) -> None:
    """Names that try to be more load nothing, run nothing, turn no line around and widen no page."""
    said: list[str] = []
    page = show(chromium, "about:blank", width)
    page.on("console", lambda message: said.append(message.text))
    page.goto(pages["hostile"])
    assert fits(page)
    page.screenshot(path=SCREENS / f"hostile-{width}.png")
    expect(page.get_by_role("heading", level=1, name="Drift")).to_be_visible()
    assert page.locator("script, img, iframe, link, [onload], [onerror], [onmouseover]").count() == 0
    assert page.locator("svg").evaluate_all("all => all.every(one => one.matches('.strip, .shares, .dates svg'))")
    assert page.locator("a").evaluate_all("all => all.every(one => one.getAttribute('href').startsWith('#'))")
    assert (chromium.dialogs, chromium.strangers, said) == ([], set(), [])


def test_nothing_but_the_style_is_admitted(chromium: Browser, pages: Mapping[str, str]) -> None:
    """Even what were smuggled into the file would neither run nor load nor dress the page."""
    page = show(chromium, pages["report"])
    html = page.content().replace(
        "<main", "<script>document.title = 'ran'</script><img src=http://127.0.0.1:9/x.png>"
        "<p id=dressed style='color: rgb(1, 2, 3)' onclick='document.title = 1'>x</p><main", 1,
    )  # fmt: skip
    page.set_content(html)
    page.locator("#dressed").click()
    assert page.title().startswith("drift: ")
    assert page.locator("#dressed").evaluate("one => getComputedStyle(one).color") != "rgb(1, 2, 3)"
    assert chromium.strangers == set()


def test_the_keyboard_is_enough(chromium: Browser, pages: Mapping[str, str]) -> None:
    """Tab goes from the way past the head to sections, evidence and modules; Enter opens, and shows where it leads."""
    page = show(chromium, pages["report"])
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    expect(page.get_by_text("Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To look at")).to_be_focused()
    outline = page.locator(":focus").evaluate("one => getComputedStyle(one).outlineStyle")
    assert outline == "solid"
    evidence = page.locator("article").first.locator("summary")
    while not evidence.evaluate("one => one === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("article").first.get_by_text("declared image")).to_be_visible()
    tile = page.get_by_role("link", name="np-guestbook in-sync")
    while not tile.evaluate("one => one === document.activeElement"):
        page.keyboard.press("Tab")
    facts = page.locator(str(tile.get_attribute("href")))
    expect(facts).to_be_hidden()
    page.keyboard.press("Enter")
    expect(facts).to_be_visible()
    expect(facts).to_be_in_viewport()


@pytest.mark.parametrize("width", WIDTHS)
def test_tables_are_tables_at_every_width(chromium: Browser, pages: Mapping[str, str], width: int) -> None:
    """Who cannot see the page has named tables with rows and headers, even where they are painted as lists."""
    page = show(chromium, pages["report"], width)
    rows = {"Fleet": 3, "History": 10, "Not managed by any module": 1, "Not compared": 2}
    for name, count in rows.items():
        table = page.get_by_role("table", name=name, exact=True)
        assert table.get_by_role("rowheader").count() == count
        assert table.get_by_role("row").count() == count + 1
    strip = page.get_by_role("row", name="np-backup").get_by_role("img")
    assert strip.get_attribute("aria-label") == "28 nights: 4 drift, 22 in-sync, 2 without a plan"


def test_paper_shows_what_matters(chromium: Browser, pages: Mapping[str, str]) -> None:
    """Printed in the dark it is black on white, without links to sections, and the evidence of every red is open."""
    page = show(chromium, pages["report"], scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.get_by_role("navigation")).to_be_hidden()
    for article in page.locator("article.drift").all():
        expect(article.get_by_text("declared image")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.screenshot(path=SCREENS / "report-paper.png", full_page=True)
    page.pdf(path=SCREENS / "report.pdf", format="A4", print_background=False)
    assert (SCREENS / "report.pdf").read_bytes().startswith(b"%PDF-")

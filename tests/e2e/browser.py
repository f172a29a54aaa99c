"""Debian's Chromium, kept from every server but the one it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from playwright.sync_api import Dialog, Page, Route, sync_playwright

from .run import PATIENCE_S

CHROMIUM: Final = Path("/usr/bin/chromium")
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# What is painted beside the column without scrolling inside of it.
OUTSIDE: Final = """
column => {
  const limit = column.getBoundingClientRect().right + 1;
  const scrolls = element => element !== column && (getComputedStyle(element).overflowX !== 'visible'
    || scrolls(element.parentElement));
  return [...column.querySelectorAll('*')]
    .filter(element => element.getBoundingClientRect().right > limit && !scrolls(element.parentElement))
    .map(element => element.tagName + ': ' + element.textContent.slice(0, 80));
}
"""


@dataclass(frozen=True, slots=True)
class Browser:
    """An open page, and what it did besides being looked at.

    Attributes:
        dialogs: what it asked or told by a dialog.
        strangers: the servers that it wanted something from, and did not get.
    """

    page: Page
    url: str
    dialogs: list[str] = field(default_factory=list)
    strangers: set[str] = field(default_factory=set)

    def open(self, path: str) -> Page:
        """Open a page of the interface, and wait until it has all it wants."""
        self.page.goto(f"{self.url}{path}")
        self.page.wait_for_load_state("networkidle")
        return self.page


@contextmanager
def browser(
    profile: Path, url: str, *others: str, width: int = 1440, height: int = 900, scale: float = 1
) -> Iterator[Browser]:
    """Start Chromium with an empty profile; besides the one server it is let to others only where they are named."""
    admitted = {urlsplit(server).netloc for server in (url, *others)}
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=CHROMIUM,
            args=FLAGS,
            headless=True,
            viewport={"width": width, "height": height},
            device_scale_factor=scale,
        )
        context.set_default_timeout(PATIENCE_S * 1000)
        opened = Browser(context.new_page(), url)

        def guard(route: Route) -> None:
            server = urlsplit(route.request.url).netloc
            if server in admitted:
                route.continue_()
                return
            opened.strangers.add(server)
            route.abort()

        def dismiss(dialog: Dialog) -> None:
            opened.dialogs.append(dialog.message)
            dialog.dismiss()

        context.route("**/*", guard)
        opened.page.on("dialog", dismiss)
        try:
            yield opened
        finally:
            context.close()

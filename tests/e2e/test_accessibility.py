"""What axe finds that would keep people from reading a page: contrast, names, roles, headings, tables, keyboard."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from .browser import CHROMIUM, browser
from .pages import write_pages
from .test_report import open_all, show

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}"),
]

OPTIONS = {"resultTypes": ["violations", "incomplete"]}


def test_axe_finds_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No rule is broken, and none is left undecided, narrow and wide, dark and light, with everything unfolded."""
    pages = write_pages(tmp_path_factory.mktemp("pages"))
    found = []
    with browser(tmp_path_factory.mktemp("profile"), "file://") as chromium:
        for name, width, scheme in (
            ("report", 360, "light"), ("report", 1440, "dark"), ("history", 768, "light"),
        ):  # fmt: skip
            page = show(chromium, pages[name], width, scheme)
            open_all(page)
            results = Axe().run(page, options=OPTIONS).response
            assert len(results["passes"]) > 20
            rules = [*results["violations"], *results["incomplete"]]
            found += [(name, width, rule["id"], rule["nodes"][0]["html"]) for rule in rules]
    assert found == []

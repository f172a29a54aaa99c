"""The pictures of the README: the example fleet, planned by a real Prefect server, in its interface and as a report.

`make pictures` takes them. Paths and names of this machine are in none of them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from PIL import Image
from playwright.sync_api import Page
from prefect import tags
from prefect.settings import temporary_settings

from flows.nightly_smoke import nightly_smoke
from platformctl.adapters.store import default_store

from .browser import CHROMIUM, browser
from .plans import plan_folders
from .run import Run
from .server import ROOT, Server, running_server

IMAGES: Final = ROOT / "docs/images"
EMOJI: Final = Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")
FLEET: Final = ("modules", "compose", "snapshots", "hosts.yaml")
EXPECTED: Final = "drift: 1 drift, 1 inconclusive, 1 in-sync of 3 modules on 2 hosts"
WIDTH: Final = 1280
HEIGHT: Final = 900
SCALE: Final = 1.5
COLOURS: Final = 128

_GIT: Final = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_NAME": "platform" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "platform@example.net" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_DATE": "2026-01-01T00:00:00Z" for who in ("AUTHOR", "COMMITTER")},
}
"""The same content gives the same commit, whoever takes the pictures and when."""


def main() -> int:
    """Take the pictures and write them into docs/images; 1 where something that they need is not there."""
    missing = [str(need) for need in (CHROMIUM, EMOJI) if not need.exists()]
    if missing:
        sys.stderr.write(f"{', '.join(missing)} not there: apt-get install chromium fonts-noto-color-emoji\n")
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as name:
        folder = Path(name)
        with running_server(folder) as server, _example(folder), temporary_settings(server.client_settings()):
            _take(server, folder)
    return 0


@contextmanager
def _example(folder: Path) -> Iterator[None]:
    """Work in a repository of the example fleet, whose plans seem to be served."""
    example = folder / "example"
    example.mkdir()
    for part in FLEET:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, example / part)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    for command in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "."),
        ("commit", "--quiet", "--message=fleet"),
    ):
        subprocess.run(["git", *command], cwd=example, env={**kept, **_GIT}, check=True)
    os.environ.update(PLATFORMCTL_STORE=str(folder / "store"), PLATFORMCTL_STORE_URL="https://plans.example.net")
    os.chdir(example)
    try:
        yield
    finally:
        os.chdir(ROOT)


def _take(server: Server, folder: Path) -> None:
    with tags("platformctl", "nightly"):
        state = nightly_smoke(return_state=True)
    if state.message != EXPECTED:
        raise SystemExit(f"the example fleet should give {EXPECTED!r}, not {state.message!r}")
    run = state.state_details.flow_run_id
    assert run
    artifact = Run(run).artifacts()["plan-nightly-smoke"].id
    (plan,) = plan_folders(default_store().root)
    with browser(folder / "profile", server.url, "file://", width=WIDTH, height=HEIGHT, scale=SCALE) as chromium:
        page = chromium.open(f"/v2/artifacts/artifact/{artifact}")
        page.get_by_role("heading", name=EXPECTED).wait_for()
        _picture(page, "interface", folder)
        for name, scheme in {"report": "light", "report-dark": "dark"}.items():
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            page.goto((plan / "report.html").as_uri())
            _picture(page, name, folder)


def _picture(page: Page, name: str, folder: Path) -> None:
    """Write what is seen without scrolling, with a palette: it is a third as large, and looks the same."""
    page.evaluate("document.fonts.ready")
    taken = page.screenshot(path=folder / f"{name}.png", animations="disabled")
    assert taken
    with Image.open(folder / f"{name}.png") as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(IMAGES / f"{name}.png", optimize=True)
    sys.stdout.write(f"docs/images/{name}.png\n")


if __name__ == "__main__":
    sys.exit(main())

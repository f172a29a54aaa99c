"""How long history and report of a large fleet take, and how large they are. `python -m bench.report`.

The store holds a plan of 500 modules on 25 hosts for each of 90 nights, and 10 smokes of each module. Chromium opens
the pages from the disk; its time ends when the first frame with the whole page is painted.
"""

from __future__ import annotations

import json
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

from playwright.sync_api import sync_playwright

from platformctl.adapters.fleet import Retry
from platformctl.adapters.past import read_past
from platformctl.adapters.past_plans import VERDICTS, read_past_plans
from platformctl.adapters.past_smokes import read_past_smokes
from platformctl.adapters.planning import Request, final_plan, look_at_fleet, prepare
from platformctl.adapters.smoke_store import SmokeStore
from platformctl.adapters.store import Looks, Store
from platformctl.history.window import window_until
from platformctl.plan.plan import ModulePlan, Plan
from platformctl.reason import Reason, Verdict
from platformctl.render.report import history_page, plan_page
from platformctl.smoke.outcome import Outcome
from platformctl.smoke.result import FORMAT_VERSION, PlanReference, SmokeResult

ROOT: Final = Path(__file__).parent.parent
RESULT: Final = ROOT / "build" / "report.json"
FLEET: Final = ROOT / "tests/recordings/docker-20.10-classic/fleet"
MODULES: Final = 500
HOSTS: Final = 25
NIGHTS: Final = 90
SMOKES: Final = 10
"""Smokes of each module over the nights."""
OPENINGS: Final = 5
PAINTED: Final = "() => new Promise(done => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"

_Value = TypeVar("_Value")


def main() -> None:
    """Measure, print a table, and write the figures."""
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        store = Store(Path(name))
        plans = _plans()
        kept, figures["keep the last plan, s"] = _timed(lambda: [store.keep(plan, Looks(())) for plan in plans][-1])
        figures["keep the last plan, s"] /= NIGHTS
        _smoke(store, plans)
        window = window_until(datetime.fromisoformat(plans[-1].created_at))
        _, figures["read the plans by verdicts.json, s"] = _timed(lambda: read_past_plans(store.root, window))
        _, figures["read the smokes, s"] = _timed(lambda: read_past_smokes(store.root, window, None))
        past = read_past(store.root, window)
        history, figures["make the history, s"] = _timed(lambda: past.history(window))
        page, figures["render the report, s"] = _timed(lambda: plan_page.to_html(plans[-1], history))
        if store.history(plans[-1], Looks(())) != history:
            raise SystemExit("the history of the last plan is another one than that of the store")
        (kept.folder / "report.html").write_text(page)
        (store.root / "history.html").write_text(history_page.to_html(history))
        for file in (kept.folder / "report.html", store.root / "history.html", kept.plan, kept.folder / VERDICTS):
            figures[f"{file.name}, MB"] = file.stat().st_size / 1e6
        figures |= _opened({"report": kept.folder / "report.html", "history": store.root / "history.html"})
        for path in store.root.rglob(VERDICTS):
            path.unlink()
        _, figures["read the plans by plan.json, s"] = _timed(lambda: read_past_plans(store.root, window))
    for what, figure in figures.items():
        print(f"{what:<44} {figure:>8.3f}")
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({"modules": MODULES, "nights": NIGHTS, "figures": figures}, indent=2) + "\n")


def _timed(work: Callable[[], _Value]) -> tuple[_Value, float]:
    begin = time.perf_counter()
    return work(), time.perf_counter() - begin


def _plans() -> list[Plan]:
    """Return a plan for each night: the recorded fleet, many times over, with a few that change."""
    job = prepare(Request(FLEET, offline=True), Store(FLEET))
    plan = final_plan(job, look_at_fleet(job, Retry(), 0))
    chance = random.Random(1)  # noqa: S311  the same nights each time, and no secret
    begin = datetime(2026, 1, 1, 3, tzinfo=UTC)
    return [
        replace(
            plan,
            plan_id=f"{night:064x}",
            created_at=(begin + timedelta(days=night)).isoformat(),
            modules=tuple(
                _module(plan.modules[number % len(plan.modules)], number, chance) for number in range(MODULES)
            ),
        )
        for night in range(NIGHTS)
    ]


def _module(like: ModulePlan, number: int, chance: random.Random) -> ModulePlan:
    named = replace(like, name=f"np-service-{number:03}", host=f"rs{number % HOSTS:02}")
    if chance.random() < 0.03:  # noqa: PLR2004
        return replace(named, status=Verdict.INCONCLUSIVE, reason=Reason.CHANGING, changes=())
    return named


def _smoke(store: Store, plans: Sequence[Plan]) -> None:
    """Keep smokes of every module, spread over the nights; one in twenty fails."""
    smokes, chance = SmokeStore(store.root), random.Random(2)  # noqa: S311  the same smokes each time, and no secret
    for number, module in enumerate(plans[0].modules):
        for plan in plans[number % (NIGHTS // SMOKES) :: NIGHTS // SMOKES]:
            outcome = Outcome.FAIL if chance.random() < 0.05 else Outcome.PASS  # noqa: PLR2004
            smokes.keep(_result(plan, module, outcome))


def _result(plan: Plan, module: ModulePlan, outcome: Outcome) -> SmokeResult:
    rests_on = PlanReference(plan.plan_id, module.status, module.reason)
    return SmokeResult(
        FORMAT_VERSION, module.name, module.host, rests_on, plan.catalog, outcome, (), plan.created_at, plan.created_at
    )


def _opened(pages: Mapping[str, Path]) -> dict[str, float]:
    """Open each page in a fresh tab several times, and keep the median."""
    figures = {}
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, path in pages.items():
            times = []
            for _ in range(OPENINGS):
                tab = browser.new_page(viewport={"width": 1440, "height": 900})
                tab.goto(path.as_uri())
                times.append(tab.evaluate(PAINTED) / 1000)
                tab.close()
            figures[f"open the {name} in Chromium, s"] = sorted(times)[OPENINGS // 2]
        browser.close()
    return figures


if __name__ == "__main__":
    main()

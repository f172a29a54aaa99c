"""The plan that the golden files show: the recorded fleet, and a host that did not answer.

`python -m tests.unit.render.example` writes the golden files anew; the diff is to be read before it is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from platformctl.adapters.planning import Request, final_plan, prepare
from platformctl.adapters.snapshot_folder import read_snapshot
from platformctl.adapters.store import Looks, Store
from platformctl.catalog.catalog import NamedHost
from platformctl.catalog.inventory import SnapshotHost
from platformctl.catalog.module import Module
from platformctl.errors import Failure
from platformctl.history.history import History
from platformctl.history.make import make_history
from platformctl.history.past_plan import PastPlan, past_plan
from platformctl.history.past_smoke import PastSmoke, SmokeOutcome
from platformctl.history.window import window_until
from platformctl.observation.host import Attempt
from platformctl.observation.snapshot import Snapshot
from platformctl.plan.make import Circumstances
from platformctl.plan.plan import CatalogState, Plan, Tool
from platformctl.reason import Reason
from platformctl.render.document import to_json
from platformctl.render.markdown import to_markdown
from platformctl.render.plan_junit import to_junit
from platformctl.render.report.plan_page import to_html
from platformctl.render.text import to_text
from tests.unit.history.nights import plans
from tests.unit.recording import FLEET

GOLDEN: Final = Path(__file__).parent / "golden"
NIGHTS: Final[dict[str, str]] = {
    "np-api": "gggggggggggggggg|gggggggggggg",
    "np-backup": "gggggggggrrggggggggggg..ggrr",
    "np-far-db": "ggggggggggggoooggggggggggggo",
    "np-far-web": "ggggggggggggoooggggggggggggo",
    "np-guestbook": "gggggg|rrgggggggggggggggggggg",
    "np-legacy": "gggggggggggggggggggg....gggg",
    "np-meerkat-frontend": "ggggggggggggggg.gggggggggggg",
    "np-plausible": "gogoggoogoggggogogggoggoggog",
    "np-umami": "rrrrrrggggggggggorrroorggggr",
    "worker": "..............gggggggggggggg",
}
"""A letter for each night, as `plans` reads them; the last one is that of the plan."""

SMOKES: Final = {
    "np-backup": "p    p    p",
    "np-guestbook": "ppppppppfp",
    "np-legacy": "  p    e",
    "np-meerkat-frontend": "pppppppppf f",
    "np-plausible": "    pffe",
}
"""A letter for each evening from 12 days before the plan on: `p`, `f` and `e` for pass, fail and error."""

_UNREACHED: Final = Snapshot(
    host="rs3000",
    taken_at="2026-01-02T03:04:00+00:00",
    engine=None,
    containers=(),
    undescribed=(),
    images=(),
    failure=Failure(Reason.TIMED_OUT, "no answer from 192.0.2.3 port 22 within 10 s"),
    images_failure=None,
    attempt=Attempt(3, 30000, (("docker", "version", "--format", "{{json .}}"),)),
)


def example_plan() -> Plan:
    """Return the plan of two looks at the example fleet."""
    job = prepare(Request(FLEET, offline=True), Store(FLEET))
    modules = [_module("np-far-web"), _module("np-far-db")]
    catalog = replace(
        job.catalog,
        modules=tuple(sorted((*job.catalog.modules, *modules), key=lambda module: module.name)),
        hosts=(*job.catalog.hosts, NamedHost("rs3000", SnapshotHost(transport="snapshot", path="rs3000"))),
    )
    job = replace(
        job,
        catalog=catalog,
        selection=replace(job.selection, modules=frozenset(module.name for module in catalog.modules)),
        circumstances=Circumstances(
            "2026-01-02T03:04:05+00:00", Tool("platformctl", "0.1.0"), CatalogState("catalog", "a1" * 20, dirty=True)
        ),
    )
    rs1000, rs2000 = (read_snapshot(FLEET / "snapshots" / name) for name in ("rs1000", "rs2000"))
    return final_plan(job, Looks((rs1000, rs2000, _UNREACHED), (rs2000,)))


def example_history(plan: Plan) -> History:
    """Return the history of four weeks that end with the example plan."""
    at = past_plan(plan).at
    hosts = {module.name: module.host for module in plan.modules}
    made = plans(**NIGHTS)
    moved = [
        PastPlan(at - made[-1].at + one.at, tuple(replace(j, host=hosts[j.module]) for j in one.judgments))
        for one in made
    ]
    return make_history(moved, window_until(at), example_smokes(at))


def example_smokes(until: datetime) -> tuple[PastSmoke, ...]:
    """Return the smokes of the twelve days before."""
    words: dict[str, SmokeOutcome] = {"p": "pass", "f": "fail", "e": "error"}
    return tuple(
        PastSmoke(name, until - timedelta(days=12 - day, hours=5), words[letter], f"{day:02}" * 20, letter == "e")
        for name, letters in SMOKES.items()
        for day, letter in enumerate(letters)
        if letter in words
    )


def _module(name: str) -> Module:
    image = f"registry.example/apps/{name}:1.4@sha256:{'d' * 64}"
    fields = {"schema": "platformctl/module/v1", "name": name, "host": "rs3000", "container": name, "image": image}
    return Module.model_validate(fields)


def forms() -> Mapping[str, str]:
    """Return the plan in every form, by the name of its golden file."""
    plan = example_plan()
    return {
        "fleet.txt": to_text(plan),
        "fleet.md": to_markdown(plan),
        "fleet.json": to_json(plan),
        "fleet.xml": to_junit(plan),
        "fleet.html": to_html(plan, example_history(plan)),
    }


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name, content in forms().items():
        (GOLDEN / name).write_text(content)

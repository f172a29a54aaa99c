"""The pages that a person opens from a disk: an honest report, a hostile one, and a history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from platformctl.history.history import History
from platformctl.plan.plan import Plan
from platformctl.render.report import history_page, plan_page
from tests.unit.render.example import example_history, example_plan
from tests.unit.render.hostile import hostile_history, hostile_plan

NAMES: Final = {"worker": f"np-{'m' * 197}", "np-api": "שירות-np-خدمة", "np-plausible": f"np-{'m-' * 30}"}
"""Names of modules that are long, or written from right to left."""
HOSTILE: Final = (
    "<img src=http://127.0.0.1:9/x.png onerror=alert(1)><script>alert(2)</script>"
    "\"' onmouseover=alert(3) <svg onload=alert(4)><a href=javascript:alert(5)>x</a>\u202egnp\u2066 &lt; שלום\x1b[31m"
)


def write_pages(folder: Path) -> Mapping[str, str]:
    """Write the pages, and return the address of each by its name."""
    plan = long_names(example_plan())
    history = example_history(plan)
    pages = {
        "report": plan_page.to_html(plan, history),
        "history": history_page.to_html(stale(history)),
        "hostile": plan_page.to_html(hostile_plan(plan, HOSTILE), hostile_history(history, HOSTILE)),
    }
    for name, page in pages.items():
        (folder / f"{name}.html").write_text(page)
    return {name: (folder / f"{name}.html").as_uri() for name in pages}


def long_names(plan: Plan) -> Plan:
    """Return the plan with a suspicion, and with an image of a name as long as it may be."""
    *others, last = plan.modules
    image = f"registry.example/{'a' * 200}@sha256:{'0' * 64}"
    suspicion = "3 of 5 modules are missing on rs2000, which lists 2 containers: is it the right engine?"
    return replace(plan, modules=(*others, replace(last, image=image)), suspicions=(suspicion,))


def stale(history: History) -> History:
    """Return the history as it reads when nobody has planned for two days, with modules of unusual names."""
    until = (datetime.fromisoformat(history.until) + timedelta(days=2)).isoformat()
    modules = [replace(one, stale=True, name=NAMES.get(one.name, one.name)) for one in history.modules]
    return replace(history, until=until, modules=tuple(modules))

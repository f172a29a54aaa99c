"""The summary of a plan as Markdown: what comes first, what is cut, and what is linked."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from platformctl.plan.plan import Plan
from platformctl.render.markdown import module_to_markdown, to_markdown

from .example import example_plan

LINK: Final = "https://plans.example/store/plans/2026-01-02/0e68"
LINKED: Final = f"\n\n[Report](<{LINK}/report.html>) · [the plan as JSON](<{LINK}/plan.json>)\n"
ENOUGH: Final = 100_000
"""Characters that Prefect's interface draws at once without a wait that anybody notices."""


def shown(document: str, beginning: str) -> int:
    """Count the lines that begin so."""
    return len(re.findall(f"^{beginning}", document, re.MULTILINE))


def left_out(document: str, what: str) -> int:
    """Return how many more there are, by the document's own words."""
    [count] = re.findall(f"^([0-9]+) more {what} are in the kept plan\\.$", document, re.MULTILINE)
    return int(count)


def headings(plan: Plan) -> list[str]:
    """Return the headings of a plan's Markdown."""
    return [line for line in to_markdown(plan).splitlines() if line.startswith("#")]


def test_what_is_worst_comes_first() -> None:
    """The verdict, then drift, then what is not known, then hosts, then what covers the fleet."""
    plan = example_plan()
    by_name = {module.name: module for module in plan.modules}
    open_one = replace(by_name["np-far-db"], name="a-first", host="rs1000")
    assert headings(replace(plan, modules=(open_one, *plan.modules))) == [
        "# 🔴 drift: 2 drift, 2 inconclusive, 6 in-sync of 10 modules on 3 hosts",
        "## 🔴 np-backup on rs2000: state-differs",
        "## 🔴 np-umami on rs2000: image-differs",
        "## 🟠 a-first on rs1000: timed-out",
        "## 🟠 rs3000 could not be looked at: The host did not answer in time.",
        "## Hosts",
        "## Modules",
        "## Not managed by any module",
    ]


def test_a_large_fleet_is_cut_and_says_so() -> None:
    """Of 500 modules that differ, and of 500 hosts that do not answer, the first are shown and the rest counted."""
    plan = example_plan()
    umami = next(module for module in plan.modules if module.name == "np-umami")
    dark = next(host for host in plan.hosts if not host.reached)
    hosts = tuple(replace(dark, name=f"h{number}") for number in range(500))
    red = to_markdown(replace(plan, modules=tuple(replace(umami, name=f"np-{number}") for number in range(500))))
    assert len(red) < ENOUGH
    assert shown(red, "## 🔴 ") + left_out(red, "modules that are worth a look") == len(hosts)
    assert shown(red, "🔴  np-") + left_out(red, "modules") == len(hosts)
    modules = tuple(replace(umami, name=f"np-{number}", host=f"h{number}") for number in range(500))
    unreached = to_markdown(replace(plan, hosts=hosts, modules=modules))
    assert len(unreached) < ENOUGH
    assert shown(unreached, "## 🟠 ") + left_out(unreached, "hosts with trouble") == len(hosts)
    assert shown(unreached, "h[0-9]+  ") + left_out(unreached, "hosts") == len(hosts)


def test_a_served_plan_is_linked_below_its_verdict() -> None:
    """Where the store is served the report is one click away, also from a module's page; else nothing is linked."""
    plan = example_plan()
    assert LINKED in to_markdown(plan, LINK)
    assert to_markdown(plan, LINK).replace(LINKED, "\n") == to_markdown(plan)
    assert LINKED in module_to_markdown(plan, plan.modules[0], LINK)
    assert "](" not in module_to_markdown(plan, plan.modules[0])

"""The summary of a plan as Markdown: what comes first, what is cut, and what is linked."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from platformctl.plan.plan import Plan
from platformctl.render.markdown import module_to_markdown, to_markdown

from .example import example_plan

LINK: Final = "https://plans.example/store/plans/2026-01-02/0e68"
LINKED: Final = f"\n\n[Report](<{LINK}/report.html>) · [the plan as JSON](<{LINK}/plan.json>)\n"
ENOUGH: Final = 100_000
"""Characters that Prefect's interface draws at once without a wait that anybody notices."""


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
    red = to_markdown(replace(plan, modules=tuple(replace(umami, name=f"np-{number}") for number in range(500))))
    assert len(red) < ENOUGH
    assert "\n450 more modules that are worth a look are in the kept plan.\n" in red
    assert "\n300 more modules are in the kept plan.\n" in red
    hosts = tuple(replace(dark, name=f"h{number}") for number in range(500))
    modules = tuple(replace(umami, name=f"np-{number}", host=f"h{number}") for number in range(500))
    unreached = to_markdown(replace(plan, hosts=hosts, modules=modules))
    assert len(unreached) < ENOUGH
    assert "\n450 more hosts with trouble are in the kept plan.\n" in unreached
    assert "\n300 more hosts are in the kept plan.\n" in unreached


def test_a_served_plan_is_linked_below_its_verdict() -> None:
    """Where the store is served the report is one click away, also from a module's page; else nothing is linked."""
    plan = example_plan()
    assert LINKED in to_markdown(plan, LINK)
    assert to_markdown(plan, LINK).replace(LINKED, "\n") == to_markdown(plan)
    assert LINKED in module_to_markdown(plan, plan.modules[0], LINK)
    assert "](" not in module_to_markdown(plan, plan.modules[0])

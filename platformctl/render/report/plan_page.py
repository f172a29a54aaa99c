"""A plan as a page: the verdict first, then what is not green, the fleet, its history, and the evidence on demand."""

from __future__ import annotations

from platformctl.history.history import History
from platformctl.plan.plan import Plan
from platformctl.render.advice import ADVICE
from platformctl.render.report import plan_view
from platformctl.render.report.history_page import axis
from platformctl.render.report.page import render


def to_html(plan: Plan, history: History) -> str:
    """Return a plan as one file. Of the history, the plan's own modules are shown."""
    own = history.of(module.name for module in plan.modules)
    return render(
        "plan_page.html.jinja",
        plan=plan,
        view=plan_view,
        advice=ADVICE,
        anchors={module.name: f"m{number}" for number, module in enumerate(plan.modules, 1)},
        history=own,
        failing={module.name for module in own.modules if module.broken},
        axis=axis(history),
    )

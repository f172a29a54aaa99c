"""The scope of a change, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator

from platformctl.render.printable import printable
from platformctl.render.text import counted
from platformctl.rerun.scope import StepScope
from platformctl.rerun.step import Step


def to_text(step: Step, scope: StepScope) -> str:
    """Return a scope as lines: each module, and below it why."""
    return "".join(f"{printable(line, 1000)}\n" for line in _lines(step, scope))


def to_json(step: Step, scope: StepScope) -> str:
    """Return a scope as JSON."""
    modules = [{"name": each.module, "removed": each.removed, "why": each.why} for each in scope.touches]
    document = {"base": step.before, "head": step.commit, "modules": modules, "notes": scope.notes}
    return json.dumps(document, indent=2) + "\n"


def _lines(step: Step, scope: StepScope) -> Iterator[str]:
    for touch in scope.touches:
        yield f"{touch.module}{' (removed)' if touch.removed else ''}"
        yield from (f"    {reason}" for reason in touch.why)
    yield from (f"note: {note}" for note in scope.notes)
    between = f"{step.before[:12]}..{step.commit[:12]}" if step.before else step.commit[:12]
    yield f"{counted(len(scope.touches), 'module')} touched by {between}"

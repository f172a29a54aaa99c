"""What a flow left behind: its final state and the plan it kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from prefect.client.schemas.objects import State


def ending(state: State[Any]) -> tuple[str, str, str]:
    """Return the type, name and message of a state."""
    return str(state.type.value), str(state.name), str(state.message)


def plan_folders(store: Path) -> list[Path]:
    """Return the folders of all plans that a store holds, oldest first."""
    lines = (store / "plans/index.jsonl").read_text().splitlines()
    return [store / str(json.loads(line)["folder"]) for line in lines]


def kept_plan(store: Path) -> dict[str, Any]:
    """Return the last plan that a store holds, as JSON."""
    plan: dict[str, Any] = json.loads((plan_folders(store)[-1] / "plan.json").read_text())
    return plan

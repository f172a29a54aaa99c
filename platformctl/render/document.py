"""A plan as JSON, and its schema: both come from the plan's own definition."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter

from platformctl.plan.plan import Plan
from platformctl.render.printable import spelled_json


def to_json(plan: Plan) -> str:
    """Return plan.json: keys in camelCase and in the order of the definition, two spaces, a newline at the end."""
    return spelled_json(_adapter().dump_json(plan, indent=2, by_alias=True).decode()) + "\n"


def from_json(text: str | bytes) -> Plan:
    """Read plan.json back.

    Raises:
        ValueError: the text is no plan of this format.
    """
    return _adapter().validate_json(text)


def plan_schema() -> dict[str, Any]:
    """Return the JSON Schema of plan.json."""
    return _adapter().json_schema(by_alias=True, mode="serialization")


@cache
def _adapter() -> TypeAdapter[Plan]:
    """Building it takes a tenth of a second, so it is built once and only where JSON is wanted."""
    return TypeAdapter(Plan)

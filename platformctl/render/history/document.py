"""A history as JSON, and its schema: both come from the history's own definition."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter

from platformctl.history.history import History
from platformctl.render.printable import spelled_json


def to_json(history: History) -> str:
    """Return a history: keys in camelCase and in the order of the definition, two spaces, a newline at the end."""
    return spelled_json(_adapter().dump_json(history, indent=2, by_alias=True).decode()) + "\n"


def history_schema() -> dict[str, Any]:
    """Return the JSON Schema of a history."""
    return _adapter().json_schema(by_alias=True, mode="serialization")


@cache
def _adapter() -> TypeAdapter[History]:
    return TypeAdapter(History)

"""The result of a smoke as JSON, and its schema: both come from the result's own definition."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter

from platformctl.render.printable import spelled_json
from platformctl.smoke.result import SmokeResult


def to_json(result: SmokeResult) -> str:
    """Return smoke.json: keys in camelCase and in the order of the definition, two spaces, a newline at the end."""
    return spelled_json(_adapter().dump_json(result, indent=2, by_alias=True).decode()) + "\n"


def to_json_array(results: tuple[SmokeResult, ...]) -> str:
    """Return several as one JSON array."""
    return spelled_json(_several().dump_json(results, indent=2, by_alias=True).decode()) + "\n"


def from_json(text: str | bytes) -> SmokeResult:
    """Read smoke.json back.

    Raises:
        ValueError: the text is no result of this format.
    """
    return _adapter().validate_json(text)


def smoke_schema() -> dict[str, Any]:
    """Return the JSON Schema of smoke.json."""
    return _adapter().json_schema(by_alias=True, mode="serialization")


@cache
def _adapter() -> TypeAdapter[SmokeResult]:
    """Building it takes a tenth of a second, so it is built once and only where JSON is wanted."""
    return TypeAdapter(SmokeResult)


@cache
def _several() -> TypeAdapter[tuple[SmokeResult, ...]]:
    return TypeAdapter(tuple[SmokeResult, ...])

"""An acknowledgement: a difference that is known, whose it is, and until when it alarms nobody."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from platformctl.catalog.definition import Definition, form

Path = Literal["container.image", "container.state", "container.health", "container.exists"]


def _shown(value: object) -> object:
    """Take yes and no, which YAML reads as truth values, for the words that a plan shows."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def _or_truth(schema: dict[str, Any]) -> None:
    """Let editors accept what `_shown` accepts."""
    schema["type"] = ["string", "boolean"]


Shown = Annotated[str, StringConstraints(min_length=1), BeforeValidator(_shown), Field(json_schema_extra=_or_truth)]


Said = Annotated[str, form(r"\S", "a text that says something")]


class Acknowledgement(Definition):
    """One known difference: another value of the same path is another difference, and alarms."""

    change: Path = Field(description="Path of the change, as the plan shows it")
    observed: Shown = Field(
        description="The observed value, as the plan shows it; of an image also any one digest that it goes by"
    )
    owner: Said = Field(description="Who answers for it")
    reason: Said = Field(description="Why it may be so")
    until: date = Field(description="The last day on which it alarms nobody, in UTC")

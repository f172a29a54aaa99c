"""The whole output of the example fleet, in every form."""

from __future__ import annotations

import json
from typing import Final

import jsonschema
import pytest
from hypothesis import given

from platformctl.render.document import from_json, plan_schema, to_json
from tests.unit.plan.strategies import World, unhurried, worlds

from .example import GOLDEN, example_plan, forms

VALIDATOR: Final = jsonschema.Draft202012Validator(plan_schema())


@pytest.mark.parametrize("name", ["fleet.txt", "fleet.md", "fleet.json", "fleet.xml", "fleet.html"])
def test_output_is_the_golden_one(name: str) -> None:
    """Text, Markdown, JSON, JUnit XML and page are byte for byte what was read and approved."""
    assert forms()[name] == (GOLDEN / name).read_text()


def test_the_golden_json_is_the_plan() -> None:
    """The kept document holds the whole plan."""
    assert from_json((GOLDEN / "fleet.json").read_bytes()) == example_plan()


@unhurried
@given(worlds())
def test_json_follows_the_schema(world: World) -> None:
    """Every plan's JSON is what the published schema says."""
    VALIDATOR.validate(json.loads(to_json(world.plan())))


def test_the_schema_is_a_schema() -> None:
    """What the documents are checked with is itself right."""
    jsonschema.Draft202012Validator.check_schema(plan_schema())


def test_json_refuses_what_is_no_plan() -> None:
    """A key that the format does not know is an error, not a silent loss."""
    document = json.loads(to_json(example_plan()))
    document["verdict"] = "in-sync"
    with pytest.raises(ValueError, match="verdict"):
        from_json(json.dumps(document))

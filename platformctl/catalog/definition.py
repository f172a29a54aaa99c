"""The shape of a file a user writes: one class gives its values, its checks and its JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from platformctl.catalog.source import YamlDocument
from platformctl.catalog.tree import Loc
from platformctl.errors import InputInvalid, Problem

NAME_PATTERN: Final = r"^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$"
"""Names of modules and hosts: they become folder names, so no slash and no leading dot."""

_LOGIN: Final = re.compile(r"(?<=://)[^/\s]+@")
"""A login in an address: the message about it is shown and logged, so it tells none."""

_NAME_WORDS: Final = "1 to 63 letters, digits, '.', '_' and '-' that begin with a letter or a digit"
_WORDS: Final = "patternErrorMessage"
_SHOWN: Final = 12
_MAX_VALUE: Final = 80


class Definition(BaseModel):
    """A frozen value that accepts the declared keys only and never turns one type into another."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=False)


_Defined = TypeVar("_Defined", bound=Definition)


def form(pattern: str, words: str) -> FieldInfo:
    """Return the form of a text: a pattern for programs, and words for people, who meet them in editors too."""
    found: FieldInfo = Field(pattern=pattern, json_schema_extra={_WORDS: f"should be {words}"})
    return found


Name = Annotated[str, form(NAME_PATTERN, _NAME_WORDS)]


def read_definition(document: YamlDocument, kind: type[_Defined]) -> _Defined:
    """Check a document against its definition.

    A document that has none of its keys is somebody else's file, named by mistake or by a stranger: nothing that stands
    in it is repeated.

    Raises:
        InputInvalid: with every problem, each at its line.
    """
    properties = _schema(kind)["properties"]
    if not properties.keys() & document.data.keys():
        first = f"schema: {properties['schema']['const']}"
        raise InputInvalid([document.problem((), f"this is another kind of file; its first line should be {first}")])
    try:
        return kind.model_validate(document.data)
    except ValidationError as error:
        details = error.errors(include_url=False)
        raise InputInvalid(
            _problem(document, kind, detail) for detail in details if not _follows(detail, details)
        ) from None


def _follows(detail: ErrorDetails, details: list[ErrorDetails]) -> bool:
    """Pydantic counts an item it cannot read as absent: `too short` then only repeats the item's own problem."""
    loc = detail["loc"]
    return detail["type"] == "too_short" and any(
        other["loc"][: len(loc)] == loc for other in details if other is not detail
    )


def _problem(document: YamlDocument, kind: type[Definition], detail: ErrorDetails) -> Problem:
    loc: Loc = detail["loc"]
    above = _name(document.path(loc[:-1]))
    match detail["type"]:
        case "extra_forbidden" | "invalid_key":
            known = sorted({key for node in _nodes(kind, loc[:-1]) for key in node.get("properties", ())})
            return Problem(document.file, document.key_line(loc), unknown_key(str(loc[-1]), known))
        case "missing":
            where = f" in {above}" if above else ""
            return document.problem(loc[:-1], f"the key {str(loc[-1])!r} is missing{where}")
        case "string_pattern_mismatch" | "value_error" as found if loc[-1] == "[key]":
            wanted = f"should be {_NAME_WORDS}" if found == "string_pattern_mismatch" else str(detail["ctx"]["error"])
            said = f"{above}: {wanted}" if above else wanted
            return Problem(document.file, document.key_line(loc[:-1]), said)
    known_words = [node[_WORDS] for node in _nodes(kind, loc) if _WORDS in node]
    name = _name((*document.path(loc[:-1]), loc[-1])) if loc else "the file"
    return document.problem(loc, f"{name}: {_wording(detail, known_words)}")


def unknown_key(key: str, known: list[str]) -> str:
    """Say that a key is unknown, and which one was probably meant."""
    return f"unknown key {key[:80]!r}; {suggestion(key, known)}"


def suggestion(word: str, known: list[str]) -> str:
    """Return `did you mean …?`, or the list of what is known where nothing is near."""
    near = get_close_matches(word, known, n=1)
    if near:
        return f"did you mean {near[0]!r}?"
    shown = ", ".join(known[:_SHOWN]) + (", …" if len(known) > _SHOWN else "")
    return f"known here: {shown or 'none'}"


def _wording(detail: ErrorDetails, words: list[str]) -> str:
    """Pydantic's own words are for programmers: these are for who wrote the file."""
    value, context = detail["input"], detail.get("ctx", {})
    kind, short = _kind(value), _short(value)
    quotes = "; put it in quotes" if isinstance(value, (int, float, date)) else ""
    wordings: Mapping[str, Callable[[], str]] = {
        "string_type": lambda: f"should be a text, not {kind}{quotes}",
        "int_type": lambda: f"should be a number, not {kind}",
        "model_type": lambda: f"should hold keys and values, not {kind}",
        "model_attributes_type": lambda: f"should hold keys and values, not {kind}",
        "dict_type": lambda: f"should hold keys and values, not {kind}",
        "tuple_type": lambda: f"should be a list, not {kind}",
        "date_type": lambda: f"should be a date such as 2027-12-31, without quotes, not {short}",
        "literal_error": lambda: f"should be {context['expected']}, not {short}",
        "union_tag_invalid": lambda: (
            f"transport should be one of {context['expected_tags']}, not {_short(context['tag'])}"
        ),
        "union_tag_not_found": lambda: "the key 'transport' is missing; it is ssh, docker or snapshot",
        "string_pattern_mismatch": lambda: f"{words[0]}, not {short}",
        "string_too_short": lambda: "should not be empty",
        "too_short": lambda: f"should have at least {context['min_length']} entry",
        "greater_than_equal": lambda: f"should be at least {context['ge']:g}, not {short}",
        "less_than_equal": lambda: f"should be at most {context['le']:g}, not {short}",
        "value_error": lambda: str(context["error"]),
    }
    said = wordings.get(detail["type"])
    return said() if said else detail["msg"][:1].lower() + detail["msg"][1:]


def _kind(value: object) -> str:
    kinds: Mapping[type, str] = {
        bool: "yes or no", int: "a number", float: "a number", str: "a text", dict: "keys and values", list: "a list",
        type(None): "nothing",
    }  # fmt: skip
    return kinds.get(type(value), "a date")


def _short(value: object) -> str:
    shown = _kind(value) if isinstance(value, (dict, list)) else _LOGIN.sub("…@", repr(value))
    return shown if len(shown) <= _MAX_VALUE else shown[: _MAX_VALUE - 1] + "…"


def _name(loc: Loc) -> str:
    """Name a place for people; a key is a user's text, which could hold what a terminal obeys."""
    return ".".join(repr(str(part)[:_MAX_VALUE])[1:-1] for part in loc)


def _nodes(kind: type[Definition], loc: Loc) -> Iterator[dict[str, Any]]:
    """Return what the schema says about the values at `loc`; a part that no key or item leads to names a variant."""
    schema = _schema(kind)
    nodes = [schema]
    for part in loc:
        nodes = [child for node in nodes for child in _step(schema, node, part)]
    return (variant for node in nodes for variant in _variants(schema, node))


@cache
def _schema(kind: type[Definition]) -> dict[str, Any]:
    """Making it takes as long as reading a hundred modules."""
    return kind.model_json_schema()


def _variants(schema: dict[str, Any], node: dict[str, Any]) -> list[dict[str, Any]]:
    """Follow a reference, and open what may have several forms."""
    if "$ref" in node:
        return _variants(schema, schema["$defs"][node["$ref"].rsplit("/", 1)[-1]])
    choices = [*node.get("anyOf", ()), *node.get("oneOf", ())]
    return [found for choice in choices for found in _variants(schema, choice)] or [node]


def _step(schema: dict[str, Any], node: dict[str, Any], part: str | int) -> list[dict[str, Any]]:
    variants = _variants(schema, node)
    if isinstance(part, int):
        return [variant["items"] for variant in variants if "items" in variant]
    named = [variant["properties"][part] for variant in variants if part in variant.get("properties", {})]
    if named:
        return named
    opened = [child for variant in variants for child in _any_key(variant)]
    return opened or [variant for variant in variants if _tag(variant) in {None, part}]


def _any_key(variant: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what stands under keys that the user chooses."""
    additional = variant.get("additionalProperties")
    return [
        *variant.get("patternProperties", {}).values(),
        *([additional] if isinstance(additional, dict) else []),
    ]


def _tag(variant: dict[str, Any]) -> str | None:
    constant = variant.get("properties", {}).get("transport", {}).get("const")
    return constant if isinstance(constant, str) else None

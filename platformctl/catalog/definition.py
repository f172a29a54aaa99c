"""The shape of a file a user writes: one class gives its values, its checks and its JSON Schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from platformctl.catalog.source import Loc, YamlDocument
from platformctl.errors import InputInvalid, Problem

NAME_PATTERN: Final = r"^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$"
"""Names of modules and hosts: they become folder names, so no slash and no leading dot."""


_SHOWN: Final = 12
_MAX_VALUE: Final = 80


class Definition(BaseModel):
    """A frozen value that accepts the declared keys only and never turns one type into another."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=False)


_Defined = TypeVar("_Defined", bound=Definition)


def read_definition(document: YamlDocument, kind: type[_Defined]) -> _Defined:
    """Check a document against its definition.

    Raises:
        InputInvalid: with every problem, each at its line.
    """
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
    if detail["type"] == "extra_forbidden":
        known = sorted(_properties(kind.model_json_schema(), loc[:-1]))
        return Problem(document.file, document.key_line(loc), unknown_key(str(loc[-1]), known))
    if detail["type"] == "missing":
        return document.problem(loc[:-1], f"the key {str(loc[-1])!r} is missing{_where(loc[:-1])}")
    return document.problem(loc, f"{_name(loc)}: {_wording(detail)}")


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


def _wording(detail: ErrorDetails) -> str:
    """Pydantic's own words are for programmers: these are for who wrote the file."""
    value, context = detail["input"], detail.get("ctx", {})
    quotes = "; put it in quotes" if isinstance(value, (int, float)) else ""
    wordings: Mapping[str, Callable[[], str]] = {
        "string_type": lambda: f"should be a text, not {_kind(value)}{quotes}",
        "int_type": lambda: f"should be a number, not {_kind(value)}",
        "model_type": lambda: f"should hold keys and values, not {_kind(value)}",
        "dict_type": lambda: f"should hold keys and values, not {_kind(value)}",
        "tuple_type": lambda: f"should be a list, not {_kind(value)}",
        "literal_error": lambda: f"should be {context['expected']}, not {_short(value)}",
        "union_tag_invalid": lambda: (
            f"transport should be one of {context['expected_tags']}, not {_short(context['tag'])}"
        ),
        "union_tag_not_found": lambda: "the key 'transport' is missing",
        "string_pattern_mismatch": lambda: f"{_short(value)} does not have the form {context['pattern']}",
        "too_short": lambda: f"should have at least {context['min_length']} entry",
        "value_error": lambda: str(context["error"]),
    }
    said = wordings.get(detail["type"])
    return said() if said else detail["msg"][:1].lower() + detail["msg"][1:]


def _kind(value: object) -> str:
    kinds: Mapping[type, str] = {
        bool: "yes or no", int: "a number", float: "a number", str: "a text", dict: "keys and values", list: "a list",
        type(None): "nothing",
    }  # fmt: skip
    return kinds.get(type(value), f"a {type(value).__name__}")


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= _MAX_VALUE else shown[: _MAX_VALUE - 1] + "…"


def _name(loc: Loc) -> str:
    return ".".join(str(part) for part in loc) or "the file"


def _where(loc: Loc) -> str:
    return f" in {_name(loc)}" if loc else ""


def _properties(schema: dict[str, Any], loc: Loc) -> set[str]:
    """Collect the keys that the schema knows at `loc`; a part that no key or item leads to names a variant."""
    nodes = [schema]
    for part in loc:
        nodes = [child for node in nodes for child in _step(schema, node, part)]
    return {key for node in nodes for variant in _variants(schema, node) for key in variant.get("properties", ())}


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

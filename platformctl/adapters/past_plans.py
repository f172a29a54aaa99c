"""The plans that a store holds, as history needs them.

Beside each plan lies verdicts.json with its verdicts only: a plan of 500 modules takes ten times as long to read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from platformctl.adapters.file import read_bounded
from platformctl.errors import InputInvalid, Problem
from platformctl.history.past_plan import Judgment, PastPlan, declaration_of, judgments
from platformctl.history.window import Window
from platformctl.plan.plan import Plan
from platformctl.published import camel_case
from platformctl.reason import Verdict

INDEX: Final = "plans/index.jsonl"
VERDICTS: Final = "verdicts.json"
_MAJOR: Final = "1"
_INDEX_LIMIT: Final = 1 << 30
"""Four million runs: its end is the part that matters, so it is never cut."""


@dataclass(frozen=True, slots=True)
class PastPlans:
    """The plans of a window, oldest first, and what of it could not be read."""

    plans: tuple[PastPlan, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the index."""

    __pydantic_config__: ClassVar[Any] = {"alias_generator": camel_case, "extra": "ignore"}
    created_at: AwareDatetime
    plan_id: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

    @property
    def folder(self) -> str:
        return f"plans/{self.created_at.astimezone(UTC).date()}/{self.plan_id}"


@dataclass(frozen=True, slots=True)
class _Module:
    """The part of a plan's module that history reads; what else is there may be of a later version."""

    __pydantic_config__: ClassVar[Any] = {"extra": "ignore"}
    name: str
    host: str
    status: Verdict
    image: str
    container: str | None


@dataclass(frozen=True, slots=True)
class _Document:
    __pydantic_config__: ClassVar[Any] = {"alias_generator": camel_case, "extra": "ignore"}
    format_version: Annotated[str, Field(pattern=rf"^{_MAJOR}\.[0-9]+$")]
    modules: tuple[_Module, ...]


def read_past_plans(root: Path, window: Window) -> PastPlans:
    """Read the plans of a window. A plan that cannot be read is a problem, and leaves the others as they are.

    Raises:
        InputInvalid: there is no index, or it cannot be read.
    """
    plans, problems = [], []

    @cache
    def read(folder: str) -> tuple[Judgment, ...]:
        return _read(root / folder)

    for line, text in enumerate(_lines(root / INDEX), 1):
        try:
            entry = _entries().validate_json(text)
            if window.since <= entry.created_at <= window.until:
                plans.append(PastPlan(entry.created_at.astimezone(UTC), read(entry.folder)))
        except ValidationError:
            problems.append(Problem(str(root / INDEX), line, "this tells of no plan; it does not count"))
        except InputInvalid as error:
            problems.extend(error.problems)
    return PastPlans(tuple(sorted(plans, key=lambda plan: plan.at)), tuple(dict.fromkeys(problems)))


def to_verdicts(plan: Plan) -> str:
    """Return verdicts.json: what can be read of plan.json too, in short."""
    return _verdicts().dump_json(judgments(plan)).decode() + "\n"


def _lines(index: Path) -> Iterator[bytes]:
    yield from read_bounded(index, str(index), _INDEX_LIMIT).splitlines()


def _read(folder: Path) -> tuple[Judgment, ...]:
    try:
        return _verdicts().validate_json(read_bounded(folder / VERDICTS, str(folder / VERDICTS)))
    except (InputInvalid, ValidationError):
        return _read_plan(folder / "plan.json")


def _read_plan(path: Path) -> tuple[Judgment, ...]:
    try:
        document = _documents().validate_json(read_bounded(path, str(path)))
    except ValidationError:
        raise InputInvalid([Problem(str(path), 0, "this is no plan that can be read; it does not count")]) from None
    return tuple(
        Judgment(one.name, one.host, one.status, declaration_of(one.host, one.container, one.image))
        for one in document.modules
    )


@cache
def _entries() -> TypeAdapter[_Entry]:
    return TypeAdapter(_Entry)


@cache
def _verdicts() -> TypeAdapter[tuple[Judgment, ...]]:
    return TypeAdapter(tuple[Judgment, ...])


@cache
def _documents() -> TypeAdapter[_Document]:
    return TypeAdapter(_Document)

"""The plans that a store holds, as history needs them.

Beside each plan lies verdicts.json with its verdicts only: a plan of 500 modules takes ten times as long to read.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from platformctl.adapters.file import read_bounded
from platformctl.errors import InputInvalid, Problem
from platformctl.history.history import CatalogHistory
from platformctl.history.past_plan import Judgment, PastPlan, judgment, judgments
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
    """The plans of one catalog in a window, oldest first, and what of it could not be read.

    `catalogs` are all that have plans there, the one of the newest plan first.
    """

    plans: tuple[PastPlan, ...]
    problems: tuple[Problem, ...]
    catalog: str | None
    catalogs: tuple[CatalogHistory, ...]


@dataclass(frozen=True, slots=True)
class _Catalog:
    __pydantic_config__: ClassVar[Any] = {"extra": "ignore"}
    key: str
    path: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the index. One of an earlier version does not say its catalog, and counts for each."""

    __pydantic_config__: ClassVar[Any] = {"alias_generator": camel_case, "extra": "ignore"}
    created_at: AwareDatetime
    plan_id: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    catalog: _Catalog | None = None
    seen: Mapping[str, AwareDatetime] = field(default_factory=dict)
    replayed: bool = False

    @property
    def at(self) -> datetime:
        return self.created_at.astimezone(UTC)

    @property
    def folder(self) -> str:
        return f"plans/{self.at.date()}/{self.plan_id}"

    def is_of(self, catalog: str | None) -> bool:
        return self.catalog is None or self.catalog.key == catalog


@dataclass(frozen=True, slots=True)
class _Module:
    """The part of a plan's module that history reads; what else is there may be of a later version."""

    __pydantic_config__: ClassVar[Any] = {"extra": "ignore"}
    name: str
    host: str
    status: Verdict
    reason: str
    image: str
    container: str | None


@dataclass(frozen=True, slots=True)
class _Document:
    __pydantic_config__: ClassVar[Any] = {"alias_generator": camel_case, "extra": "ignore"}
    format_version: Annotated[str, Field(pattern=rf"^{_MAJOR}\.[0-9]+$")]
    modules: tuple[_Module, ...]


def read_past_plans(root: Path, window: Window, catalog: str | None = None) -> PastPlans:
    """Read the plans of a catalog in a window: of the one with this key, or of the newest plan's.

    A plan that cannot be read is a problem, and leaves the others as they are. One that was made again from a snapshot
    is no look, and does not count.

    Raises:
        InputInvalid: there is no index, or it cannot be read.
    """
    entries, problems = _entries_of(root / INDEX, window)
    catalogs = _catalogs(entries)
    chosen = catalog or (catalogs[0].key if catalogs else None)
    plans = []

    @cache
    def read(folder: str) -> tuple[Judgment, ...]:
        return _read(root / folder)

    for entry in entries:
        if entry.is_of(chosen):
            try:
                plans.append(PastPlan(entry.at, read(entry.folder), tuple(entry.seen.items())))
            except InputInvalid as error:
                problems.extend(error.problems)
    return PastPlans(tuple(plans), tuple(dict.fromkeys(problems)), chosen, catalogs)


def _entries_of(index: Path, window: Window) -> tuple[list[_Entry], list[Problem]]:
    """Return the looks of the window, oldest first, and the lines that tell of no plan."""
    found, problems = [], []
    for line, text in enumerate(_lines(index), 1):
        try:
            entry = _entries().validate_json(text)
        except ValidationError:
            problems.append(Problem(str(index), line, "this tells of no plan; it does not count"))
            continue
        if window.since <= entry.created_at <= window.until and not entry.replayed:
            found.append(entry)
    return sorted(found, key=lambda entry: entry.at), problems


def _catalogs(entries: Iterable[_Entry]) -> tuple[CatalogHistory, ...]:
    """Sum up the catalogs of entries that are sorted by time."""
    last = {entry.catalog.key: (entry.at, entry.catalog) for entry in entries if entry.catalog}
    counts = Counter(entry.catalog.key for entry in entries if entry.catalog)
    newest = sorted(last.values(), key=lambda one: (one[0], one[1].key), reverse=True)
    return tuple(
        CatalogHistory(one.key, one.path, counts[one.key], at.isoformat(timespec="seconds")) for at, one in newest
    )


def to_verdicts(plan: Plan) -> str:
    """Return verdicts.json: what can be read of plan.json too, in short."""
    return _verdicts().dump_json(judgments(plan)).decode() + "\n"


def _lines(index: Path) -> Iterator[bytes]:
    if not os.path.lexists(index):
        raise InputInvalid([Problem(str(index.parent.parent), 0, "no plan is kept here; platformctl plan keeps one")])
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
        judgment(one.name, one.host, one.status, one.reason, (one.container, one.image)) for one in document.modules
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

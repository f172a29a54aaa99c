"""The smokes that a store holds, as history needs them.

The name of a result's folder begins with its time, so that only those of the window are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from platformctl.adapters.file import read_bounded
from platformctl.errors import InputInvalid, Problem
from platformctl.history.past_smoke import PastSmoke, SmokeOutcome
from platformctl.history.window import Window
from platformctl.published import camel_case

SMOKES: Final = "smokes"
MAX_BYTES: Final = 4 * 1024 * 1024
_BEGIN: Final = re.compile(r"[0-9]{8}T[0-9]{6}")
_FORM: Final = "%Y%m%dT%H%M%S"


@dataclass(frozen=True, slots=True)
class PastSmokes:
    """The smokes of a window, oldest first for each module, and what of it could not be read."""

    smokes: tuple[PastSmoke, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Catalog:
    __pydantic_config__: ClassVar[Any] = {"extra": "ignore"}
    commit: str | None
    dirty: bool
    key: str | None = None


@dataclass(frozen=True, slots=True)
class _Document:
    """The part of smoke.json that history reads; what else is there may be of a later version."""

    __pydantic_config__: ClassVar[Any] = {"alias_generator": camel_case, "extra": "ignore"}
    format_version: Annotated[str, Field(pattern=r"^1\.[0-9]+$")]
    module: str
    catalog: _Catalog
    outcome: SmokeOutcome
    started_at: AwareDatetime


def read_past_smokes(root: Path, window: Window, catalog: str | None) -> PastSmokes:
    """Read the smokes of a catalog in a window. One that does not say its catalog counts; one unreadable does not."""
    smokes: list[PastSmoke] = []
    problems: list[Problem] = []
    for folder in _folders(root / SMOKES, window, problems):
        try:
            found = _read(folder / "smoke.json")
        except InputInvalid as error:
            problems.extend(error.problems)
            continue
        if found.catalog.key in {None, catalog} or catalog is None:
            at = found.started_at.astimezone(UTC)
            smokes.append(PastSmoke(found.module, at, found.outcome, found.catalog.commit, found.catalog.dirty))
    return PastSmokes(tuple(smokes), tuple(problems))


def _folders(smokes: Path, window: Window, problems: list[Problem]) -> Iterator[Path]:
    """Yield the results that begin in the window, as far as their names say when."""
    since, until = (time.astimezone(UTC).strftime(_FORM) for time in (window.since, window.until))
    for module in _entries(smokes, problems):
        for folder in _entries(module, problems):
            begin = _BEGIN.match(folder.name)
            if not folder.name.startswith(".") and (begin is None or since <= begin[0] <= until):
                yield folder


def _entries(folder: Path, problems: list[Problem]) -> list[Path]:
    """Return what is in a folder; a file is none, and holds nothing."""
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        problems.append(Problem(str(folder), 0, f"cannot be read: {error.strerror or error}"))
        return []


def _read(path: Path) -> _Document:
    try:
        return _documents().validate_json(read_bounded(path, str(path), MAX_BYTES))
    except ValidationError:
        raise InputInvalid([Problem(str(path), 0, "this is no smoke that can be read; it does not count")]) from None


@cache
def _documents() -> TypeAdapter[_Document]:
    return TypeAdapter(_Document)

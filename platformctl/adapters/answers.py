"""What registries answered in a run, kept beside its snapshots so that the plan can be made again without them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationError

from platformctl.adapters.file import read_bounded, write_atomically
from platformctl.catalog.definition import Definition
from platformctl.catalog.lock import DigestText, Lock, lock_text
from platformctl.errors import InputInvalid, Problem
from platformctl.identity.digest import Digest
from platformctl.identity.knowledge import Knowledge

FILE: Final = "registries.json"


class _Answer(Definition):
    source: str
    closure: Lock


class _Answers(Definition):
    format: Literal["platformctl/registry-answers/v1"] = Field(alias="schema")
    closures: Annotated[tuple[_Answer, ...], Field(strict=False)]
    tags: dict[str, DigestText]
    unread: dict[str, str]


def write_answers(folder: Path, learned: Knowledge) -> None:
    """Write what was learned; nothing is an answer too, so that a plan made again asks nobody.

    Raises:
        StoreUnwritable: the folder cannot be written.
    """
    closures = [learned.closures[digest] for digest in sorted(learned.closures)]
    document = {
        "schema": "platformctl/registry-answers/v1",
        "closures": [{"source": one.source, "closure": json.loads(lock_text(one.digest, one))} for one in closures],
        "tags": dict(sorted(learned.tags.items())),
        "unread": dict(sorted(learned.unread.items())),
    }
    write_atomically(folder / FILE, json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def read_answers(folder: Path) -> Knowledge | None:
    """Read what a run had learned, or None where the folder is not that of a kept run.

    Raises:
        InputInvalid: the file cannot be read.
    """
    path = folder / FILE
    if not path.exists():
        return None
    try:
        answers = _Answers.model_validate(json.loads(read_bounded(path, str(path))))
    except (ValidationError, ValueError, RecursionError) as error:
        raise InputInvalid(
            [Problem(str(path), 0, f"these are no answers of registries: {type(error).__name__}")]
        ) from None
    closures = [one.closure.closure(one.source) for one in answers.closures]
    tags = {reference: Digest(digest) for reference, digest in answers.tags.items()}
    return Knowledge({one.digest: one for one in closures}, tags, answers.unread)

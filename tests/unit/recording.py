"""The recordings as catalogs, and the plans of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from platformctl.adapters.answers import read_answers
from platformctl.adapters.fleet import Retry
from platformctl.adapters.planning import Request, final_plan, look_at_fleet, prepare
from platformctl.adapters.store import Store
from platformctl.identity.knowledge import NOTHING
from platformctl.plan.plan import Plan

RECORDINGS: Final = Path(__file__).parent.parent / "recordings"
STATES: Final = sorted(path.parent for path in RECORDINGS.glob("*/*/expected.json"))
ASKED: Final = [folder for folder in STATES if (folder / "asked").exists()]
FLEET: Final = RECORDINGS / "docker-20.10-classic" / "fleet"
MEERKAT: Final = RECORDINGS / "docker-20.10-classic" / "meerkat"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a test compares of a verdict."""

    status: str
    changes: tuple[str, ...]


def state_id(folder: Path) -> str:
    """Name a recording for pytest."""
    return f"{folder.parent.name}/{folder.name}"


def expected(folder: Path) -> Mapping[str, Any]:
    """Return what is right for each module of a recording."""
    document: Mapping[str, Any] = json.loads((folder / "expected.json").read_text())
    return document


def plan_of(folder: Path, *, locks: bool = True, registry: bool = False) -> Plan:
    """Plan a recording by one look, with its locks or as if there were none, and with what its registry answered."""
    job = prepare(Request(folder, offline=True), Store(folder))
    job = replace(job, learned=read_answers(folder / "asked") or NOTHING) if registry else job
    job = job if locks else replace(job, catalog=replace(job.catalog, closures=()))
    return final_plan(job, look_at_fleet(job, Retry(tries=1), None))


def verdicts(plan: Plan) -> Mapping[str, Seen]:
    """Return status and paths of changes by module."""
    return {m.name: Seen(str(m.status), tuple(sorted({c.path for c in m.changes}))) for m in plan.modules}


def copied(folder: Path, to: Path) -> Path:
    """Copy a recording, to be changed."""
    return shutil.copytree(folder, to / folder.name)


def rewritten(path: Path, old: str, new: str) -> None:
    """Replace a text of a file that must be in it."""
    content = path.read_text()
    if old not in content:
        raise ValueError(f"{path} holds no {old!r}")
    path.write_text(content.replace(old, new))

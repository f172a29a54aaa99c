"""The smokes that a history is made of, read from a real store."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, get_args

import pytest

from platformctl.adapters.past_smokes import read_past_smokes
from platformctl.adapters.smoke_store import SmokeStore
from platformctl.history.past_smoke import PastSmoke, SmokeOutcome
from platformctl.history.window import Window
from platformctl.plan.plan import CatalogState
from platformctl.smoke.outcome import Outcome
from tests.unit.smoke.findings import FAIL, PASS, module, result

AT: Final = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
WINDOW: Final = Window(AT, AT + timedelta(seconds=9))
HERE: Final = CatalogState("here", "c0ffee", dirty=True, key="0" * 12)


def keep(root: Path, second: int, name: str = "web", catalog: CatalogState = HERE) -> Path:
    """Keep a smoke that failed, and return its document."""
    started = (AT + timedelta(seconds=second)).isoformat(timespec="milliseconds")
    found = replace(result(module(name=name), FAIL), started_at=started, catalog=catalog)
    return SmokeStore(root).keep(found) / "smoke.json"


def past(second: int, name: str = "web") -> PastSmoke:
    """Return the same as a history knows it."""
    return PastSmoke(name, AT + timedelta(seconds=second), "fail", "c0ffee", dirty=True)


def test_the_smokes_of_a_window_are_read(tmp_path: Path) -> None:
    """Both ends of the window are in it; drafts and files beside the folders are nothing."""
    assert read_past_smokes(tmp_path, WINDOW, None).smokes == ()
    for second in (-1, 0, 9, 10):
        keep(tmp_path, second)
    keep(tmp_path, 5, "api")
    (tmp_path / "smokes/web/.20260102T030408000-x.tmp").mkdir()
    (tmp_path / "smokes/note").touch()
    found = read_past_smokes(tmp_path, WINDOW, None)
    assert (found.smokes, found.problems) == ((past(5, "api"), past(0), past(9)), ())


def test_smokes_of_another_catalog_do_not_count(tmp_path: Path) -> None:
    """A smoke counts for its catalog; one of an earlier version says none, and counts for each."""
    keep(tmp_path, 1)
    keep(tmp_path, 2, catalog=replace(HERE, key="f" * 12))
    older = keep(tmp_path, 3)
    document = json.loads(older.read_text())
    del document["catalog"]["key"]
    older.write_text(json.dumps({**document, "formatVersion": "1.7", "news": []}))
    assert read_past_smokes(tmp_path, WINDOW, HERE.key).smokes == (past(1), past(3))
    assert len(read_past_smokes(tmp_path, WINDOW, None).smokes) == 3


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"[" * 100_000, None])
def test_a_smoke_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    """It does not count, and the others stand."""
    broken = keep(tmp_path, 1)
    keep(tmp_path, 2)
    broken.unlink()
    if content is not None:
        broken.write_bytes(content)
    found = read_past_smokes(tmp_path, WINDOW, None)
    assert found.smokes == (past(2),)
    assert [problem.file for problem in found.problems] == [str(broken)]


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """What may be there and is not seen is no smoke that was never run."""
    keep(tmp_path, 1)
    (tmp_path / "smokes/round").symlink_to("round")
    found = read_past_smokes(tmp_path, WINDOW, None)
    assert found.smokes == (past(1),)
    said = f"{tmp_path}/smokes/round: cannot be read: Too many levels of symbolic links"
    assert [str(problem) for problem in found.problems] == [said]


def test_outcomes_are_those_of_smokes() -> None:
    """A history has the same words for how a smoke ended as the smoke itself."""
    assert sorted(get_args(SmokeOutcome)) == sorted(Outcome)
    assert result(module(), PASS).outcome in get_args(SmokeOutcome)

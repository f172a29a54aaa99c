"""Results of smokes in the store: whole, kept once, and the newest counts."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from platformctl.adapters.smoke_store import SmokeStore
from platformctl.errors import StoreUnwritable
from platformctl.render.smoke_document import from_json
from platformctl.render.smoke_junit import to_junit
from platformctl.smoke.outcome import Outcome
from platformctl.smoke.result import SmokeResult
from tests.unit.smoke.findings import ERROR, FAIL, PASS, module, result


def at(second: int, found: SmokeResult) -> SmokeResult:
    """Return a result of another time."""
    return replace(found, started_at=f"2026-01-02T03:04:{second:02}.000+00:00")


def test_a_result_is_kept_once(tmp_path: Path) -> None:
    """Keeping it again changes nothing; beside the document lies the same for a CI."""
    store, found = SmokeStore(tmp_path), at(5, result(module(), PASS))
    folder = store.keep(found)
    assert folder == store.keep(found)
    assert folder.parent == tmp_path / "smokes" / "web"
    assert folder.name.startswith("20260102T030405000-")
    assert sorted(file.name for file in folder.iterdir()) == ["junit.xml", "smoke.json"]
    assert from_json((folder / "smoke.json").read_bytes()) == found
    assert (folder / "junit.xml").read_text() == to_junit((found,))
    assert list(folder.parent.iterdir()) == [folder]


def test_the_newest_result_of_a_module_counts(tmp_path: Path) -> None:
    """In whatever order results are kept, the one that began last says how the module is."""
    store = SmokeStore(tmp_path)
    assert store.last_outcomes() == {}
    for second, finding in ((5, FAIL), (9, PASS), (7, ERROR)):
        store.keep(at(second, result(module(), finding)))
    store.keep(at(1, result(module(name="api"), FAIL)))
    assert store.last_outcomes() == {"web": Outcome.PASS, "api": Outcome.FAIL}


def test_results_since_a_time(tmp_path: Path) -> None:
    """What a module's smokes found is told from what earlier ones did; what cannot be read is left out."""
    store = SmokeStore(tmp_path)
    first, second, third = (at(number, result(module(), PASS)) for number in (4, 5, 6))
    for each in (third, first, second):
        store.keep(each)
    (store.keep(at(7, result(module(), PASS))) / "smoke.json").write_text("{")
    assert store.since("web", "2026-01-02T03:04:05+00:00") == (second, third)
    assert store.since("api", "2026-01-02T03:04:05+00:00") == ()


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"[" * 100_000])
def test_a_result_that_cannot_be_read_proves_nothing(tmp_path: Path, content: bytes) -> None:
    """It does not hide behind an older one that passed, and it stops nobody."""
    store = SmokeStore(tmp_path)
    store.keep(at(5, result(module(), PASS)))
    (store.keep(at(6, result(module(), PASS))) / "smoke.json").write_bytes(content)
    assert store.last_outcomes() == {"web": Outcome.INCONCLUSIVE}


def test_what_a_killed_writer_left_counts_for_nothing(tmp_path: Path) -> None:
    """A draft is in a hidden folder until it is whole."""
    store = SmokeStore(tmp_path)
    kept = store.keep(at(5, result(module(), PASS)))
    (kept.parent / ".20260102T030406000-x.tmp").mkdir()
    (tmp_path / "smokes" / "api").mkdir()
    assert store.last_outcomes() == {"web": Outcome.PASS}


def test_a_store_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The error says where."""
    (tmp_path / "smokes").write_text("")
    with pytest.raises(StoreUnwritable, match=f"{os.sep}smokes{os.sep}web"):
        SmokeStore(tmp_path).keep(result(module(), PASS))

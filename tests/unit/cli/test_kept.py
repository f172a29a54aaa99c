"""A kept plan can be made again from what was kept with it, whatever the hosts did."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from platformctl.cli import main
from tests.unit.recording import FLEET, copied, rewritten

SNAPSHOT = "snapshots/rs2000"


def _as_recorded(_: Path) -> None:
    """Change nothing: two modules drift, and the second look agrees."""


def _unreachable(catalog: Path) -> None:
    (catalog / SNAPSHOT / "host.json").unlink()


def _without_images(catalog: Path) -> None:
    (catalog / SNAPSHOT / "images.json").write_text("[{")


def _undescribed(catalog: Path) -> None:
    head = json.loads((catalog / SNAPSHOT / "host.json").read_text())
    head["undescribed"] = [{"id": "f" * 64, "name": "half-gone"}, {"id": "e" * 64, "name": ""}]
    (catalog / SNAPSHOT / "host.json").write_text(json.dumps(head))


def _second_look_differs(catalog: Path) -> None:
    _second_look(catalog)
    second = catalog / SNAPSHOT / "second-look" / "containers.json"
    rewritten(second, '"Status": "exited"', '"Status": "running"')


def _second_look_fails(catalog: Path) -> None:
    _second_look(catalog)
    (catalog / SNAPSHOT / "second-look" / "containers.json").write_text("null")


def _second_look(catalog: Path) -> None:
    (catalog / SNAPSHOT / "second-look").mkdir()
    for name in ("host.json", "containers.json", "images.json"):
        (catalog / SNAPSHOT / "second-look" / name).write_bytes((catalog / SNAPSHOT / name).read_bytes())


CASES = {
    _as_recorded: {"np-backup": "state-differs", "np-umami": "image-differs", "np-guestbook": "exact"},
    _unreachable: {"np-backup": "snapshot-absent", "np-umami": "snapshot-absent", "np-guestbook": "snapshot-absent"},
    _without_images: {"np-backup": "state-differs", "np-umami": "image-differs", "np-guestbook": "same-config"},
    _undescribed: {"np-backup": "state-differs", "np-umami": "image-differs", "np-guestbook": "exact"},
    _second_look_differs: {"np-backup": "changing", "np-umami": "image-differs", "np-guestbook": "exact"},
    _second_look_fails: {
        "np-backup": "snapshot-unreadable", "np-umami": "snapshot-unreadable", "np-guestbook": "exact",
    },
}  # fmt: skip


@pytest.mark.parametrize(("change", "reasons"), CASES.items(), ids=lambda value: getattr(value, "__name__", ""))
@pytest.mark.parametrize("form", ["json", "text", "markdown", "junit"])
def test_it_renders_again(
    tmp_path: Path,
    change: Callable[[Path], None],
    reasons: dict[str, str],
    form: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The plan of the kept snapshot is the kept plan, byte for byte, its time aside."""
    catalog = copied(FLEET, tmp_path)
    change(catalog)
    first = _plan(catalog, tmp_path, form, capsys)
    plan = next((tmp_path / "store" / "plans").glob("*/*/plan.json"))
    again = _plan(catalog, tmp_path, form, capsys, "--snapshot", str(plan.parent / "snapshot"))
    assert again == first
    document = json.loads(plan.read_text())
    assert {m["name"]: m["reason"] for m in document["modules"] if m["name"] in reasons} == reasons
    assert len(list((tmp_path / "store" / "plans").glob("*/*/plan.json"))) == 1


def _plan(catalog: Path, tmp_path: Path, form: str, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    main(["plan", "--catalog", str(catalog), "--store", str(tmp_path / "store"), "--format", form, *more])
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", "NOW", capsys.readouterr().out)

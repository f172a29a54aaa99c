"""A flow tells people what its plan changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.adapters.mailbox import web_hook
from tests.unit.adapters.test_notifying import told_by

from .catalog import recorded
from .run import start

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.usefixtures("server")]


def test_a_flow_tells_the_targets_of_its_catalog(tmp_path: Path) -> None:
    """The first run's message is the baseline, with a link to the run; the second run tells nothing."""
    catalog = recorded(tmp_path, "meerkat")
    with web_hook() as box:
        told_by(catalog, hook=box)
        runs = [start("plan-fleet/manual", catalog=str(catalog), store=str(tmp_path / "store")) for _ in range(2)]
        assert [run.ending()[1] for run in runs] == ["Completed", "Completed"]
    [(title, body)] = box.messages
    assert title == "platformctl: watching, 1 in-sync"
    assert body.splitlines()[-1] in {f"https://prefect.example/runs/flow-run/{run.id}" for run in runs}

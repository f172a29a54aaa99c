"""A flow tells people what its plan changed, and that there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flows.plan_fleet import plan_fleet
from tests.unit.adapters.mailbox import web_hook
from tests.unit.adapters.test_notifying import titles, told_by

from .catalog import recorded

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.usefixtures("server")]


def test_a_flow_tells_the_targets_of_its_catalog(tmp_path: Path) -> None:
    """The first run's message is the baseline, with a link to the run; then only changes are told, and no typing error.

    A broken catalog is told by the run of the whole that finds it for the last time that is borne in silence.
    """
    catalog = recorded(tmp_path, "meerkat")
    parameters: dict[str, Any] = {"catalog": str(catalog), "store": str(tmp_path / "store"), "return_state": True}
    module = catalog / "modules/np-meerkat-frontend/module.yaml"
    with web_hook() as box:
        told_by(catalog, hook=box)
        with (catalog / "notify.yaml").open("a") as file:
            file.write("inconclusive_runs: 1\n")
        first, again = (plan_fleet(**parameters) for _ in range(2))
        assert plan_fleet(**parameters, modules=("np-nobody",)).name == "Unusable"
        whole = module.read_text()
        module.write_text(f"{whole}imagee: nginx\n")
        broken = plan_fleet(**parameters)
        module.write_text(whole)
        mended = plan_fleet(**parameters)
    assert [state.name for state in (first, again, broken, mended)] == [
        "Completed",
        "Completed",
        "Unusable",
        "Completed",
    ]
    assert titles(box) == [f"platformctl: {what}" for what in ("watching, 1 in-sync", "no plan", "plans again")]
    runs = [f"https://prefect.example/runs/flow-run/{one.state_details.flow_run_id}" for one in (first, broken, mended)]
    assert [body.splitlines()[-1] for _, body in box.messages] == runs

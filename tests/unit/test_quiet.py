"""What is logged is read in terminals, and in an interface that makes links of addresses."""

from __future__ import annotations

import logging

import pytest

from tasks.quiet import quieten


@pytest.mark.parametrize("name", ["prefect.flow_runs", "prefect.task_runs"])
def test_a_log_holds_nothing_to_obey_and_nothing_to_click(name: str) -> None:
    """Lines stay lines; controls are spelled and addresses broken, in the message as in the stack of a bug."""
    quieten()
    record = logging.LogRecord(
        name, logging.ERROR, __file__, 1, "%s\n  100%% of [red]%s", ("\x1b[2J", "HTTPS://e.example"), None
    )
    record.exc_info = (ValueError, ValueError("\u202ehttp://e.example"), None)
    assert logging.getLogger(name).filter(record)
    head, *_, last = logging.Formatter().format(record).splitlines()
    assert (head, last) == (r"\x1b[2J", r"ValueError: \u202ehttp[:]//e.example")
    assert record.getMessage() == "\\x1b[2J\n  100% of [red]HTTPS[:]//e.example"


def test_the_way_to_a_run_stays_a_link() -> None:
    """Prefect's own line says where a run is seen."""
    quieten()
    line = "View at http://127.0.0.1:4200/runs/flow-run/1"
    record = logging.LogRecord("prefect.flow_runs", logging.INFO, __file__, 1, line, (), None)
    assert logging.getLogger("prefect.flow_runs").filter(record)
    assert record.getMessage() == line

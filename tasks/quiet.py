"""Keeps Prefect's log to what a person needs: an expected failure is one line, without a stack."""

from __future__ import annotations

import logging

from prefect.exceptions import CrashedRun, FailedRun

from platformctl.errors import PlatformctlError


def _without_stack(record: logging.LogRecord) -> bool:
    """A host that does not answer is no bug, so where the exception was raised tells nobody anything."""
    if record.exc_info and isinstance(record.exc_info[1], PlatformctlError):
        record.exc_info = None
    return True


def _not_an_echo(record: logging.LogRecord) -> bool:
    """The engine of Prefect 3.8 logs forty lines of its own stack when a flow returns a Failed or Crashed state."""
    return not (record.exc_info and isinstance(record.exc_info[1], (FailedRun, CrashedRun)))


def quieten() -> None:
    """Add the filters; adding them twice changes nothing."""
    logging.getLogger("prefect.task_runs").addFilter(_without_stack)
    logging.getLogger("prefect.flow_runs").addFilter(_not_an_echo)

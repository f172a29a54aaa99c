"""Keeps Prefect's log to what a person needs, and harmless: an expected failure is one line, without a stack."""

from __future__ import annotations

import logging
import traceback
from typing import Final

from prefect.exceptions import CrashedRun, FailedRun

from platformctl.errors import PlatformctlError
from platformctl.render.printable import printable_lines

_MAX_LINE: Final = 1000


def _without_stack(record: logging.LogRecord) -> bool:
    """A host that does not answer is no bug, so where the exception was raised tells nobody anything."""
    if record.exc_info and isinstance(record.exc_info[1], PlatformctlError):
        record.exc_info = None
    return True


def _not_an_echo(record: logging.LogRecord) -> bool:
    """The engine of Prefect 3.8 logs forty lines of its own stack when a flow returns a Failed or Crashed state."""
    return not (record.exc_info and isinstance(record.exc_info[1], (FailedRun, CrashedRun)))


def _printable(record: logging.LogRecord) -> bool:
    """Logs are read in terminals too, and errors of libraries quote what hosts and forges wrote."""
    record.msg, record.args = printable_lines(record.getMessage(), _MAX_LINE), ()
    if record.exc_info:
        record.exc_text = printable_lines("".join(traceback.format_exception(*record.exc_info)), _MAX_LINE)
    return True


def quieten() -> None:
    """Add the filters; adding them twice changes nothing."""
    for name, own in (("prefect.task_runs", _without_stack), ("prefect.flow_runs", _not_an_echo)):
        logging.getLogger(name).addFilter(own)
        logging.getLogger(name).addFilter(_printable)

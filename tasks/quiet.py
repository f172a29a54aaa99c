"""Keeps Prefect's log to what a person needs, and harmless: an expected failure is one line, without a stack."""

from __future__ import annotations

import logging
import re
import traceback
from typing import Final

from prefect.exceptions import CrashedRun, FailedRun

from platformctl.errors import PlatformctlError
from platformctl.render.printable import printable_lines

_MAX_LINE: Final = 1000
_LINK: Final = re.compile(r"(?<=http)(s?)://", re.IGNORECASE)
_OWN: Final = "View at http"
"""The interface makes a link of every address in a log. Only Prefect's own line about where a run is seen keeps its."""


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
    record.msg, record.args = _plain(record.getMessage()), ()
    if record.exc_info:
        record.exc_text = _plain("".join(traceback.format_exception(*record.exc_info)))
    return True


def _plain(text: str) -> str:
    shown = printable_lines(text, _MAX_LINE)
    return shown if shown.startswith(_OWN) else _LINK.sub(r"\1[:]//", shown)


def quieten() -> None:
    """Add the filters; adding them twice changes nothing."""
    for name, own in (("prefect.task_runs", _without_stack), ("prefect.flow_runs", _not_an_echo)):
        logging.getLogger(name).addFilter(own)
        logging.getLogger(name).addFilter(_printable)

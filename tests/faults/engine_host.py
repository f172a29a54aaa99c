"""Executes flow runs as a worker does, by Prefect's engine in a process for each, but forked where all is imported.

An order is a line of JSON on the standard input: the flow run, the file for its output, and what its environment gets.
The answers are two lines: the process's ID when it has begun, and how it ended.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import sys
from typing import Any

import prefect.flow_engine
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

import flows.reconcile_merges
import flows.rerun_after_merge
import flows.smoke_module

__all__ = ["flows", "prefect"]


def execute(order: dict[str, Any]) -> None:
    """Become the process of a flow run."""
    os.environ.update(order["environment"])
    log = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    steps = sys.modules.get("sitecustomize")
    if steps and hasattr(steps, "STEPS"):
        steps.STEPS.arm()
    sys.argv = ["prefect.engine", order["run"]]
    # A heartbeat makes each run wait a second at its end, and nothing listens for it here.
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        runpy.run_module("prefect.engine", run_name="__main__", alter_sys=True)


def main() -> None:
    """Execute what is ordered, one after the other."""
    for line in sys.stdin:
        order = json.loads(line)
        process = os.fork()
        if process == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            execute(order)
            return
        print(process, flush=True)
        _, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()

"""First contact: the nightly flow on the example fleet, with the Prefect that comes embedded. Run by `make smoke`."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
BUILD: Final = Path("build/smoke")
EXPECTED: Final = {"np-meerkat-frontend": "in-sync", "np-umami": "drift", "np-edge-proxy": "inconclusive"}
"""What the example fleet was made to show: the smoke passes when the pipeline finds exactly this."""

_NEXT: Final = """
The example has one module of each colour, and the flow ended as {state}: the pipeline works.
  plan       {plan}
  again      .venv/bin/platformctl plan --snapshot {snapshot}
  in the UI  PREFECT_HOME={home} .venv/bin/prefect server start

Next, your own hosts:
  1. write them into hosts.yaml           (transport: ssh or docker)
  2. .venv/bin/platformctl import --host NAME
  3. .venv/bin/platformctl plan --host NAME
Where a Docker engine answers on this machine: make smoke-local
"""


def main() -> int:
    """Run the flow, show the plan and say what to do next; 0 when the flow found what the example holds."""
    # Ended outright, it would leave the embedded server behind; this way Prefect stops it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.chdir(ROOT)
    _configure(BUILD / "prefect")
    with _working("starting the embedded Prefect (the first time takes about 15 seconds)"):
        state, message = _run_flow()
    if state != "Drift":
        print(f"The flow ended as {state}: {message}\nThe example fleet should give Drift.", file=sys.stderr)
        return 1
    folder = _last_plan()
    sys.stdout.write((folder / "plan.txt").read_text(encoding="utf-8"))
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    found = {module["name"]: module["status"] for module in plan["modules"]}
    if found != EXPECTED:
        print(f"\nThe plan says {found}; the example fleet should give {EXPECTED}.", file=sys.stderr)
        return 1
    home = (BUILD / "prefect").resolve()
    print(_NEXT.format(state=state, plan=folder / "plan.json", snapshot=folder / "snapshot", home=home))
    return 0


def _configure(home: Path) -> None:
    """Keep Prefect to a folder of its own, and quiet: the plan says what there is to say."""
    home.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        PREFECT_HOME=str(home.resolve()),
        PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL="CRITICAL",
        PREFECT_SERVER_LOGGING_LEVEL="CRITICAL",
        PREFECT_SERVER_ANALYTICS_ENABLED="false",
        PREFECT_SERVER_ALLOW_EPHEMERAL_MODE="true",
        PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS="120",
    )
    for name in ("PREFECT_API_URL", "PREFECT_PROFILE"):
        os.environ.pop(name, None)


def _run_flow() -> tuple[str, str]:
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    from flows.nightly_smoke import nightly_smoke

    # A heartbeat makes each run wait a second at its end, and nothing listens for it here.
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        state = nightly_smoke(store=str(BUILD / "store"), return_state=True)
    return str(state.name), str(state.message)


def _last_plan() -> Path:
    lines = (BUILD / "store/plans/index.jsonl").read_text(encoding="utf-8").splitlines()
    return BUILD / "store" / str(json.loads(lines[-1])["folder"])


@contextmanager
def _working(what: str) -> Iterator[None]:
    """Show a live line on a terminal, a plain one elsewhere."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        print(f"{what} …", file=sys.stderr, flush=True)
        yield
        return
    with console.status(what):
        yield


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)

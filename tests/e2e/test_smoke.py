"""The first contact, as `make smoke` runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .run import eventually
from .server import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

COMMAND = (sys.executable, "-m", "deployments.smoke")
TABLE = """\
   module               host    verdict       reason
?  np-edge-proxy        edge1   inconclusive  connection-refused
=  np-meerkat-frontend  rs2000  in-sync       exact
~  np-umami             rs2000  drift         image-differs
"""


def test_smoke_shows_the_example_and_what_comes_next(tmp_path: Path) -> None:
    """From any folder, and whatever Prefect the environment points at: exit 0, the plan and the next steps."""
    shown = subprocess.run(COMMAND, cwd=tmp_path, env=elsewhere(tmp_path), capture_output=True, text=True, check=False)
    assert (shown.returncode, shown.stderr) == (0, WAITING)
    assert TABLE in shown.stdout
    assert "Next, your own hosts:" in shown.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_ended_smoke_leaves_no_server(tmp_path: Path, number: int, code: int) -> None:
    """Ended while its server runs, it takes the server with it, and says nothing more."""
    with subprocess.Popen(
        COMMAND, cwd=tmp_path, env=elsewhere(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as smoke:
        server = eventually(lambda: children(smoke.pid) or None)
        smoke.send_signal(number)
        shown, complaint = smoke.communicate()
    assert (smoke.returncode, shown, complaint) == (code, "", WAITING)
    assert not [pid for pid in server if alive(pid)]


WAITING = "starting the embedded Prefect (the first time takes about 15 seconds) …\n"


def elsewhere(folder: Path) -> dict[str, str]:
    """Return an environment with a home that cannot be written, and with a Prefect server that is not there."""
    home = folder / "home"
    home.touch()
    return {
        **os.environ,
        "HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "PREFECT_API_URL": "http://127.0.0.1:1/api",
        "PREFECT_PROFILE": "nobody-made-this",
    }


def children(parent: int) -> list[int]:
    """Return the processes that a process has started and that still run."""
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that nobody has waited for does not."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False

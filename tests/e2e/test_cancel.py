"""Cancelling a run that waits for a host."""

from __future__ import annotations

from pathlib import Path

import pytest

from .catalog import empty_catalog, waiting
from .run import PATIENCE_S, start

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.usefixtures("server")]


def test_cancelled_run_lets_go_of_its_hosts(tmp_path: Path) -> None:
    """A run that waits for a silent host ends when it is cancelled, and so does its connection."""
    with waiting(empty_catalog(tmp_path)) as (catalog, listener):
        run = start("plan-fleet/manual", catalog=str(catalog), store=str(tmp_path / "store"))
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(PATIENCE_S)
            run.cancel()
            assert run.ending()[:2] == ("CANCELLED", "Cancelled")
            while connection.recv(1024):  # what an SSH client says first; then the end
                pass
    assert not [*(tmp_path / "store/plans").iterdir()]

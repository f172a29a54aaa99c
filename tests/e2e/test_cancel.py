"""Cancelling a run that waits for a host."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.states import Cancelling

from .catalog import add_host, add_module, empty_catalog
from .run import PATIENCE_S, start

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.usefixtures("server")]


def test_cancelled_run_lets_go_of_its_hosts(tmp_path: Path) -> None:
    """A run that waits for a silent host ends when it is cancelled, and so does its connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE_S)
        catalog = empty_catalog(tmp_path)
        add_host(catalog, "silent", transport="ssh", address="127.0.0.1", port=listener.getsockname()[1], user="nobody")
        declaration = {"schema": "platformctl/module/v1", "name": "np-edge", "host": "silent", "container": "np-edge"}
        add_module(catalog, {**declaration, "image": "nginx:1"})
        run = start("plan-fleet/manual", catalog=str(catalog), store=str(tmp_path / "store"))
        connection, _ = listener.accept()
        with connection, get_client(sync_client=True) as client:
            connection.settimeout(PATIENCE_S)
            client.set_flow_run_state(run.id, Cancelling())
            assert run.ending()[:2] == ("CANCELLED", "Cancelled")
            while connection.recv(1024):  # what an SSH client says first; then the end
                pass
    assert not (tmp_path / "store").exists()

"""A receiver beside a real Prefect server, with the deployment whose runs follow merges."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound

from platformctl.adapters.receiving import RERUN
from tests.unit.adapters.receiving import Running, running_receiver

from .server import Server


@contextmanager
def deployed_receiver(server: Server, folder: Path) -> Iterator[Running]:
    """Start a receiver whose queue is there."""
    _deploy()
    with running_receiver(folder, prefect_settings(server), "--per-minute", "100000") as running:
        yield running


def prefect_settings(server: Server) -> dict[str, str]:
    """Return what clients of the server need in their environment."""
    return {name: value for name, value in server.environment.items() if name.startswith("PREFECT_")}


def _deploy() -> None:
    """Make the deployment where this tree does not deploy it itself."""
    flow, _, name = RERUN.partition("/")
    with get_client(sync_client=True) as client:
        try:
            client.read_deployment_by_name(RERUN)
        except ObjectNotFound:
            client.create_deployment(flow_id=client.create_flow_from_name(flow), name=name)

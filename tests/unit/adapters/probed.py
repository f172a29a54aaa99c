"""Probes of servers on this machine, from this machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from platformctl.adapters.probing import Prober
from platformctl.smoke.agenda import agenda
from tests.lab.address import free_port
from tests.unit.smoke.findings import module

SHORT_S: Final = 0.5
"""For what must not come; whatever must come has the time of a busy machine."""


def probed(probe: dict[str, Any], base: Path = Path(), timeout: float = 60) -> str:
    """Run a probe as YAML has it, and return how it ended: reason, message, and tries where it took several."""
    planned = agenda(module({"timeout": timeout, "tries": 2, **probe}))[0]
    tally = Prober({}, base, pause_s=0).run(planned)
    tried = f" [{len(tally.findings)}]" if len(tally.findings) > 1 else ""
    return f"{tally.finding.reason}: {tally.finding.message}{tried}"


def http(port: int, scheme: str = "http", host: str = "127.0.0.1", **check: Any) -> dict[str, Any]:  # noqa: ANN401  as YAML has them
    """Return a probe over HTTP."""
    return {"http": {"url": f"{scheme}://{host}:{port}/health", **check}}


def tcp(port: int, address: str = "127.0.0.1", **check: Any) -> dict[str, Any]:  # noqa: ANN401  as YAML has them
    """Return a probe over TCP."""
    return {"tcp": {"address": address, "port": port, **check}}


def closed_port() -> int:
    """Return a port on which nobody listens."""
    return free_port("127.0.0.1")


@contextmanager
def full_port() -> Iterator[int]:
    """Give a port whose queue is full: the kernel drops whoever connects, as a firewall does."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, socket.socket() as first:
        port: int = listener.getsockname()[1]
        first.connect(("127.0.0.1", port))
        yield port

"""A real ssh-agent that holds keys."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .process import Process


@contextmanager
def ssh_agent(folder: Path, *keys: Path) -> Iterator[Path]:
    """Run an agent with keys, each with the certificate beside it, and give its socket."""
    socket = folder / "agent"
    running = Process(["/usr/bin/ssh-agent", "-D", "-a", str(socket)], folder / "agent.log")
    try:
        running.wait_until(socket.exists)
        environment = {**os.environ, "SSH_AUTH_SOCK": str(socket)}
        for key in keys:
            subprocess.run(["/usr/bin/ssh-add", "-q", str(key)], env=environment, check=True)
        yield socket
    finally:
        running.stop()

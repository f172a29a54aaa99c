"""Webhook receivers in processes of their own, and deliveries as a forge sends them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import urllib.error
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias
from uuid import uuid4

from tests.e2e.server import ROOT
from tests.lab.address import ask, free_port
from tests.unit.forge.sending import headers, payload

from .branches import Merged
from .engines import VICTIM
from .server import PATIENCE_S, end, spawn
from .world import SECRET, World

Kind: TypeAlias = Literal["push", "pull-request"]
GONE: Final = 0
"""What stands for an answer that never came."""


@dataclass(slots=True)
class Receiver:
    """A running receiver."""

    address: str
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """Kill it."""
        end(self.process, signal.SIGKILL)

    @property
    def lives(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None


@contextmanager
def receiver(world: World, port: int, environment: Mapping[str, str] | None = None) -> Iterator[Receiver]:
    """Start a receiver that speaks with the server by a port."""
    own = free_port("127.0.0.1")
    surroundings = {
        **world.server.environment(port),
        "PYTHONPATH": f"{VICTIM}:{ROOT}",
        "FAULT_ROOT": str(world.store),
        **(environment or {}),
    }
    command = [
        sys.executable, "-m", "platformctl", "webhook", "--repositories", str(world.repositories),
        "--store", str(world.store), "--listen", f"127.0.0.1:{own}",
    ]  # fmt: skip
    log = world.folder / "receiver.log"
    process = spawn(command, surroundings, log)
    try:
        running = Receiver(f"127.0.0.1:{own}", process)
        _wait(running, log)
        yield running
    finally:
        end(process, signal.SIGKILL)


def deliver(to: Receiver, merged: Merged, kind: Kind = "push", identity: str = "") -> int:
    """Deliver, and return the status of the answer, or GONE."""
    content = json.dumps(_document(merged, kind)).encode()
    event = "push" if kind == "push" else "pull_request"
    sent = {**headers("gitea", content, SECRET), "X-Gitea-Event": event, "X-Gitea-Delivery": identity or str(uuid4())}
    try:
        with ask(to.address, f"/merges/{merged.branch}", method="POST", body=content, headers=sent) as answer:
            return int(answer.status or GONE)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except (OSError, urllib.error.URLError):
        return GONE


def _document(merged: Merged, kind: Kind) -> dict[str, Any]:
    if kind == "push":
        document = payload("gitea-push")
        document.update(ref=f"refs/heads/{merged.branch}", after=merged.commit)
        return document
    document = payload("gitea-pull-request-merged")
    document["pull_request"]["merge_commit_sha"] = merged.commit
    document["pull_request"]["base"]["ref"] = merged.branch
    return document


def _wait(running: Receiver, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and running.lives:
        with suppress(OSError, urllib.error.URLError), ask(running.address, "/healthz"):
            return
        time.sleep(0.05)
    raise RuntimeError(f"the receiver does not answer: {log.read_text()[-2000:]}")

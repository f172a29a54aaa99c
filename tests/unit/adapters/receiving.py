"""A receiver as a person starts it: another process, on a port of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from platformctl.catalog.repository import Forge
from tests.unit.cli.run import PLATFORMCTL, environment
from tests.unit.forge.sending import SECRET, headers

FORGES: Final[tuple[Forge, ...]] = ("forgejo", "gitea", "github", "gitlab")
NOBODY: Final = "http://127.0.0.1:9/api"
"""No Prefect server is there: port 9 throws away what it gets, where it is open at all."""


@dataclass(frozen=True, slots=True)
class Running:
    """A receiver that follows one repository at each forge, named like the forge.

    Attributes:
        url: where it listens.
        folder: its files: repositories.yaml, the secret, the store and what it logs.
    """

    url: str
    folder: Path
    process: subprocess.Popen[str]

    def client(self) -> httpx.Client:
        """Return a client, which asks no proxy."""
        return httpx.Client(base_url=self.url, trust_env=False, timeout=60)

    def deliver(self, forge: Forge, content: bytes, **more: str) -> httpx.Response:
        """Send a delivery as the forge does."""
        with self.client() as client:
            return client.post(f"/merges/{forge}", content=content, headers={**headers(forge, content), **more})

    def receipts(self) -> list[dict[str, Any]]:
        """Return all receipts, oldest first."""
        place = self.folder / "store/reruns/receipts.jsonl"
        return [json.loads(line) for line in place.read_text().splitlines()] if place.exists() else []

    def log(self) -> str:
        """Return what it has logged."""
        return (self.folder / "log").read_text()

    def stop(self) -> int:
        """End it as systemd does, and return its exit status."""
        self.process.terminate()
        return self.process.wait(60)


def write_repositories(folder: Path) -> Path:
    """Write a repository of each forge with one secret, and one without; return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "secret").write_bytes(SECRET + b"\n")
    (folder / "secret").chmod(0o600)
    entry = {"name": "platform/catalog", "clone": "catalog.git"}
    named: dict[str, dict[str, str]] = {each: {**entry, "forge": each, "secret_file": "secret"} for each in FORGES}
    named["unguarded"] = {**entry, "forge": "gitea"}
    file = folder / "repositories.yaml"
    file.write_text(json.dumps({"schema": "platformctl/repositories/v1", "repositories": named}))
    return file


@contextmanager
def running_receiver(
    folder: Path, settings: Mapping[str, str], *options: str, listen: str = "127.0.0.1:0"
) -> Iterator[Running]:
    """Start a receiver; at the end stop it, and see that it ends as a service should."""
    file = write_repositories(folder)
    arguments = ("webhook", "--repositories", str(file), "--store", str(folder / "store"), "--listen", listen)
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, *PLATFORMCTL[1:], *arguments, *options],
            env=environment(**settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            yield Running(_address(folder / "log", process), folder, process)
        finally:
            process.terminate()


def _address(log: Path, process: subprocess.Popen[str]) -> str:
    """Wait until it says where it listens."""
    while process.poll() is None:
        for line in log.read_text().splitlines(keepends=True):
            if line.startswith("listening on ") and line.endswith("\n"):
                return line.removeprefix("listening on ").strip()
    raise RuntimeError(f"the receiver ended with {process.returncode}: {log.read_text()}")

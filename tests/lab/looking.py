"""Looks at the lab's hosts that are meant to fail, and commands run as a user runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from platformctl.adapters.docker_api import DockerTransport
from platformctl.adapters.limits import Limits
from platformctl.adapters.ssh import SshTransport
from platformctl.catalog.inventory import DockerHost, SshHost
from platformctl.errors import Failure
from platformctl.observation.snapshot import Snapshot

ROOT = Path(__file__).parents[2]
QUICK = Limits(connect_s=0.5, login_s=20, answer_s=20)


def ssh(entry: SshHost, limits: Limits = QUICK) -> Failure | None:
    """Look over SSH and return why it failed; nothing may be told of a host that could not be looked at."""
    return failure_of(SshTransport("rs2000", entry, limits).look())


def api(entry: DockerHost, limits: Limits = QUICK) -> Failure | None:
    """Look through the API and return why it failed."""
    return failure_of(DockerTransport("rs2000", entry, limits).look())


def failure_of(snapshot: Snapshot) -> Failure | None:
    """Return the failure of a look that shows nothing else."""
    assert (snapshot.engine, snapshot.containers, snapshot.images) == (None, (), ())
    assert snapshot.failure
    assert snapshot.failure.message.isprintable()
    return snapshot.failure


def write_inventory(folder: Path, entry: SshHost | DockerHost) -> Path:
    """Write hosts.yaml for one host and return its path."""
    host = entry.model_dump(mode="json", exclude_none=True)
    document = {"schema": "platformctl/inventory/v1", "hosts": {"rs2000": host}}
    (folder / "hosts.yaml").write_text(yaml.safe_dump(document))
    return folder / "hosts.yaml"


def observed(inventory: Path, out: Path, prefix: list[str] | None = None, **variables: str) -> dict[str, Any]:
    """Run `platformctl observe` as a user does and return the head of the snapshot that it wrote."""
    command = [sys.executable, "-m", "platformctl", "observe", "--inventory", str(inventory), "--host", "rs2000"]
    environment = {**os.environ, **variables}
    subprocess.run(
        [*(prefix or []), *command, "--out", str(out)],
        cwd=ROOT, env=environment, check=False, capture_output=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    head: dict[str, Any] = json.loads((out / "rs2000" / "host.json").read_text())
    return head


def keygen(*arguments: str) -> str:
    """Run ssh-keygen and return what it printed."""
    done = subprocess.run(["/usr/bin/ssh-keygen", *arguments], check=True, capture_output=True, text=True)
    return done.stdout


def fingerprint(public: Path) -> str:
    """Return a key's fingerprint as ssh-keygen shows it."""
    return keygen("-l", "-f", str(public)).split()[1]

"""A login that is tied to the host agent, and what a client can try with it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import paramiko

from platformctl.observe.authorized_key import AGENT_PATH, Restrictions, authorized_key

from .agent_attack import agent
from .process import ENVIRONMENT
from .sshd import SshHost, SshHosts

FILES: Final = {AGENT_PATH: agent()}
"""What is installed on a host."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a command on a host came to."""

    status: int
    output: bytes
    complaint: bytes


def tie(host: SshHost, *permit: str, agent_path: str = AGENT_PATH) -> None:
    """Let the lab's key log in with the line that `platformctl host-agent authorized-key` prints for it."""
    public = host.identity_file.with_suffix(".pub")
    line = authorized_key(public.name, public.read_bytes(), Restrictions(agent_path, permit))
    (host.folder / "authorized_keys").write_text(line)


@contextmanager
def login(host: SshHost) -> Iterator[paramiko.Transport]:
    """Log in as the tied key may."""
    with paramiko.Transport((host.address, host.port)) as connection:
        connection.start_client(timeout=30)
        key = paramiko.Ed25519Key.from_private_key_file(str(host.identity_file))
        connection.auth_publickey(host.user, key)
        yield connection


def say(connection: paramiko.Transport, request: bytes) -> Said:
    """Send a command and return what came of it."""
    with connection.open_session() as channel:
        channel.exec_command(request)
        return heard(channel)


def heard(channel: paramiko.Channel) -> Said:
    """Return everything that a channel's other end says."""
    output = b"".join(iter(lambda: channel.recv(65536), b""))
    complaint = b"".join(iter(lambda: channel.recv_stderr(65536), b""))
    return Said(channel.recv_exit_status(), output, complaint)


def client(hosts: SshHosts, host: SshHost, program: str, *arguments: str) -> list[str]:
    """Return the command of an OpenSSH client that trusts the host and uses the tied key."""
    known = f"UserKnownHostsFile={hosts.known_hosts}"
    options = (known, f"Port={host.port}", "BatchMode=yes", "ExitOnForwardFailure=yes")
    said = [word for option in options for word in ("-o", option)]
    return [f"/usr/bin/{program}", "-F", "none", "-i", str(host.identity_file), *said, *arguments]


def run_client(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run an OpenSSH client to its end."""
    return subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )

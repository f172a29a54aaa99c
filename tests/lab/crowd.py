"""Many cheap hosts: each is an address and a port, a few behind each sshd, all in front of one engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from platformctl.catalog.inventory import SshHost

from . import agent
from .engine import Engine
from .entry import ssh_entry
from .sshd import ssh_hosts

# OpenSSH listens on sixteen addresses at most, the server's own among them.
EACH = 15
LISTEN = "".join(f"ListenAddress 127.0.1.{number}:{{port}}\n" for number in range(1, EACH + 1))


@contextmanager
def crowd(workspace: Path, engine: Engine, servers: int, **ask: object) -> Iterator[Mapping[str, SshHost]]:
    """Start sshds, and yield the entries of their hosts by name; ``ask`` are keys of every entry.

    Asked by the agent, the key of all hosts may ask the agent only.
    """
    names = [f"crowd{number}" for number in range(1, servers + 1)]
    with ssh_hosts(workspace, dict.fromkeys(names, engine), files=agent.FILES, config=LISTEN) as hosts:
        known_hosts = workspace / "crowd_known_hosts"
        entries: dict[str, SshHost] = {}
        lines = []
        for server in hosts:
            if ask.get("ask") == "agent":
                agent.authorize(server)
            for number in range(1, EACH + 1):
                address = f"127.0.1.{number}"
                changed = {**ask, "address": address, "known_hosts": str(known_hosts)}
                entries[f"{server.name}-{number}"] = ssh_entry(hosts, server, **changed)
                lines.append(f"[{address}]:{server.port} {server.public_key}\n")
        known_hosts.write_text("".join(lines))
        yield entries

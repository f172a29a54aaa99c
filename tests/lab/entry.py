"""What an inventory says about the lab's hosts, and where a process holds on to something."""

from __future__ import annotations

import gc
import threading
from pathlib import Path

import paramiko

from platformctl.catalog.inventory import DockerHost, SshHost, Tls

from .certificates import Pair
from .engine import Docker
from .sshd import SshHost as LabHost
from .sshd import SshHosts


def ssh_entry(hosts: SshHosts, host: LabHost, **changed: object) -> SshHost:
    """Return the entry of a host of the lab, with some keys changed."""
    entry = {
        "transport": "ssh",
        "address": host.address,
        "port": host.port,
        "user": host.user,
        "known_hosts": str(hosts.known_hosts),
        "identity_file": str(hosts.identity_file),
    }
    return SshHost.model_validate(entry | changed)


def unix_entry(engine: Docker) -> DockerHost:
    """Return the entry of an engine on its unix socket."""
    return DockerHost(transport="docker", url=engine.url)


def tls_entry(engine: Docker, client: Pair | None = None, authority: Path | None = None) -> DockerHost:
    """Return the entry of an engine on its TLS port, with the right files unless others are given."""
    assert engine.certificates
    assert engine.tcp
    pair = client or engine.certificates.client
    tls = Tls(
        ca=str(authority or engine.certificates.authority),
        cert=str(pair.certificate),
        key=str(pair.key),
    )
    return DockerHost(transport="docker", url=engine.tcp, tls=tls)


def known_as(address: str, port: int, key: paramiko.PKey) -> str:
    """Return the line of known_hosts that says a host has a key."""
    return f"[{address}]:{port} {key.get_name()} {key.get_base64()}\n"


def held() -> tuple[list[str], list[str]]:
    """Return what this process holds on to: threads, and open files and sockets."""
    gc.collect()
    threads = sorted(thread.name for thread in threading.enumerate())
    return threads, sorted(_target(link) for link in Path("/proc/self/fd").iterdir())


def _target(link: Path) -> str:
    """Name what a descriptor is open on; the one that lists the folder is gone by now."""
    try:
        return f"{link.name} {link.readlink()}"
    except FileNotFoundError:
        return ""

"""Catalogs for runs, made from what the lab recorded: a folder with hosts.yaml, modules/ and what the host answered."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import yaml

from tests.lab.sshd import SshHosts

from .run import PATIENCE_S
from .server import ROOT

RECORDINGS: Final = ROOT / "tests/recordings/docker-20.10-classic"
IN_SYNC: Final = "np-meerkat-frontend"


def recorded(folder: Path, state: str) -> Path:
    """Copy the catalog of a recorded state."""
    return Path(shutil.copytree(RECORDINGS / state, folder / state))


def empty_catalog(folder: Path) -> Path:
    """Make a catalog that declares nothing."""
    catalog = folder / "catalog"
    catalog.mkdir(parents=True)
    (catalog / "hosts.yaml").write_text("schema: platformctl/inventory/v1\nhosts: {}\n")
    return catalog


def add_host(catalog: Path, name: str, **entry: str | int) -> None:
    """Put a host into the inventory."""
    _edit_yaml(catalog / "hosts.yaml", lambda inventory: inventory["hosts"].update({name: entry}))


def reached_by(hosts: SshHosts, name: str) -> dict[str, str | int]:
    """Return the entry of the inventory that reaches a host of the lab."""
    host = hosts[name]
    return {
        "transport": "ssh",
        "address": host.address,
        "port": host.port,
        "user": host.user,
        "known_hosts": str(hosts.known_hosts),
        "identity_file": str(host.identity_file),
    }


def add_module(catalog: Path, document: Mapping[str, Any], lock: Mapping[str, Any] | None = None) -> None:
    """Declare a module, with the lock of its image if there is one."""
    folder = catalog / "modules" / str(document["name"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "module.yaml").write_text(yaml.safe_dump(dict(document)))
    if lock:
        (folder / "image.lock.json").write_text(json.dumps(lock))


@contextmanager
def waiting(catalog: Path, module: str = "np-edge") -> Iterator[tuple[Path, socket.socket]]:
    """Add a host that takes a connection and then keeps silent, with a module; also return where it listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE_S)
        add_host(catalog, "silent", transport="ssh", address="127.0.0.1", port=listener.getsockname()[1], user="nobody")
        declaration = {"schema": "platformctl/module/v1", "name": module, "host": "silent", "container": module}
        add_module(catalog, {**declaration, "image": "nginx:1"})
        yield catalog, listener


def forget_locks(catalog: Path) -> None:
    """Leave the catalog without locks, so that what needs one cannot be proven."""
    for lock in catalog.glob("modules/*/image.lock.json"):
        lock.unlink()


def edit_containers(catalog: Path, edit: Callable[[list[dict[str, Any]]], None]) -> None:
    """Change what the recorded host says of its containers."""
    place = catalog / "containers.json"
    containers = json.loads(place.read_text())
    edit(containers)
    place.write_text(json.dumps(containers))


def _edit_yaml(place: Path, edit: Callable[[Any], None]) -> None:
    document = yaml.safe_load(place.read_text())
    edit(document)
    place.write_text(yaml.safe_dump(document, sort_keys=False))

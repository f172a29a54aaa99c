"""Plans of the lab's services, and what of them does not pass by itself."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from platformctl.catalog.inventory import SshHost
from platformctl.cli import main

from .service import Service


def planned(entry: SshHost, services: Iterable[Service], folder: Path) -> dict[str, Any]:
    """Plan services on a host, with a catalog in this folder, and return the plan."""
    host = entry.model_dump(mode="json", exclude_none=True)
    write(folder / "hosts.yaml", {"schema": "platformctl/inventory/v1", "hosts": {"rs2000": host}})
    for service in services:
        write(folder / "modules" / service.name / "module.yaml", service.module("rs2000"))
    out = folder / "plan.json"
    command = ["plan", "--catalog", str(folder), "--store", str(folder / "store"), "--offline", "--confirm-after", "0"]
    main([*command, "--format", "json", "--out", str(out)])
    plan: dict[str, Any] = json.loads(out.read_text())
    return plan


def write(path: Path, document: object) -> None:
    """Write a document as YAML."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(document))


def timeless(plan: dict[str, Any]) -> dict[str, Any]:
    """Leave out when and how long."""
    hosts = [without(host, "durationMs", "takenAt") for host in plan["hosts"]]
    return without(plan, "createdAt") | {"hosts": hosts}


def without(document: dict[str, Any], *keys: str) -> dict[str, Any]:
    """Leave out some keys."""
    return {key: value for key, value in document.items() if key not in keys}

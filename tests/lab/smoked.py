"""Smokes of the lab's services by the command line: what it ended with, and what it kept."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformctl.catalog.inventory import SshHost
from platformctl.cli import main

from .planned import write
from .service import Service


@dataclass(frozen=True, slots=True)
class Smoked:
    """What a smoke of one module came to."""

    code: int
    document: dict[str, Any]

    @property
    def probes(self) -> list[str]:
        """Each probe: its outcome, reason, message, and tries where there were several."""
        return [_told(probe) for probe in self.document["probes"]]


def declare(folder: Path, host: SshHost, service: Service, *probes: dict[str, Any]) -> None:
    """Write a catalog with one host and one module."""
    entry = host.model_dump(mode="json", exclude_none=True)
    write(folder / "hosts.yaml", {"schema": "platformctl/inventory/v1", "hosts": {"rs2000": entry}})
    module = {**service.module("rs2000"), "smoke": {"probes": list(probes)}}
    write(folder / "modules" / service.name / "module.yaml", module)


def smoked(folder: Path) -> Smoked:
    """Run the smoke of the one module of a catalog."""
    out = folder / "smoke.json"
    options = ["--catalog", str(folder), "--store", str(folder / "store"), "--offline"]
    code = main(["smoke", *options, "--format", "json", "--out", str(out)])
    (document,) = json.loads(out.read_text())
    return Smoked(code, document)


def _told(probe: dict[str, Any]) -> str:
    tried = f" [{probe['tries']}]" if probe["tries"] > 1 else ""
    return f"{probe['outcome']}, {probe['reason']}: {probe['message']}{tried}"

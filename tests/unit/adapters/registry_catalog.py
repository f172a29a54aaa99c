"""A catalog of one host, a recorded one, whose images are in a registry that really answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import yaml

from platformctl.cli import main

from .registry_server import Image, digest_of

HOST: Final = {
    "schema": "platformctl/snapshot/v1",
    "host": "h1",
    "takenAt": "2026-01-02T03:04:05Z",
    "engine": {"name": "docker", "version": "20.10.24", "apiVersion": "1.41", "imageStore": "classic"},
}


def declare(folder: Path, registries: dict[str, Any] | None = None, /, **images: str) -> Path:
    """Write a catalog with a module for each image."""
    inventory: dict[str, Any] = {
        "schema": "platformctl/inventory/v1",
        "hosts": {"h1": {"transport": "snapshot", "path": "h1"}},
    }
    _write(folder / "hosts.yaml", inventory | ({"registries": registries} if registries else {}))
    for name, reference in images.items():
        module = {"schema": "platformctl/module/v1", "name": name, "host": "h1", "container": name, "image": reference}
        _write(folder / "modules" / name / "module.yaml", module)
    return folder


def running(folder: Path, /, **images: Image) -> None:
    """Record a host on which containers run the linux/amd64 image of each: what it was pulled by is not known."""
    containers = [
        {"Id": f"{number:064x}", "Name": f"/{name}", "Image": config_of(one), "State": {"Status": "running"}}
        for number, (name, one) in enumerate(images.items(), 1)
    ]
    (folder / "h1").mkdir(exist_ok=True)
    (folder / "h1" / "host.json").write_text(json.dumps(HOST))
    (folder / "h1" / "containers.json").write_text(json.dumps(containers))
    (folder / "h1" / "images.json").write_text("[]")


def config_of(one: Image, architecture: str = "amd64") -> str:
    """Return the digest of the config for an architecture, which is the image's ID on a classic store."""
    bodies = [body for path, body in one.bodies.items() if path.startswith("blobs/")]
    [body] = [body for body in bodies if json.loads(body)["architecture"] == architecture]
    return digest_of(body)


def planned(folder: Path, *options: str) -> dict[str, Any]:
    """Run `platformctl plan` and return the plan, whose verdict is the exit code."""
    out = folder / "plan.json"
    arguments = ["--catalog", str(folder), "--store", str(folder / "store"), "--confirm-after", "0", *options]
    code = main(["plan", *arguments, "--format", "json", "--out", str(out)])
    plan: dict[str, Any] = json.loads(out.read_text())
    assert plan["exitCode"] == code
    return plan


def verdicts(plan: dict[str, Any]) -> dict[str, str]:
    """Return the reason of every module's verdict."""
    return {module["name"]: module["reason"] for module in plan["modules"]}


def said(plan: dict[str, Any], call: str) -> list[tuple[str, str]]:
    """Return what a question gave as evidence, as field and value."""
    found = [entry for module in plan["modules"] for entry in module["evidence"]]
    return [(entry["field"], entry["value"]) for entry in found if entry["call"] == call]


def _write(path: Path, document: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(document))

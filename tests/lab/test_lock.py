"""Nights with and without a registry: locks give the verdicts that it would give, and nothing gives a wrong one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from platformctl.cli import main

from .engine import Docker, docker
from .fleet import hostile, meerkat, nameless, single, stopped, umami
from .registry import Registry
from .registry import registry as start_registry
from .service import Service

pytestmark = pytest.mark.lab

STATES = (meerkat, umami, nameless, stopped, hostile, single)


@dataclass(frozen=True, slots=True)
class Night:
    """A catalog, the engine that it is about, and the registry that the images came from."""

    folder: Path
    engine: Docker
    registry: Registry
    services: tuple[Service, ...]

    def plan(self, store: str, *options: str) -> dict[str, Any]:
        """Run `platformctl plan` into a store."""
        out = self.folder / "plan.json"
        arguments = ["--catalog", str(self.folder), "--store", str(self.folder / store), "--confirm-after", "0"]
        code = main(["plan", *arguments, *options, "--format", "json", "--out", str(out)])
        plan: dict[str, Any] = json.loads(out.read_text())
        assert plan["exitCode"] == code
        return plan

    def lock(self, *options: str) -> int:
        """Run `platformctl lock` with a store of its own."""
        return main(["lock", "--catalog", str(self.folder), "--store", str(self.folder / "locking"), *options])

    def truth(self, *, known: bool) -> dict[str, str]:
        """Return the verdicts that are right, with the closures known or not."""
        return {one.name: one.verdict if known else one.verdict_without_closure for one in self.services}


@pytest.fixture(scope="module")
def running(lab: Path) -> Iterator[tuple[Docker, Registry, tuple[Service, ...]]]:
    """An engine with containers in several states, and the registry that they came from."""
    with docker(lab, "rs2000") as engine, start_registry(lab) as registry:
        made = tuple(service for state in STATES if (service := state(engine, registry)))
        yield engine, registry, made


@pytest.fixture
def night(running: tuple[Docker, Registry, tuple[Service, ...]], tmp_path: Path) -> Iterator[Night]:
    """A catalog without locks; at the end the registry is there again."""
    engine, registry, services = running
    hosts = {"rs2000": {"transport": "docker", "url": engine.url}}
    write(tmp_path / "hosts.yaml", {"schema": "platformctl/inventory/v1", "hosts": hosts})
    for service in services:
        write(tmp_path / "modules" / service.name / "module.yaml", service.module("rs2000"))
    yield Night(tmp_path, engine, registry, services)
    if not registry.process.alive:
        registry.start()


def write(path: Path, document: object) -> None:
    """Write a document as YAML."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(document))


def verdicts(plan: dict[str, Any]) -> dict[str, str]:
    """Return the verdict on each module."""
    return {module["name"]: module["status"] for module in plan["modules"]}


def reasons(plan: dict[str, Any]) -> dict[str, str]:
    """Return the reason of each verdict."""
    return {module["name"]: module["reason"] for module in plan["modules"]}


def said(plan: dict[str, Any], call: str, field: str) -> set[str]:
    """Return what a question gave as evidence."""
    found = [entry for module in plan["modules"] for entry in module["evidence"]]
    return {entry["value"] for entry in found if (entry["call"], entry["field"]) == (call, field)}


def test_three_nights(night: Night, capsys: pytest.CaptureFixture[str]) -> None:
    """The registry, a store that it filled, and locks give the same verdicts; nothing at all gives no wrong one."""
    with_registry = night.plan("first")
    assert verdicts(with_registry) == night.truth(known=True)
    assert (night.lock("--check"), night.lock(), night.lock("--check")) == (1, 0, 0)
    locks = {path: path.read_bytes() for path in night.folder.glob("modules/*/image.lock.json")}
    assert len(locks) == len(night.services)
    for path in locks:
        path.unlink()

    night.registry.stop()
    from_store = night.plan("first")
    assert from_store["planId"] == with_registry["planId"]
    neither = night.plan("empty")
    assert verdicts(neither) == night.truth(known=False)
    assert said(neither, "registry", "error") == {f"http://{night.registry.address}: connection refused"}
    offline = night.plan("offline", "--offline")
    assert reasons(offline) == reasons(neither)
    assert {one.partition(": ")[2] for one in said(offline, "registry", "error")} == {
        "neither a lock nor the store has it, and this is offline"
    }

    for path, content in locks.items():
        path.write_bytes(content)
    with_locks = night.plan("locked")
    assert reasons(with_locks) == reasons(with_registry)
    assert all(source.endswith("image.lock.json") for source in said(with_locks, "closure", "source"))
    assert not (night.folder / "locked" / "bodies").exists()
    capsys.readouterr()
    assert night.lock("--check") == 0
    assert tuple(capsys.readouterr()) == ("", "locked: every pin has a lock that fits (exit code 0)\n")


def test_locks_are_those_of_the_oracle(night: Night) -> None:
    """What is written is what another reader of the registry finds, and the same when it is written again."""
    assert night.lock() == 0
    for service in night.services:
        place = night.folder / "modules" / service.name / "image.lock.json"
        before = place.read_bytes()
        assert json.loads(before) == json.loads(json.dumps(service.lock()))
        assert night.lock("--module", service.name) == 0
        assert place.read_bytes() == before


def test_a_lock_survives_the_registry(night: Night, capsys: pytest.CaptureFixture[str]) -> None:
    """Where a lock cannot be written anew the old one stays, and the exit code says that something failed."""
    assert night.lock() == 0
    locks = {path: path.read_bytes() for path in night.folder.glob("modules/*/image.lock.json")}
    night.registry.stop()
    capsys.readouterr()
    code = main(["lock", "--catalog", str(night.folder), "--store", str(night.folder / "new")])
    out, error = capsys.readouterr()
    assert (code, out) == (1, "")
    assert sorted(error.splitlines()) == sorted(
        f"modules/{one.name}/image.lock.json: not written: http://{night.registry.address}: connection refused"
        for one in night.services
    )
    assert {path: path.read_bytes() for path in locks} == locks


@pytest.mark.parametrize("without", ["nothing", "registry", "both"])
def test_a_kept_plan_is_made_again(night: Night, without: str, capsys: pytest.CaptureFixture[str]) -> None:
    """From its own snapshot, with no host and no registry, in every form, whatever had been learned."""
    tagged = night.services[0]
    write(
        night.folder / "modules" / tagged.name / "module.yaml",
        tagged.module("rs2000") | {"image": f"{tagged.image.partition('@')[0]}:latest"},
    )
    if without != "nothing":
        night.registry.stop()
    first = {form: printed(night, "kept", form, capsys) for form in ("json", "text", "markdown")}
    [snapshot] = (night.folder / "kept" / "plans").glob("*/*/snapshot")
    hosts = yaml.safe_load((night.folder / "hosts.yaml").read_text())
    hosts["hosts"]["rs2000"]["url"] = "unix:///nowhere/docker.sock"
    write(night.folder / "hosts.yaml", hosts)
    if night.registry.process.alive:
        night.registry.stop()
    if without == "both":
        night.registry.start()
    assert {form: printed(night, "again", form, capsys, "--snapshot", str(snapshot)) for form in first} == first
    assert not (night.folder / "again" / "bodies").exists()
    [plan] = (night.folder / "kept" / "plans").glob("*/*/plan.json")
    expected = "exact" if without == "nothing" else "tag-only"
    assert reasons(json.loads(plan.read_text()))[tagged.name] == expected


def printed(night: Night, store: str, form: str, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """Return what `platformctl plan` prints, times aside."""
    capsys.readouterr()
    arguments = ["--catalog", str(night.folder), "--store", str(night.folder / store), "--confirm-after", "0"]
    main(["plan", *arguments, "--format", form, *options])
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", "NOW", capsys.readouterr().out)
    return re.sub(r'"durationMs": \d+', '"durationMs": 0', text)


def test_a_tag_that_moved(night: Night) -> None:
    """A plan by tag is red when the tag means another image, names the digest, and is open when nobody tells."""
    service = next(one for one in night.services if one.name == "np-umami")
    image = f"{service.image.partition('@')[0]}:latest"
    write(night.folder / "modules" / service.name / "module.yaml", service.module("rs2000") | {"image": image})
    plan = night.plan("tag", "--module", service.name)
    assert reasons(plan) == {service.name: "image-differs"}
    assert said(plan, "registry", "tag") == {f"{image}@{service.image.partition('@')[2]}"}
    assert reasons(night.plan("tag", "--module", service.name, "--offline")) == {service.name: "tag-only"}
    night.registry.stop()
    gone = night.plan("tag", "--module", service.name)
    assert reasons(gone) == {service.name: "tag-only"}
    assert said(gone, "registry", "error") == {f"http://{night.registry.address}: connection refused"}

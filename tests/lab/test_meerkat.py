"""The story that this tool is for: an image shown by its config digest, pinned by its index, on a real engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import yaml

from platformctl.cli import main

from .engine import Docker, docker
from .entry import ssh_entry
from .fleet import meerkat, single, umami
from .registry import Registry
from .registry import registry as start_registry
from .service import Service
from .sshd import SshHosts, ssh_hosts

pytestmark = pytest.mark.lab

Planned: TypeAlias = "tuple[int, dict[str, Any]]"

LOCAL_FIRST = "/usr/local/bin:/usr/bin:/bin"
NO_IMAGES = """\
#!/bin/sh
[ "$1 $2" = "image inspect" ] && { echo "Error response from daemon: boom" >&2; exit 1; }
exec /usr/bin/docker "$@"
"""
# The second look of a plan begins like the first: with the version.
UPDATED_BETWEEN_LOOKS = """\
#!/bin/sh
if [ "$1" = version ]; then
  [ -e /tmp/looked ] && {{
    /usr/bin/docker rm --force {name}
    /usr/bin/docker run --detach --network=none --name={name} {image}
  }} >/dev/null 2>&1
  touch /tmp/looked
fi
exec /usr/bin/docker "$@"
"""


@dataclass(frozen=True, slots=True)
class Story:
    """An engine with the services under test, and the registry that they came from."""

    engine: Docker
    registry: Registry


@pytest.fixture
def story(lab: Path) -> Iterator[Story]:
    """An engine and a registry of this test alone."""
    with docker(lab, "rs2000") as engine, start_registry(lab) as registry:
        yield Story(engine, registry)


@contextmanager
def reached(lab: Path, *engines: Docker, wrapper: str = "") -> Iterator[SshHosts]:
    """Put SSH hosts in front of engines; a wrapper stands in for their docker command."""
    names = ("rs2000", "rs1000")[: len(engines)]
    files = {"/usr/local/bin/docker": wrapper} if wrapper else {}
    path = LOCAL_FIRST if wrapper else "/usr/bin:/bin"
    with ssh_hosts(lab, dict(zip(names, engines, strict=True)), files=files, path=path) as hosts:
        yield hosts


def declare(folder: Path, hosts: SshHosts, declared: Mapping[str, Iterable[Service]], *, locked: bool) -> None:
    """Write a catalog: hosts.yaml, a module for each service, its lock beside it."""
    entries = {host.name: ssh_entry(hosts, host).model_dump(mode="json", exclude_none=True) for host in hosts}
    write(folder / "hosts.yaml", {"schema": "platformctl/inventory/v1", "hosts": entries})
    for host, services in declared.items():
        for service in services:
            module = folder / "modules" / service.name
            write(module / "module.yaml", service.module(host))
            if locked:
                (module / "image.lock.json").write_text(json.dumps(service.lock()))


def write(path: Path, document: object) -> None:
    """Write a document as YAML."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(document))


def planned(folder: Path, *options: str) -> Planned:
    """Run `platformctl plan` and return its exit code and the plan."""
    out = folder / "plan.json"
    arguments = ["--catalog", str(folder), "--store", str(folder / "store"), "--confirm-after", "0", *options]
    code = main(["plan", *arguments, "--format", "json", "--out", str(out)])
    plan: dict[str, Any] = json.loads(out.read_text())
    assert plan["exitCode"] == code
    return code, plan


def verdicts(plan: dict[str, Any]) -> dict[str, tuple[str, str, list[str]]]:
    """Return status, reason and changed paths of every module."""
    return {
        module["name"]: (module["status"], module["reason"], [change["path"] for change in module["changes"]])
        for module in plan["modules"]
    }


def evidence(plan: dict[str, Any], call: str) -> list[str]:
    """Return what a call contributed to the first module's verdict."""
    return [each["value"] for each in plan["modules"][0]["evidence"] if each["call"] == call]


def test_another_name_for_the_pinned_image_is_in_sync(lab: Path, story: Story, tmp_path: Path) -> None:
    """The container shows the config digest, the pin is the index: RepoDigests proves that they are one image."""
    service = meerkat(story.engine, story.registry)
    shown = story.engine.run("inspect", "--format={{.Image}}", service.name)
    assert shown != service.image.partition("@")[2]
    story.registry.stop()
    with reached(lab, story.engine) as hosts:
        declare(tmp_path, hosts, {"rs2000": [service]}, locked=False)
        code, plan = planned(tmp_path)
    assert (code, plan["status"], plan["complete"]) == (0, "in-sync", True)
    assert verdicts(plan) == {service.name: ("in-sync", "exact", [])}
    assert shown in evidence(plan, "container inspect")
    assert service.image in evidence(plan, "image inspect")
    assert len(plan["hosts"][0]["commands"]) == 5


WITHOUT_IMAGES: Mapping[str, tuple[Callable[[Docker, Registry], Service], bool, int, tuple[str, str, list[str]]]] = {
    "nothing-proves-it": (meerkat, False, 3, ("inconclusive", "closure-unknown", [])),
    "the-lock-proves-it": (meerkat, True, 0, ("in-sync", "same-config", [])),
    "its-own-reference-proves-it": (single, False, 0, ("in-sync", "exact", [])),
    "the-lock-proves-another": (umami, True, 1, ("drift", "image-differs", ["container.image"])),
    "nothing-proves-another": (umami, False, 3, ("inconclusive", "closure-unknown", [])),
}


@pytest.mark.parametrize("name", WITHOUT_IMAGES)
def test_when_the_second_observation_fails_the_plan_goes_on(lab: Path, story: Story, tmp_path: Path, name: str) -> None:
    """With the container's own digests alone, what they prove stands; what they do not is inconclusive, never drift."""
    state, locked, exit_code, verdict = WITHOUT_IMAGES[name]
    service = state(story.engine, story.registry)
    with reached(lab, story.engine, wrapper=NO_IMAGES) as hosts:
        declare(tmp_path, hosts, {"rs2000": [service]}, locked=locked)
        story.registry.stop()
        code, plan = planned(tmp_path)
    assert (code, verdicts(plan)) == (exit_code, {service.name: verdict})
    host = plan["hosts"][0]
    assert (plan["complete"], host["reached"], host["error"]) == (False, True, None)
    boom = {"reason": "command-failed", "message": "image inspect: Error response from daemon: boom"}
    assert host["imagesError"] == boom
    assert evidence(plan, "image inspect") == [f"{boom['reason']}: {boom['message']}"]
    assert story.engine.run("inspect", "--format={{.Image}}", service.name) in evidence(plan, "container inspect")


def test_another_image_is_drift_in_both_looks(lab: Path, story: Story, tmp_path: Path) -> None:
    """The lock proves that what runs is no part of the pin; nothing else differs, and the second look confirms it."""
    service = umami(story.engine, story.registry)
    with reached(lab, story.engine) as hosts:
        declare(tmp_path, hosts, {"rs2000": [service]}, locked=True)
        code, plan = planned(tmp_path)
    assert (code, plan["status"], plan["complete"]) == (1, "drift", True)
    assert verdicts(plan) == {service.name: ("drift", "image-differs", ["container.image"])}
    running = story.engine.run("inspect", "--format={{index .RepoDigests 0}}", image_of(story.engine, service))
    [change] = plan["modules"][0]["changes"]
    assert (change["desired"], change["observed"], change["reason"]) == (service.image, running, "image-differs")
    [host] = plan["hosts"]
    assert (host["attempts"], host["commands"][:5]) == (2, host["commands"][5:])


def test_a_single_look_is_enough_when_it_is_asked_for(lab: Path, story: Story, tmp_path: Path) -> None:
    """With --no-confirm the host is looked at once."""
    service = umami(story.engine, story.registry)
    with reached(lab, story.engine) as hosts:
        declare(tmp_path, hosts, {"rs2000": [service]}, locked=True)
        code, plan = planned(tmp_path, "--no-confirm")
    assert (code, plan["hosts"][0]["attempts"], len(plan["hosts"][0]["commands"])) == (1, 1, 5)


def test_a_container_that_is_being_updated_is_no_drift(lab: Path, story: Story, tmp_path: Path) -> None:
    """Recreated between the two looks with the right image: nothing is proven but that it changes."""
    service = umami(story.engine, story.registry)
    story.engine.run("pull", "--quiet", service.image)
    wrapper = UPDATED_BETWEEN_LOOKS.format(name=service.name, image=service.image)
    with reached(lab, story.engine, wrapper=wrapper) as hosts:
        declare(tmp_path, hosts, {"rs2000": [service]}, locked=True)
        code, plan = planned(tmp_path)
        assert (code, verdicts(plan)) == (3, {service.name: ("inconclusive", "changing", [])})
        code, plan = planned(tmp_path)
    assert (code, verdicts(plan)) == (0, {service.name: ("in-sync", "exact", [])})


@pytest.mark.parametrize(("state", "exit_code"), [(meerkat, 3), (umami, 1)], ids=["in-sync", "drift"])
def test_a_host_that_cannot_be_reached_takes_no_other_with_it(
    lab: Path,
    story: Story,
    tmp_path: Path,
    state: Callable[[Docker, Registry], Service],
    exit_code: int,
) -> None:
    """One host is gone: its modules are inconclusive for one reason, and the verdict about the other host stands."""
    service = state(story.engine, story.registry)
    with ExitStack() as stack:
        other = stack.enter_context(docker(lab, "rs1000"))
        legacy = single(other, story.registry)
        lost = (legacy, elsewhere(legacy))
        hosts = stack.enter_context(reached(lab, story.engine, other))
        declare(tmp_path, hosts, {"rs2000": [service], "rs1000": lost}, locked=True)
        gone = hosts["rs1000"]
        gone.stop()
        code, plan = planned(tmp_path)
    refused: tuple[str, str, list[str]] = ("inconclusive", "connection-refused", [])
    verdict = {3: ("in-sync", "exact", []), 1: ("drift", "image-differs", ["container.image"])}[exit_code]
    assert (code, plan["complete"]) == (exit_code, False)
    assert verdicts(plan) == {service.name: verdict, **{each.name: refused for each in lost}}
    [error] = [host["error"] for host in plan["hosts"] if not host["reached"]]
    place = f"{gone.address}:{gone.port}"
    assert error == {"reason": "connection-refused", "message": f"{place}: connection refused"}
    assert [host["attempts"] for host in plan["hosts"] if not host["reached"]] == [3]


def image_of(engine: Docker, service: Service) -> str:
    """Return the image that a service's container runs."""
    return engine.run("inspect", "--format={{.Image}}", service.name)


def elsewhere(service: Service) -> Service:
    """Declare another service with the same image, on a host where nobody can tell whether it is there."""
    return replace(service, name="np-wiki", because="Nobody can tell.")

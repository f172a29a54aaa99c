"""Over SSH, over the API on a socket and with TLS, or from a recording: the same host is seen the same."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread

import pytest
import yaml

from platformctl.adapters.docker_api import DockerTransport
from platformctl.adapters.snapshot_folder import SnapshotTransport
from platformctl.adapters.ssh import SshTransport
from platformctl.catalog.inventory import DockerHost
from platformctl.cli import main
from platformctl.observation.host import Attempt, HostObservation, Reached
from platformctl.observation.snapshot import Snapshot, observation

from . import tied
from .engine import Docker, docker, newer_cli
from .entry import ssh_entry, tls_entry, unix_entry
from .fleet import hostile, meerkat, nameless, stopped, umami, unmanaged
from .registry import Registry
from .sshd import SshHosts
from .sshd import ssh_hosts as start_ssh_hosts
from .states import created_by_id, other_platform, recordless
from .tcp_server import Server, tcp_server

pytestmark = pytest.mark.lab

STATES = (meerkat, umami, nameless, stopped, hostile, unmanaged, created_by_id, other_platform, recordless)


@dataclass(frozen=True, slots=True)
class World:
    """An engine with containers in many states, reached in every way."""

    engine: Docker
    ssh: SshHosts
    newer: SshHosts | None


@pytest.fixture(scope="module")
def world(lab: Path, registry: Registry) -> Iterator[World]:
    """The engine, SSH hosts in front of it, one with a host agent, and one whose docker command is newer than it."""
    with ExitStack() as stack:
        engine = stack.enter_context(docker(lab, "rs2000", tls=True))
        for state in STATES:
            state(engine, registry)
        ssh = stack.enter_context(start_ssh_hosts(lab, {"rs2000": engine, "agent": engine}, files=tied.FILES))
        tied.tie(ssh["agent"])
        newer = None
        if newer_cli():
            path = "/usr/local/bin:/usr/bin:/bin"
            newer = stack.enter_context(start_ssh_hosts(lab, {"rs2000": engine}, path=path))
        yield World(engine, ssh, newer)


def over_ssh(hosts: SshHosts, name: str = "rs2000", **changed: object) -> Snapshot:
    """Look over SSH, with some keys of the host's entry changed."""
    return SshTransport("rs2000", ssh_entry(hosts, hosts[name], **changed)).look()


ASKED_AT_A_SOCKET = {"ask": "socket", "socket": "/run/docker.sock"}


def over_api(entry: DockerHost) -> Snapshot:
    """Look through the engine's API."""
    return DockerTransport("rs2000", entry).look()


def seen(snapshot: Snapshot) -> HostObservation:
    """Return what was seen, without when and how."""
    return replace(observation(snapshot), taken_at="", attempt=Attempt(0, 0, ()))


def test_every_way_sees_the_same(world: World) -> None:
    """SSH by every client, the unix socket and TLS make equal observations, down to every candidate."""
    looks = {
        "ssh": over_ssh(world.ssh),
        "ssh, agent": over_ssh(world.ssh, "agent", ask="agent"),
        "ssh, socket": over_ssh(world.ssh, **ASKED_AT_A_SOCKET),
        "unix": over_api(unix_entry(world.engine)),
        "tls": over_api(tls_entry(world.engine)),
        **({"ssh, newer client": over_ssh(world.newer)} if world.newer else {}),
    }
    first = seen(looks["ssh"])
    assert isinstance(first, Reached)
    assert {name: seen(snapshot) == first for name, snapshot in looks.items()} == dict.fromkeys(looks, True)
    assert [container.name for container in first.containers] == sorted(
        world.engine.run("ps", "--all", "--format={{.Names}}").split(),
        key=lambda name: world.engine.run("inspect", "--format={{.Id}}", name),
    )
    assert (first.undescribed, first.images_failure) == ((), None)


def test_a_running_image_that_was_removed_by_force_is_found_by_its_id(world: World) -> None:
    """On a classic store the record of a running image outlives its last name; that of a stopped one does not."""
    host = seen(over_ssh(world.ssh))
    assert isinstance(host, Reached)
    ids = {image.id for image in host.images}
    containers = {container.name: container.image_id for container in host.containers}
    assert {name: containers[name] in ids for name in ("np-plausible", "np-once")} == {
        "np-plausible": True,
        "np-once": False,
    }


@pytest.mark.parametrize("way", ["ssh", "unix", "tls"])
def test_a_snapshot_that_observe_wrote_reads_back_the_same(
    world: World, tmp_path: Path, way: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`platformctl observe` writes what a snapshot host then shows, attempt included."""
    entries = {
        "ssh": ssh_entry(world.ssh, world.ssh["rs2000"]),
        "unix": unix_entry(world.engine),
        "tls": tls_entry(world.engine),
    }
    entry = entries[way].model_dump(mode="json", exclude_none=True)
    inventory = {"schema": "platformctl/inventory/v1", "hosts": {"rs2000": entry}}
    (tmp_path / "hosts.yaml").write_text(yaml.safe_dump(inventory))
    out = tmp_path / "out"
    code = main(["observe", "--inventory", str(tmp_path / "hosts.yaml"), "--host", "rs2000", "--out", str(out)])
    taped = SnapshotTransport("rs2000", out / "rs2000").look()
    said = f"rs2000: 9 containers, in {out / 'rs2000'}\n1 of 1 host recorded (exit code 0)\n"
    assert (code, capsys.readouterr().err) == (0, said)
    assert seen(taped) == seen(over_ssh(world.ssh))
    assert taped.attempt.tries == 1
    assert len(taped.attempt.commands) == {"ssh": 5}.get(way, 3 + len(taped.containers) + 9)


def test_the_commands_of_an_attempt_are_those_of_the_table(world: World) -> None:
    """Over SSH a host costs five commands, whatever it runs."""
    snapshot = over_ssh(world.ssh)
    ids = sorted(world.engine.run("ps", "--all", "--quiet", "--no-trunc").split())
    images = sorted({world.engine.run("inspect", "--format={{.Image}}", one) for one in ids})
    assert snapshot.attempt.commands == (
        ("docker", "version", "--format", "{{json .}}"),
        ("docker", "info", "--format", "{{json .}}"),
        ("docker", "container", "ls", "--all", "--no-trunc", "--format", "{{.ID}} {{.Names}}"),
        ("docker", "container", "inspect", "--", *ids),
        ("docker", "image", "inspect", "--", *images),
    )


def test_the_host_agent_gets_two_commands(world: World) -> None:
    """The list tells the images, so that one command describes the containers and their images together."""
    snapshot = over_ssh(world.ssh, "agent", ask="agent")
    ids = sorted(world.engine.run("ps", "--all", "--quiet", "--no-trunc").split())
    images = sorted({world.engine.run("inspect", "--format={{.Image}}", one) for one in ids})
    assert snapshot.attempt.commands == (
        ("platformctl-agent", "version", "info", "containers"),
        ("platformctl-agent", *(f"container:{one}" for one in ids), *(f"image:{one}" for one in images)),
    )


def test_a_socket_on_the_host_gets_get_requests_of_the_table(world: World) -> None:
    """Each path is asked once, the images beside the containers."""
    snapshot = over_ssh(world.ssh, **ASKED_AT_A_SOCKET)
    ids = sorted(world.engine.run("ps", "--all", "--quiet", "--no-trunc").split())
    images = sorted({world.engine.run("inspect", "--format={{.Image}}", one) for one in ids})
    paths = ["/version", "/info", "/containers/json?all=1"]
    paths += [f"/containers/{one}/json" for one in ids] + [f"/images/{one}/json" for one in images]
    assert snapshot.attempt.commands == tuple(("GET", path) for path in paths)


def test_the_api_gets_the_requests_that_are_recorded_and_no_other(world: World) -> None:
    """Seen from between client and engine: GET requests only, those of the attempt, in the engine's own version."""
    sent: list[bytes] = []

    def relay(client: socket.socket, _: Server) -> None:
        with socket.socket(socket.AF_UNIX) as engine:
            engine.connect(str(world.engine.socket))
            Thread(target=pump, args=(engine, client), daemon=True).start()
            while part := client.recv(65536):
                sent.append(part)
                engine.sendall(part)
            engine.shutdown(socket.SHUT_RDWR)

    with tcp_server(relay) as server:
        snapshot = over_api(DockerHost(transport="docker", url=f"tcp://127.0.0.1:{server.port}"))
    requests = re.findall(r"^([A-Z]+) (\S+) HTTP/1.1\r$", b"".join(sent).decode(), re.MULTILINE)
    assert [(method, place.partition("?")[0]) for method, place in requests[:1]] == [("GET", "/version")]
    assert {place.split("/")[1] for _, place in requests[1:]} == {"v1.41"}
    assert [(method, unversioned(place)) for method, place in requests] == [
        (method, place.partition("?")[0]) for method, place in snapshot.attempt.commands
    ]
    listing = next(place for _, place in requests if "/containers/json" in place)
    assert "all=1" in listing.partition("?")[2].split("&")


def pump(source: socket.socket, target: socket.socket) -> None:
    """Carry what one side says to the other."""
    with suppress(OSError):
        while part := source.recv(65536):
            target.sendall(part)


def unversioned(place: str) -> str:
    """Return the path of a request without the API's version and without a query."""
    return re.sub(r"^/v[0-9.]+", "", place.partition("?")[0]).replace("%3A", ":")


def test_a_container_that_is_gone_is_not_there(lab: Path, registry: Registry) -> None:
    """An engine without containers is reached, and shows none."""
    with docker(lab, "empty") as engine, start_ssh_hosts(lab, {"rs2000": engine}) as hosts:
        meerkat(engine, registry)
        engine.run("rm", "--force", "np-meerkat-frontend")
        for snapshot in (over_ssh(hosts), over_api(unix_entry(engine))):
            host = observation(snapshot)
            assert isinstance(host, Reached)
            assert (host.containers, host.undescribed, host.images) == ((), (), ())
            assert len(snapshot.attempt.commands) == 3

"""The lab is what it says it is: real, in the states it names, and gone afterwards."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import paramiko
import pytest
import requests
from docker import APIClient
from docker.tls import TLSConfig

from .certificates import Pair
from .closure import lock
from .engine import DEBIAN_CLI, Docker, docker, newer_cli
from .errors import LabError
from .fixtures import Fleet
from .fleet import SECRET, meerkat, umami
from .image import attestation, image, index, multi_platform
from .record import snapshot
from .registry import Registry
from .registry import registry as start_registry
from .sshd import SshHost, SshHosts
from .sshd import ssh_hosts as start_ssh_hosts
from .workspace import leftovers, sweep, workspace

pytestmark = pytest.mark.lab


def test_engine_is_a_classic_store_of_20_10(engine: Docker) -> None:
    """The engine tells its version, keeps images classically and knows no path of this machine."""
    assert engine.version["Version"].startswith("20.10.")
    assert engine.run("info", "--format={{.Driver}} {{.DockerRootDir}} {{.Name}}") == "overlay2 /var/lib/docker rs2000"


def test_newer_client_shows_the_older_api(engine: Docker) -> None:
    """A client ahead of the engine negotiates the engine's API version."""
    client = newer_cli()
    if client is None:
        pytest.skip(f"no Docker client but {DEBIAN_CLI}")
    shown = engine.cli("version", "--format={{.Client.APIVersion}}", client=client)
    assert (shown.returncode, shown.stdout.strip()) == (0, engine.version["ApiVersion"])


def test_tls_engine_wants_a_client_it_knows(tls_engine: Docker) -> None:
    """Over TLS the engine answers a client with the authority's certificate, and refuses a stranger."""
    assert tls_engine.certificates
    with tls_client(tls_engine, tls_engine.certificates.client) as client:
        assert client.version()["Version"].startswith("20.10.")
    with (
        tls_client(tls_engine, tls_engine.certificates.stranger) as client,
        pytest.raises(requests.RequestException),
    ):
        client.version()


def test_meerkat_shows_the_config_and_lists_the_index(lab: Path, registry: Registry) -> None:
    """The container was created by tag and shows the config digest; RepoDigests alone has what is pinned."""
    with docker(lab) as engine:
        service = meerkat(engine, registry)
        container = json.loads(engine.run("inspect", service.name))[0]
        record = json.loads(engine.run("image", "inspect", container["Image"]))[0]
        config = next(each for each in service.lock()["configs"] if each["platform"] == "linux/amd64")
        assert container["Config"]["Image"] == f"{registry.address}/fbuchner/meerkat-crm-frontend:latest"
        assert container["State"]["Running"]
        assert container["Image"] == config["digest"] != service.lock()["digest"]
        assert record["RepoDigests"] == [service.image]
        assert record["RootFS"]["Layers"] == config["diffIds"]


def test_drifted_runs_what_the_pin_does_not_hold(lab: Path, registry: Registry) -> None:
    """The drifted container's config is in no manifest of the pinned index."""
    with docker(lab) as engine:
        service = umami(engine, registry)
        running = engine.run("inspect", "--format={{.Image}}", service.name)
        assert running not in {config["digest"] for config in service.lock()["configs"]}


def test_snapshot_holds_names_of_variables_only(lab: Path, registry: Registry) -> None:
    """What is recorded has the variable's name, and nowhere its value."""
    with docker(lab) as engine:
        meerkat(engine, registry)
        shown = json.dumps(snapshot(engine, "2026-01-01T00:00:00Z"))
        assert SECRET in engine.run("inspect", "np-meerkat-frontend")
    assert "SESSION_SECRET=" in shown
    assert SECRET not in shown


def test_same_input_gives_the_same_digests() -> None:
    """An image depends on what it is made of; compression changes its manifest and not its config."""
    one, same, other = image({"a": "1"}), image({"a": "1"}), image({"a": "1"}, compression=1)
    assert one == same
    assert (one.config, one.digest == other.digest) == (other.config, False)


def test_lock_walks_nested_indexes_and_leaves_attestations_out(registry: Registry) -> None:
    """A lock lists the root first, every index and platform manifest once, and no attestation."""
    inner = multi_platform({"a": "nested"})
    outer = index(inner, attestation(inner.children[0]))  # type: ignore[arg-type]
    found = lock(registry.push("lab/nested", outer).pinned)
    rest = sorted([inner.digest, *(child.digest for child in inner.children)])
    assert [manifest["digest"] for manifest in found["manifests"]] == [outer.digest, *rest]
    assert [config["platform"] for config in found["configs"]].count("linux/arm64") == 1


def test_registry_keeps_its_content_while_it_is_down(lab: Path) -> None:
    """A stopped registry answers nobody; started again it has what it had."""
    with start_registry(lab) as registry:
        pushed = registry.push("lab/kept", image({"a": "1"}), "1")
        registry.stop()
        with pytest.raises(OSError, match="refused"):
            lock(pushed.pinned)
        registry.start()
        assert lock(pushed.pinned)["digest"] == pushed.digest
        registry.delete("lab/kept", pushed.digest)
        with pytest.raises(LabError, match="404"):
            registry.manifest("lab/kept", "1")


def test_ssh_host_answers_a_strict_client(ssh_hosts: SshHosts) -> None:
    """With the host's key known, the observer's docker answers; every host has its own name and key."""
    for host in ssh_hosts:
        with connected(host, ssh_hosts.known_hosts, ssh_hosts.identity_file) as client:
            command = "hostname; id -un; docker version --format '{{.Client.Version}} {{.Server.Version}}'"
            shown = client.exec_command(command, timeout=20)[1].read().decode().split()
        assert shown[:2] == [host.name, "platform-observer"]
        assert [version[:6] for version in shown[2:]] == ["20.10."] * 2
    assert len({host.public_key for host in ssh_hosts}) == len(ssh_hosts.hosts)


def test_ssh_host_refuses_what_it_should(ssh_hosts: SshHosts) -> None:
    """A wrong host key stops the client, a stranger's key the server; a forced command replaces the asked."""
    host = ssh_hosts["rs1000"]
    with (
        pytest.raises(paramiko.BadHostKeyException),
        connected(host, ssh_hosts.wrong_known_hosts, ssh_hosts.identity_file),
    ):
        pass
    with (
        pytest.raises(paramiko.AuthenticationException),
        connected(host, ssh_hosts.known_hosts, ssh_hosts.stranger_file),
    ):
        pass
    host.authorize('command="echo forced: $SSH_ORIGINAL_COMMAND",restrict')
    try:
        with connected(host, ssh_hosts.known_hosts, ssh_hosts.identity_file) as client:
            assert client.exec_command("docker ps", timeout=20)[1].read() == b"forced: docker ps\n"
    finally:
        host.authorize()


def test_fleet_is_reached_by_ssh(fleet: Fleet) -> None:
    """Every host of the example fleet lists its own containers."""
    listed = {}
    for host in fleet.ssh:
        with connected(host, fleet.ssh.known_hosts, fleet.ssh.identity_file) as client:
            shown = client.exec_command("docker ps --all --format '{{.Names}}'", timeout=20)[1].read().decode()
            listed[host.name] = sorted(shown.split())
    assert listed == {
        "rs2000": ["agent", "np-backup", "np-guestbook", "np-meerkat-frontend", "np-plausible", "np-umami"],
        "rs1000": ["apps-worker-1", "apps-worker-2", "np-api", "np-legacy"],
    }


def test_nothing_is_left(lab: Path) -> None:
    """After an engine with a paused container, a registry and an SSH host: no process, mount, cgroup or folder."""
    assert lab.exists()
    with workspace() as folder:
        with docker(folder) as engine, start_registry(folder) as registry:
            with start_ssh_hosts(folder, {"gone": engine}):
                engine.run("pause", meerkat(engine, registry).name)
                assert len(processes(folder)) > 4
            assert leftovers(folder.name)
        assert processes(folder) == []
    assert str(folder) not in Path("/proc/self/mountinfo").read_text()
    assert leftovers(folder.name) == ()


def test_nothing_is_left_by_a_run_that_was_killed(lab: Path) -> None:
    """The kernel ends every process of a killed run at once, and the next run removes its files."""
    assert lab.exists()
    script = (
        "from tests.lab.workspace import workspace\n"
        "from tests.lab.engine import docker\n"
        "with workspace() as folder, docker(folder):\n"
        "    print(folder, flush=True)\n"
        "    input()\n"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout
        folder = Path(run.stdout.readline().strip())
        assert len(processes(folder)) > 1
        run.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while processes(folder):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert folder.exists()
    sweep()
    assert leftovers(folder.name) == ()


@contextmanager
def tls_client(engine: Docker, pair: Pair) -> Iterator[APIClient]:
    """Connect to an engine over TLS, trusting the lab's authority and no other."""
    assert engine.certificates
    tls = TLSConfig(
        client_cert=(str(pair.certificate), str(pair.key)),
        ca_cert=str(engine.certificates.authority),
        verify=True,
    )
    client = APIClient(base_url=str(engine.tcp), tls=tls, version="1.41")
    # A REQUESTS_CA_BUNDLE of the environment would outweigh the authority given here.
    client.trust_env = False
    with closing(client):
        yield client


@contextmanager
def connected(host: SshHost, known_hosts: Path, identity: Path) -> Iterator[paramiko.SSHClient]:
    """Connect as strictly as a client can: the host's key must be known, no other key is tried."""
    client = paramiko.SSHClient()
    client.load_host_keys(str(known_hosts))
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    try:
        client.connect(
            host.address,
            host.port,
            host.user,
            key_filename=str(identity),
            allow_agent=False,
            look_for_keys=False,
            timeout=10,
        )
        yield client
    finally:
        client.close()


def processes(folder: Path) -> list[int]:
    """Return the processes that live in one of the folder's mounts, or were started with a path below it."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                seen = (entry / "mountinfo").read_bytes() + (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if folder.name.encode() in seen:
                found.append(int(entry.name))
    return found

"""A tied key forwards nothing; where a probe is permitted, exactly the way to it and nothing back."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from .engine import Docker
from .process import Process
from .sshd import UID, SshHost, SshHosts
from .sshd import ssh_hosts as start_ssh_hosts
from .tied import FILES, client, login, run_client, tie
from .workspace import subfolder

pytestmark = pytest.mark.lab

PAGE = (Path(__file__).parents[2] / "docs/read-only.md").read_text()


def closed_config() -> str:
    """Return what the page tells to write for an account that probes through the host."""
    match = re.search(r"^Match User .*\n(?: +.*\n)+", PAGE, re.MULTILINE)
    assert match
    return match[0].replace("AllowTcpForwarding no", "AllowTcpForwarding local")


@pytest.fixture(scope="module")
def hosts(lab: Path, engine: Docker) -> Iterator[SshHosts]:
    """A host as sshd is by default."""
    with start_ssh_hosts(lab, {"rs2000": engine}, files=FILES) as running:
        yield running


@pytest.fixture(scope="module")
def closed(lab: Path, engine: Docker) -> Iterator[SshHosts]:
    """A host whose sshd_config is as the documents say."""
    with start_ssh_hosts(lab, {"rs2000": engine}, files=FILES, options=closed_config()) as running:
        yield running


@pytest.fixture
def service() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def other() -> Iterator[int]:
    """Another port on which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def reached(host: SshHost, *places: tuple[str, int]) -> list[bool]:
    """Tell to which places the tied key gets a connection."""
    with login(host) as connection:
        return [opened(connection, place) for place in places]


def opened(connection: paramiko.Transport, place: tuple[str, int]) -> bool:
    """Try to be forwarded."""
    try:
        connection.open_channel("direct-tcpip", place, ("127.0.0.1", 1)).close()
    except paramiko.ChannelException:
        return False
    return True


def listens(host: SshHost, *places: tuple[str, int]) -> list[bool]:
    """Tell on which places of the host the tied key may listen."""
    with login(host) as connection:
        return [listening(connection, place) for place in places]


def listening(connection: paramiko.Transport, place: tuple[str, int]) -> bool:
    """Try to have the host listen."""
    try:
        connection.request_port_forward(*place)
    except paramiko.SSHException:
        return False
    return True


BACK = (("", 0), ("127.0.0.1", 0), ("localhost", 0), ("0.0.0.0", 0), ("::1", 0), ("none.invalid", 1), ("127.0.0.1", 1))  # noqa: S104


def test_without_a_permit_nothing_is_forwarded(hosts: SshHosts, service: int) -> None:
    """Neither to a port of the host nor back from it."""
    host = hosts["rs2000"]
    tie(host)
    assert reached(host, ("127.0.0.1", service), ("localhost", service)) == [False, False]
    assert listens(host, *BACK) == [False] * len(BACK)


def test_a_free_key_forwards(hosts: SshHosts, service: int) -> None:
    """What the other tests rely on: without the line this sshd forwards there and back."""
    host = hosts["rs2000"]
    host.authorize()
    assert reached(host, ("127.0.0.1", service)) == [True]
    assert listens(host, ("127.0.0.1", 0)) == [True]


@pytest.mark.parametrize("config", ["hosts", "closed"])
def test_a_permit_is_for_one_address_and_one_port(
    config: str, service: int, other: int, request: pytest.FixtureRequest
) -> None:
    """Another port, another name of the same address, and the host's own sshd stay out of reach; so does all back."""
    host = request.getfixturevalue(config)["rs2000"]
    tie(host, f"127.0.0.1:{service}")
    places = [("127.0.0.1", service), ("127.0.0.1", other), ("localhost", service), (host.address, host.port)]
    assert reached(host, *places) == [True, False, False, False]
    assert listens(host, *BACK) == [False] * len(BACK)


@pytest.mark.parametrize("config", ["hosts", "closed"])
def test_the_engines_socket_is_never_forwarded(
    config: str, service: int, lab: Path, request: pytest.FixtureRequest
) -> None:
    """A key that may reach a port does not reach a unix socket, least of all the one that is root."""
    ssh = request.getfixturevalue(config)
    host = ssh["rs2000"]
    tie(host, f"127.0.0.1:{service}")
    assert answer_of_the_engine(ssh, host, subfolder(lab, "forward")) == b""
    host.authorize()
    free = answer_of_the_engine(ssh, host, subfolder(lab, "forward"))
    # What the test relies on: a free key gets the engine's answer where sshd_config leaves it open.
    assert free.startswith(b"HTTP/1.0 200 OK") == (config == "hosts")


def answer_of_the_engine(ssh: SshHosts, host: SshHost, folder: Path) -> bytes:
    """Forward a socket to the engine's, and ask it."""
    local, place = folder / "engine.sock", f"{host.user}@{host.address}"
    forwarder = Process(client(ssh, host, "ssh", "-N", "-L", f"{local}:/run/docker.sock", place), folder / "log")
    try:
        forwarder.wait_until(local.exists)
        with socket.socket(socket.AF_UNIX) as asking:
            asking.connect(str(local))
            return asked(asking)
    finally:
        forwarder.stop()


def asked(asking: socket.socket) -> bytes:
    """Ask for the version, and return all that comes."""
    try:
        asking.sendall(b"GET /version HTTP/1.0\r\n\r\n")
        return b"".join(iter(lambda: asking.recv(65536), b""))
    except OSError:
        return b""


def test_only_sshd_config_keeps_a_key_with_a_permit_from_making_sockets(
    hosts: SshHosts, closed: SshHosts, service: int, lab: Path
) -> None:
    """No option of authorized_keys is about unix sockets back from a host: the documents' lines for sshd_config are."""
    folder = subfolder(lab, "sockets")
    folder.chmod(0o777)
    made = folder / "made.sock"
    for ssh in (hosts, closed):
        tie(ssh["rs2000"], f"127.0.0.1:{service}")
    back = ["ssh", "-N", "-R", f"{made}:127.0.0.1:{service}"]
    place = f"{hosts['rs2000'].user}@{hosts['rs2000'].address}"
    listener = Process(client(hosts, hosts["rs2000"], *back, place), folder / "log")
    try:
        listener.wait_until(made.exists)
        assert made.stat().st_uid == UID
    finally:
        listener.stop()
    made.unlink()
    done = run_client(client(closed, closed["rs2000"], *back, place), folder)
    assert (done.returncode, made.exists()) == (255, False)
    assert "remote port forwarding failed" in done.stderr

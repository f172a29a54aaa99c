"""What goes wrong on the way to a host and to its engine: every cause has a reason and a message of its own."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import pytest

from platformctl.adapters.docker_api import DockerTransport
from platformctl.adapters.limits import Limits
from platformctl.adapters.ssh import SshTransport
from platformctl.catalog.inventory import DockerHost, SshHost
from platformctl.errors import Failure
from platformctl.reason import Reason

from .address import free_port
from .engine import Docker, docker
from .entry import held, ssh_entry, tls_entry, unix_entry
from .fleet import meerkat
from .looking import QUICK, api, observed, ssh, write_inventory
from .registry import Registry
from .sshd import SshHosts
from .sshd import ssh_hosts as start_ssh_hosts

pytestmark = pytest.mark.lab

Entries: TypeAlias = Callable[..., SshHost]


@pytest.fixture
def entry(ssh_hosts: SshHosts) -> Entries:
    """Return the entry of one host, with some keys changed."""
    return lambda **changed: ssh_entry(ssh_hosts, ssh_hosts["rs2000"], **changed)


DOWN = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"


def test_a_stopped_engine_is_down(lab: Path) -> None:
    """With the daemon gone, and with its socket gone too, the host answers and the engine does not."""
    with docker(lab, "down") as engine, start_ssh_hosts(lab, {"rs2000": engine}) as hosts:
        host, here = ssh_entry(hosts, hosts["rs2000"]), unix_entry(engine)
        engine.process.stop()
        over_ssh = Failure(Reason.ENGINE_DOWN, f"version: {DOWN}")
        over_socket = Failure(Reason.ENGINE_DOWN, f"{engine.url}: no engine listens there")
        assert (ssh(host), api(here)) == (over_ssh, over_socket)
        engine.socket.unlink()
        absent = Failure(Reason.ENGINE_DOWN, f"{engine.url}: there is no such socket on this machine")
        assert (ssh(host), api(here)) == (over_ssh, absent)


def test_an_account_that_may_not_ask_the_engine_is_told_so(lab: Path, tmp_path: Path) -> None:
    """A socket that is not ours to open is no engine that is down, over SSH and on this machine."""
    with docker(lab, "closed") as engine, start_ssh_hosts(lab, {"rs2000": engine}) as hosts:
        engine.socket.chmod(0o600)
        os.chown(engine.socket, 1, 1)
        failure = ssh(ssh_entry(hosts, hosts["rs2000"]))
        assert failure
        assert failure.reason is Reason.PERMISSION_DENIED
        assert "permission denied while trying to connect to the Docker daemon socket" in failure.message
        inventory = write_inventory(tmp_path, unix_entry(engine))
        # Root may open anything, unless these two rights are taken from it.
        without_rights = ["/usr/bin/setpriv", "--bounding-set=-dac_override,-dac_read_search"]
        head = observed(inventory, tmp_path / "out", prefix=without_rights)
        assert head["failure"] == {"reason": "permission-denied", "message": f"{engine.url}: permission denied"}


def test_a_host_without_docker_is_told_from_one_whose_engine_is_down(lab: Path, engine: Docker) -> None:
    """The shell's word that there is no such command is a reason of its own."""
    with start_ssh_hosts(lab, {"rs2000": engine}, path="/nonexistent") as hosts:
        failure = ssh(ssh_entry(hosts, hosts["rs2000"]))
    assert failure
    assert failure.reason is Reason.ENGINE_ABSENT
    assert failure.message.startswith("version: ")
    assert failure.message.endswith("docker: not found")


def test_a_forced_command_that_refuses_is_a_refusal(ssh_hosts: SshHosts) -> None:
    """Exit status 126 is what a host agent answers to what it does not allow."""
    host = ssh_hosts["rs1000"]
    host.authorize('command="echo not for this key >&2; exit 126",restrict')
    try:
        assert ssh(ssh_entry(ssh_hosts, host)) == Failure(Reason.COMMAND_REFUSED, "version: not for this key")
    finally:
        host.authorize()


def test_nothing_listens(entry: Entries) -> None:
    """A closed port is refused, on both ways."""
    port = free_port("127.0.0.1")
    refused = Failure(Reason.CONNECTION_REFUSED, f"127.0.0.1:{port}: connection refused")
    assert ssh(entry(address="127.0.0.1", port=port)) == refused
    url = f"tcp://127.0.0.1:{port}"
    assert api(DockerHost(transport="docker", url=url)) == Failure(
        Reason.CONNECTION_REFUSED, f"{url}: connection refused"
    )


@pytest.mark.parametrize("name", ["no-such-host.invalid", "a..b", f"{'x' * 64}.invalid"])
def test_a_name_that_does_not_resolve(entry: Entries, name: str) -> None:
    """A name that nobody knows, and one that cannot be a name, are the same to whoever looks."""
    failure = ssh(entry(address=name))
    assert failure
    assert failure.reason is Reason.NAME_UNRESOLVED


def test_an_address_without_a_route(entry: Entries) -> None:
    """Where no packet can be sent to, the host is unreachable."""
    failure = ssh(entry(address="255.255.255.255"))
    assert failure
    assert failure.reason is Reason.UNREACHABLE
    assert failure.message.endswith(": Network is unreachable")


@contextmanager
def full_backlog() -> Iterator[int]:
    """Listen, accept nobody and have the queue full: new connections get no answer at all."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.settimeout(0)
            one.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
        for one in waiting:
            one.close()


def test_an_address_that_never_answers(entry: Entries) -> None:
    """A connection that is not answered ends in time, on both ways."""
    quick = Limits(connect_s=0.5, login_s=0.5, answer_s=0.5)
    with full_backlog() as port:
        assert ssh(entry(address="127.0.0.1", port=port), quick) == Failure(
            Reason.TIMED_OUT, f"127.0.0.1:{port}: no answer in time"
        )
        url = f"tcp://127.0.0.1:{port}"
        assert api(DockerHost(transport="docker", url=url), quick) == Failure(
            Reason.TIMED_OUT, f"{url}: no whole answer in time"
        )


def test_nothing_is_left_of_looks_that_fail_and_looks_that_do_not(
    ssh_hosts: SshHosts, entry: Entries, tls_engine: Docker, registry: Registry, tmp_path: Path
) -> None:
    """After many looks this process has the threads, files and sockets that it had before."""
    assert tls_engine.certificates
    stranger = tls_entry(tls_engine, client=tls_engine.certificates.stranger)
    (tmp_path / "empty").write_text("")
    meerkat(tls_engine, registry)
    absent = DockerHost(transport="docker", url=f"unix://{tmp_path}/absent.sock")
    faulty: tuple[Callable[[], Failure | None], ...] = (
        lambda: ssh(entry(known_hosts=str(tmp_path / "empty"))),
        lambda: ssh(entry(known_hosts=str(ssh_hosts.wrong_known_hosts))),
        lambda: ssh(entry(identity_file=str(ssh_hosts.stranger_file))),
        lambda: ssh(entry(address="127.0.0.1", port=free_port("127.0.0.1"))),
        lambda: api(absent),
        lambda: api(stranger),
    )
    before = held()
    for _ in range(5):
        assert all(look() for look in faulty)
        assert SshTransport("rs2000", entry(), QUICK).look().failure is None
        assert DockerTransport("tls", tls_entry(tls_engine)).look().failure is None
    assert held() == before

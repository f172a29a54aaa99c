"""Ctrl-C, or SIGTERM: the command ends at once, says one line, and leaves nothing on the hosts that can be helped."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from platformctl.adapters.limits import Limits
from platformctl.adapters.ssh import SshTransport
from platformctl.catalog.inventory import SshHost
from platformctl.errors import Failure
from platformctl.reason import Reason

from . import tied
from .engine import Docker, docker
from .entry import ssh_entry
from .looking import ROOT, write_inventory
from .sshd import SshHost as LabHost
from .sshd import SshHosts, ssh_hosts
from .tcp_server import Server, sends, tcp_server

STOPPED = (130, "", "stopped; nothing was concluded\n")


@contextmanager
def observing(entry: SshHost, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run `platformctl observe` of one host, as a user does, until the test is over."""
    inventory = write_inventory(folder, entry)
    command = [sys.executable, "-m", "platformctl", "observe", "--inventory", str(inventory), "--host", "rs2000"]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([*command, "--out", str(folder / "out")], cwd=ROOT, text=True, **pipes) as process:  # type: ignore[call-overload]
        try:
            yield process
        finally:
            process.kill()


def interrupted(process: subprocess.Popen[str], by: signal.Signals = signal.SIGINT) -> tuple[int, str, str]:
    """Press Ctrl-C, or stop it otherwise, and return exit code and output."""
    process.send_signal(by)
    return ended(process)


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Return exit code and output of a command that was told to end, well before a time limit of its own ends it."""
    output, complaint = process.communicate(timeout=40)
    return process.returncode, output, complaint


@contextmanager
def stuck(engine: Docker) -> Iterator[None]:
    """Stop an engine in the middle of what it does: it listens, and answers nobody."""
    (daemon,) = engine.process.children()
    os.kill(daemon, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(daemon, signal.SIGCONT)


def running(host: LabHost, name: str) -> list[str]:
    """Return the processes of a host that are called so."""
    listed = host.process.run("/bin/ps", "-e", "-o", "comm=").stdout.split()
    return [one for one in listed if one == name]


def silent(server: Server, folder: Path) -> SshHost:
    """Describe a server that says nothing."""
    (folder / "known_hosts").write_text("")
    known = str(folder / "known_hosts")
    return SshHost(transport="ssh", address=server.address, port=server.port, known_hosts=known)


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_a_host_that_says_nothing_keeps_nobody(tmp_path: Path, by: signal.Signals) -> None:
    """A run that waits for a login ends when it is told to, long before its own time limit."""
    with tcp_server(sends()) as server, observing(silent(server, tmp_path), tmp_path) as process:
        server.wait_until_connected()
        assert interrupted(process, by) == STOPPED


def test_a_signal_that_comes_to_another_thread_is_heard(tmp_path: Path) -> None:
    """The system may choose any thread for a signal; the one that acts on it must not sleep through."""
    with tcp_server(sends()) as server, observing(silent(server, tmp_path), tmp_path) as process:
        server.wait_until_connected()
        another = max(int(thread.name) for thread in Path(f"/proc/{process.pid}/task").iterdir())
        assert another != process.pid
        assert ctypes.CDLL(None).tgkill(process.pid, another, signal.SIGINT) == 0
        assert ended(process) == STOPPED


@pytest.mark.lab
class TestStuckEngine:
    """Hosts whose engine hangs, so that what is asked there hangs too."""

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls, lab: Path) -> Iterator[Docker]:
        """An engine that nobody else waits for."""
        with docker(lab, "stuck") as engine:
            yield engine

    @pytest.fixture(scope="class")
    @classmethod
    def hosts(cls, lab: Path, engine: Docker) -> Iterator[SshHosts]:
        """A host that is asked by its docker command, and one by its host agent."""
        with ssh_hosts(lab, {"commands": engine, "agent": engine}, files=tied.FILES) as hosts:
            tied.tie(hosts["agent"])
            yield hosts

    def test_no_command_is_left_behind(self, engine: Docker, hosts: SshHosts, tmp_path: Path) -> None:
        """Three docker commands wait for the engine; Ctrl-C ends them on the host, not only here."""
        host = hosts["commands"]
        with stuck(engine), observing(ssh_entry(hosts, host), tmp_path) as process:
            host.process.wait_until(lambda: len(running(host, "docker")) == 3)
            assert interrupted(process) == STOPPED
            host.process.wait_until(lambda: not running(host, "docker"))

    def test_no_command_outlives_its_time(self, engine: Docker, hosts: SshHosts) -> None:
        """A look that takes too long ends what it began, before somebody begins it again."""
        host = hosts["commands"]
        with stuck(engine):
            snapshot = SshTransport("h", ssh_entry(hosts, host), Limits(answer_s=1)).look()
            assert snapshot.failure == Failure(Reason.TIMED_OUT, "version: no whole answer within 1 s")
            host.process.wait_until(lambda: not running(host, "docker"))

    def test_what_is_killed_leaves_its_commands(self, engine: Docker, hosts: SshHosts, tmp_path: Path) -> None:
        """Without a word from us sshd ends nothing: the commands wait until the engine answers."""
        host = hosts["commands"]
        with stuck(engine), observing(ssh_entry(hosts, host), tmp_path) as process:
            host.process.wait_until(lambda: len(running(host, "docker")) == 3)
            process.kill()
            process.communicate()
            host.process.wait_until(lambda: running(host, "sshd") == ["sshd"])
            assert len(running(host, "docker")) == 3
        host.process.wait_until(lambda: not running(host, "docker"))

    def test_a_forced_command_ends_by_itself(self, engine: Docker, hosts: SshHosts, tmp_path: Path) -> None:
        """OpenSSH passes no signal on to a forced command: the agent's own time limit, or the engine, ends it."""
        host = hosts["agent"]
        with stuck(engine), observing(ssh_entry(hosts, host, ask="agent"), tmp_path) as process:
            host.process.wait_until(lambda: len(running(host, "curl")) == 1)
            assert interrupted(process) == STOPPED
            assert running(host, "curl") == ["curl"]
        host.process.wait_until(lambda: not running(host, "curl"))

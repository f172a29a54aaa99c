"""A key that is tied to the host agent: it gives every answer that a free one gives, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import paramiko
import pytest

from platformctl.adapters.ssh import SshTransport
from platformctl.errors import Failure
from platformctl.observation.host import Attempt
from platformctl.observation.snapshot import Snapshot
from platformctl.reason import Reason

from .agent_attack import SEED, agent
from .agent_oracle import expected
from .agent_requests import requests
from .engine import Docker, docker
from .entry import ssh_entry
from .fleet import meerkat, nameless, stopped, umami, workers
from .planned import planned, timeless
from .registry import Registry
from .service import Service
from .sshd import SshHost, SshHosts
from .sshd import ssh_hosts as start_ssh_hosts
from .states import recordless
from .tied import FILES, Said, client, heard, login, run_client, say, tie

pytestmark = pytest.mark.lab

STATES: Final = (meerkat, umami, nameless, stopped, workers, recordless)
NOWHERE: Final = "/usr/local/bin/agent-of-nowhere"
CLOSED: Final = "/usr/local/bin/agent-of-a-closed-socket"
OTHERS: Final = {
    path: agent().replace("socket=/var/run/docker.sock", f"socket={socket}")
    for path, socket in ((NOWHERE, "/run/nowhere.sock"), (CLOSED, "/run/closed.sock"))
}
MANY: Final = 250
_REFUSED: Final = re.compile(rb"platformctl-agent: refused: [ -~]+\n")
_FRAME: Final = re.compile(rb"\n([0-9]{3})\n")


@dataclass(frozen=True, slots=True)
class World:
    """An engine behind two hosts: one whose key is tied to the agent, and one whose key is free."""

    engine: Docker
    services: Sequence[Service]
    ssh: SshHosts

    @property
    def tied(self) -> SshHost:
        """The host with the agent."""
        return self.ssh["rs2000"]

    @property
    def free(self) -> SshHost:
        """The host without."""
        return self.ssh["rs1000"]

    def look(self, host: SshHost) -> Snapshot:
        """Look as a plan does, without when and how long."""
        snapshot = SshTransport("rs2000", ssh_entry(self.ssh, host)).look()
        return replace(snapshot, taken_at="", attempt=Attempt(0, 0, snapshot.attempt.commands))


@pytest.fixture(scope="module")
def world(lab: Path, registry: Registry) -> Iterator[World]:
    """Containers in many states, and a host that would transfer files if it were asked with another key."""
    with ExitStack() as stack:
        engine = stack.enter_context(docker(lab, "rs2000"))
        services = [service for state in STATES if (service := state(engine, registry))]
        config = "Subsystem sftp internal-sftp\nMaxSessions 100\n"
        engines = {"rs2000": engine, "rs1000": engine}
        ssh = stack.enter_context(start_ssh_hosts(lab, engines, files=FILES | OTHERS, options=config))
        tie(ssh["rs2000"])
        yield World(engine, services, ssh)


@pytest.fixture
def connection(world: World) -> Iterator[paramiko.Transport]:
    """A login with the tied key."""
    with login(world.tied) as logged_in:
        yield logged_in


def test_a_look_is_the_same(world: World) -> None:
    """Every question of a look is answered through the agent as without it, down to the last field."""
    through = world.look(world.tied)
    assert through.failure is None
    assert len(through.containers) == len(world.engine.run("ps", "--all", "--quiet").split())
    assert len(through.attempt.commands) == 5
    assert through == world.look(world.free)


def test_a_plan_is_the_same(world: World, tmp_path: Path) -> None:
    """Verdicts, evidence and exit code do not depend on whether the key is tied."""
    through, free = (planned(ssh_entry(world.ssh, host), world.services, tmp_path) for host in (world.tied, world.free))
    assert {module["status"] for module in through["modules"]} == {"in-sync", "drift", "inconclusive"}
    assert timeless(through) == timeless(free)


def framed(said: Said) -> list[tuple[bytes, int]]:
    """Take an answer of the agent apart: each body with its status."""
    parts = _FRAME.split(said.output)
    assert parts[-1] == b""
    return [(body, int(status)) for body, status in zip(parts[:-1:2], parts[1::2], strict=True)]


def test_the_agents_words_are_answered_by_the_engine_itself(world: World, connection: paramiko.Transport) -> None:
    """In the order asked, each answer is the engine's own; what is not there is a 404 and costs no other answer."""
    [one, *_] = world.engine.run("ps", "--all", "--quiet", "--no-trunc").split()
    image = world.engine.run("inspect", "--format={{.Image}}", "np-meerkat-frontend")
    gone = "0" * 64
    words = ["containers", f"container:{gone}", f"image:{image}", f"image:{image.partition(':')[2]}", "version", "info"]
    said = say(connection, " ".join(["platformctl-agent", *words, f"container:{one}"]).encode())
    assert (said.status, said.complaint) == (0, b"")
    answers = framed(said)
    assert [status for _, status in answers] == [200, 404, 200, 200, 200, 200, 200]
    listed, missing, record, same, version, info, described = [json.loads(body) for body, _ in answers]
    assert {row["Id"] for row in listed} == {*world.engine.run("ps", "--all", "--quiet", "--no-trunc").split()}
    assert missing == {"message": f"No such container: {gone}"}
    assert record == same
    assert [record] == json.loads(world.engine.run("image", "inspect", image))
    assert version["ApiVersion"] == world.engine.version["ApiVersion"]
    assert info["Containers"] == len(listed)
    assert [described] == json.loads(world.engine.run("inspect", one))


def test_as_many_words_as_may_be(world: World, connection: paramiko.Transport) -> None:
    """A thousand IDs and the three questions that have none are one request and one answer."""
    image = world.engine.run("inspect", "--format={{.Image}}", "np-meerkat-frontend")
    words = ["version", "info", "containers", *[f"image:{image}"] * 1000]
    answers = framed(say(connection, " ".join(["platformctl-agent", *words]).encode()))
    assert [status for _, status in answers] == [200] * 1003
    assert len({body for body, _ in answers[3:]}) == 1


def test_an_engine_that_does_not_answer_is_000(world: World) -> None:
    """Each word has its status all the same, and a line says that nobody listens, or that the account may not ask."""
    assert world.tied.process.run("/usr/bin/python3", "-c", BIND, "/run/closed.sock").returncode == 0
    cases = {NOWHERE: "/run/nowhere.sock: no engine listens there", CLOSED: "/run/closed.sock: permission denied"}
    found = {}
    for path in cases:
        tie(world.tied, agent_path=path)
        with login(world.tied) as connection:
            found[path] = say(connection, b"platformctl-agent version info")
    tie(world.tied)
    assert found == {
        path: Said(0, b"\n000\n\n000\n", f"platformctl-agent: {said}\n".encode()) for path, said in cases.items()
    }


def test_what_else_a_client_can_send_is_refused(world: World, connection: paramiko.Transport) -> None:
    """Through sshd and the account's shell too, what is not in the table gets one harmless line with 126."""
    made = [request for _, request in requests(MANY, SEED + 1) if request]
    with ThreadPoolExecutor(8) as pool:
        said = list(zip(made, pool.map(lambda request: say(connection, request), made), strict=True))
    refused = [(request, answer) for request, answer in said if not expected(request)]
    assert len(refused) > MANY * 0.8
    assert [one for one in refused if not is_refusal(one[1])] == []
    assert [request for request, answer in said if expected(request) and is_refusal(answer)] == []
    assert pwned(world) == []


def pwned(world: World) -> list[str]:
    """Return the files on the host that only an attack would write."""
    listed = world.tied.process.run("/bin/ls", "/", "/tmp", f"/home/{world.tied.user}").stdout.split()  # noqa: S108
    return [name for name in listed if "pwned" in name]


def is_refusal(said: Said) -> bool:
    """Tell whether this is how the agent refuses."""
    return said.status == 126 and said.output == b"" and bool(_REFUSED.fullmatch(said.complaint))


def test_a_zero_byte_ends_the_connection(world: World) -> None:
    """No request with a zero byte reaches the agent: sshd itself takes it for an attack."""
    with login(world.tied) as connection, pytest.raises((paramiko.SSHException, EOFError)):
        say(connection, b"docker version --format '{{json .}}'\0; touch /pwned")


def test_no_login_no_terminal_no_subsystem(connection: paramiko.Transport) -> None:
    """A shell is a request without a command, a file transfer is one that is not in the table; a terminal is denied."""
    with connection.open_session() as channel, pytest.raises(paramiko.SSHException):
        channel.get_pty()
    with connection.open_session() as channel:
        channel.invoke_shell()
        assert heard(channel) == refusal("this key gives no login")
    with connection.open_session() as channel:
        channel.invoke_subsystem("sftp")
        # sshd keeps what a subsystem complains to itself.
        assert heard(channel) == Said(126, b"", b"")


def refusal(said: str) -> Said:
    """Return how the agent refuses with these words."""
    return Said(126, b"", f"platformctl-agent: refused: {said}\n".encode())


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["scp", "-O"], 1), (["scp", "-s"], 255), (["sftp", "-b", "batch"], 255)],
    ids=["scp", "scp-sftp", "sftp"],
)
def test_files_are_not_transferred(world: World, arguments: list[str], status: int, tmp_path: Path) -> None:
    """OpenSSH's own clients get no file out and none in."""
    program, *options = arguments
    place = f"{world.tied.user}@{world.tied.address}"
    (tmp_path / "batch").write_text("put batch /tmp/pwned\n")
    paths = ["batch", f"{place}:/tmp/pwned"] if program == "scp" else [place]
    done = run_client(client(world.ssh, world.tied, program, *options, *paths), tmp_path)
    assert (done.returncode, done.stdout) == (status, "")
    assert pwned(world) == []


def test_a_refused_look_says_so(world: World) -> None:
    """A host whose agent is of another kind is inconclusive, with the agent's own words as the reason."""
    other = "/usr/local/bin/agent-of-nobody"
    lines = [line for line in agent().splitlines(keepends=True) if not line.startswith('"docker version')]
    script = "".join(lines)
    assert world.tied.process.run("/usr/bin/python3", "-c", INSTALL, other, script).returncode == 0
    tie(world.tied, agent_path=other)
    try:
        failure = SshTransport("rs2000", ssh_entry(world.ssh, world.tied)).look().failure
    finally:
        tie(world.tied)
    assert failure == Failure(
        Reason.COMMAND_REFUSED,
        "version: platformctl-agent: refused: this is none of the questions that the agent answers",
    )


BIND: Final = "import os, socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1]); os.chmod(sys.argv[1], 0o700)"
INSTALL: Final = "import os, sys; open(sys.argv[1], 'w').write(sys.argv[2]); os.chmod(sys.argv[1], 0o755)"

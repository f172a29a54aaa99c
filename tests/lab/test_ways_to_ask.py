"""What can go wrong by one way to ask and not by the others: each has a reason and a message of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from platformctl.adapters.ssh import SshTransport
from platformctl.catalog.inventory import SshHost
from platformctl.errors import Failure
from platformctl.observation.container import Undescribed
from platformctl.observation.snapshot import Snapshot
from platformctl.reason import Reason

from . import agent
from .engine import Docker, docker
from .entry import ssh_entry
from .fleet import meerkat
from .hostile_server import RECORDING, Answer, in_turn, says, ssh_server
from .looking import QUICK, ssh
from .observer import Observer, script
from .registry import Registry
from .ssh_faults import CONTAINER, IMAGES
from .sshd import SshHosts
from .sshd import ssh_hosts as start_ssh_hosts

Entries: TypeAlias = Callable[..., SshHost]

AT_SOCKET = {"ask": "socket", "socket": "/run/docker.sock"}
NO_WAY = (
    "the server opens no way there: it forwards no sockets for this account (AllowStreamLocalForwarding), "
    "or nothing listens there that the account may open"
)
FIRST, THEN = "platformctl-agent version", "platformctl-agent container:"
LIST_AGAIN = "platformctl-agent containers"
VERSION = b'{"Version": "20.10.24", "ApiVersion": "1.41"}\n\n200\n'
INFO = b'{"Driver": "overlay2", "DriverStatus": [], "Containers": 1}\n\n200\n'
ROW = {"Id": CONTAINER["Id"], "Names": [CONTAINER["Name"]], "ImageID": CONTAINER["Image"]}
IMAGE = json.loads((RECORDING / "images.json").read_text())[0]


def framed(document: object, status: int = 200) -> bytes:
    """Return a document as the host agent sends it."""
    return json.dumps(document).encode() + f"\n{status}\n".encode()


ROWS = framed([ROW])
MISSING = framed({"message": "No such thing"}, 404)


@pytest.fixture
def observer(tmp_path: Path) -> Observer:
    """An observer of this test alone."""
    return Observer(tmp_path)


def asked(observer: Observer, answers: dict[str, Answer]) -> Snapshot:
    """Look at a host through an agent that answers so; what is not given is well answered."""
    well = {FIRST: says(VERSION + INFO + ROWS), THEN: says(framed(CONTAINER) + framed(IMAGE))}
    with ssh_server(script({**well, **answers})) as server:
        return observer.transport(server, ask="agent").look()


def test_an_agent_that_answers_well_is_believed(observer: Observer) -> None:
    """Whether a body ends its own line or not, it is one."""
    snapshot = asked(observer, {})
    assert (snapshot.failure, snapshot.images_failure, len(snapshot.images)) == (None, None, 1)
    assert [one["Id"] for one in snapshot.containers] == [CONTAINER["Id"]]


NO_FRAME = "host agent: an answer is not one line of JSON and its HTTP status"
DOWN = b"\n000\n"


@pytest.mark.parametrize(
    ("first", "failure"),
    [
        (says(b"Welcome!\n" + VERSION + INFO + ROWS), Failure(Reason.RUBBISH_OUTPUT, NO_FRAME)),
        (says(VERSION + INFO + ROWS[:-5]), Failure(Reason.RUBBISH_OUTPUT, NO_FRAME)),
        (says(VERSION + INFO + ROWS + b"\n"), Failure(Reason.RUBBISH_OUTPUT, NO_FRAME)),
        (says(b'{\n"Version": "1"}\n200\n' + INFO + ROWS), Failure(Reason.RUBBISH_OUTPUT, NO_FRAME)),
        (says(VERSION + INFO), Failure(Reason.RUBBISH_OUTPUT, "host agent: 2 answers came to 3 questions")),
        (says(b""), Failure(Reason.RUBBISH_OUTPUT, "host agent: 0 answers came to 3 questions")),
        (
            says(VERSION + b"{}x\n200\n" + ROWS),
            Failure(Reason.RUBBISH_OUTPUT, "info: the answer is not JSON, or only half of it"),
        ),
        (says(VERSION + ROWS + ROWS), Failure(Reason.RUBBISH_OUTPUT, "info: the answer is no JSON object")),
        (says(VERSION + INFO + INFO), Failure(Reason.RUBBISH_OUTPUT, "container list: the answer is no JSON array")),
        (says(DOWN * 3), Failure(Reason.ENGINE_DOWN, "version: the engine does not answer on the host")),
        (
            says(VERSION + INFO + DOWN),
            Failure(Reason.ENGINE_DOWN, "container list: the engine does not answer on the host"),
        ),
        (
            says(VERSION + framed({"message": "not for you"}, 403) + ROWS),
            Failure(Reason.COMMAND_REFUSED, "info: not for you"),
        ),
        (
            says(VERSION + INFO + b"<h1>no\x1b[2J</h1>\n401\n"),
            Failure(Reason.COMMAND_REFUSED, "container list: <h1>no\\x1b[2J</h1>"),
        ),
        (says(VERSION + INFO + framed({}, 500)), Failure(Reason.COMMAND_FAILED, "container list: {}")),
        (says(VERSION + b"\n502\n" + ROWS), Failure(Reason.ENGINE_DOWN, "info: HTTP status 502")),
        (says(VERSION + MISSING + ROWS), Failure(Reason.COMMAND_FAILED, "info: No such thing")),
        (says(stderr=b"not so\n", status=126), Failure(Reason.COMMAND_REFUSED, "host agent: not so")),
        (
            says(stderr=b"sh: 1: not found\n", status=127),
            Failure(Reason.ENGINE_ABSENT, "host agent: there is no platformctl-agent on the host, or no curl"),
        ),
        (says(VERSION, status=7), Failure(Reason.COMMAND_FAILED, "host agent: exit status 7")),
        (
            says(VERSION, status=None),
            Failure(Reason.CONNECTION_LOST, "host agent: the command was ended before its end"),
        ),
    ],
    ids=[
        *("greeting", "cut", "line-too-many", "two-lines", "one-too-few", "empty", "half", "array", "object", "down"),
        *("down-later", "forbidden", "unauthorized", "error", "no-upstream", "missing", "refused", "absent", "failed"),
        "killed",
    ],
)
def test_an_agent_that_answers_badly_is_not(observer: Observer, first: Answer, failure: Failure) -> None:
    """Whatever the agent or the engine behind it says otherwise is a failure, and nothing is known of the host."""
    snapshot = asked(observer, {FIRST: first})
    assert (snapshot.failure, snapshot.engine, snapshot.containers) == (failure, None, ())


def test_an_image_that_cannot_be_had_leaves_the_containers(observer: Observer) -> None:
    """One command describes both, and what failed about the images fails nothing else."""
    gone = asked(observer, {THEN: says(framed(CONTAINER) + MISSING)})
    assert (len(gone.containers), gone.images, gone.images_failure) == (1, (), None)
    failed = asked(observer, {THEN: says(framed(CONTAINER) + framed({"message": "boom"}, 500))})
    assert (len(failed.containers), failed.images) == (1, ())
    assert failed.images_failure == Failure(Reason.COMMAND_FAILED, "image inspect: boom")


OTHER = "1" * 64
BOTH = framed([ROW, {"Id": OTHER, "Names": ["/gone"], "ImageID": CONTAINER["Image"]}])
HALF = b"".join(answer for _, answer in sorted([(CONTAINER["Id"], framed(CONTAINER)), (OTHER, MISSING)])) + framed(
    IMAGE
)


def test_a_container_that_went_away_is_listed_once_more(observer: Observer) -> None:
    """It was listed and has no description: only a second list tells whether it is gone."""
    whole = framed(CONTAINER) + framed(IMAGE)
    answers = {FIRST: says(VERSION + INFO + BOTH), LIST_AGAIN: says(ROWS), THEN: in_turn(says(HALF), says(whole))}
    snapshot = asked(observer, answers)
    assert (snapshot.failure, len(snapshot.containers), snapshot.undescribed) == (None, 1, ())


def test_a_container_that_is_listed_twice_and_never_described_is_undescribed(observer: Observer) -> None:
    """It exists, and no more is known."""
    answers = {FIRST: says(VERSION + INFO + BOTH), LIST_AGAIN: says(BOTH), THEN: says(HALF)}
    snapshot = asked(observer, answers)
    assert (snapshot.failure, len(snapshot.containers), len(snapshot.images)) == (None, 1, 1)
    assert snapshot.undescribed == (Undescribed(OTHER, "gone"),)


def test_an_image_that_the_list_tells_otherwise_is_asked_for_once_more(observer: Observer) -> None:
    """The description of a container decides which image it runs."""
    rows = framed([{**ROW, "ImageID": f"sha256:{'0' * 64}"}])
    answers = {
        FIRST: says(VERSION + INFO + rows),
        THEN: says(framed(CONTAINER) + MISSING),
        "platformctl-agent image": says(framed(IMAGE)),
    }
    snapshot = asked(observer, answers)
    assert (snapshot.failure, snapshot.images_failure) == (None, None)
    assert [one["Id"] for one in snapshot.images] == [CONTAINER["Image"]]
    assert snapshot.attempt.commands[2:] == (("platformctl-agent", f"image:{CONTAINER['Image']}"),)


@pytest.mark.parametrize("status", [1, 125])
def test_words_of_podman_about_what_is_gone_are_understood(observer: Observer, status: int) -> None:
    """Podman says otherwise than docker what is no longer there, and warns in its own form."""
    words = (
        b'time="2026" level=warning msg="permission denied"\n' + b"1" * 64 + b": image not known\nError: " + b"2" * 64
    )
    complaint = words + b": image not known\n"
    with ssh_server(script({IMAGES: says(b"[]", stderr=complaint, status=status)})) as server:
        snapshot = observer.look(server)
    assert (snapshot.images, snapshot.images_failure) == ((), None)


@pytest.mark.lab
class TestServers:
    """Real servers, set up in several ways."""

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls, lab: Path, registry: Registry) -> Iterator[Docker]:
        """An engine with one container."""
        with docker(lab, "asked") as engine:
            meerkat(engine, registry)
            yield engine

    @pytest.fixture(scope="class")
    @classmethod
    def hosts(cls, lab: Path, engine: Docker) -> Iterator[SshHosts]:
        """Hosts whose server lets a connection have one channel at a time."""
        with start_ssh_hosts(
            lab, {"open": engine, "agent": engine}, files=agent.FILES, config="MaxSessions 1\n"
        ) as hosts:
            agent.authorize(hosts["agent"])
            yield hosts

    def test_a_server_that_allows_one_channel_is_asked_one_after_another(self, hosts: SshHosts) -> None:
        """What the server refuses while another command runs is asked again alone."""
        snapshot = SshTransport("h", ssh_entry(hosts, hosts["open"])).look()
        assert (snapshot.failure, len(snapshot.containers), len(snapshot.images)) == (None, 1, 1)
        assert len(snapshot.attempt.commands) == 5

    @pytest.mark.parametrize(
        ("host", "ask"), [("agent", {"ask": "agent"}), ("open", AT_SOCKET)], ids=["agent", "socket"]
    )
    def test_the_ways_to_the_api_need_one_channel(self, hosts: SshHosts, host: str, ask: dict[str, str]) -> None:
        """The host agent is asked by one command after another, the socket over one channel."""
        snapshot = SshTransport("h", ssh_entry(hosts, hosts[host], **ask)).look()
        assert (snapshot.failure, len(snapshot.containers), len(snapshot.images)) == (None, 1, 1)

    def test_a_server_that_forwards_nothing_says_so(self, hosts: SshHosts) -> None:
        """OpenSSH answers the same where it may not forward and where nothing listens: the message names both."""
        at = {"ask": "socket", "socket": "/run/docker.sock"}
        refused = Failure(Reason.COMMAND_REFUSED, f"/run/docker.sock: {NO_WAY}")
        assert ssh(ssh_entry(hosts, hosts["agent"], **at)) == refused
        absent = Failure(Reason.COMMAND_REFUSED, f"/run/nothing.sock: {NO_WAY}")
        assert ssh(ssh_entry(hosts, hosts["open"], ask="socket", socket="/run/nothing.sock")) == absent

    def test_a_socket_that_speaks_something_else_is_rubbish(self, hosts: SshHosts, engine: Docker) -> None:
        """What answers there and is no engine is named, and nothing is believed."""
        del engine
        host = hosts["open"]
        speaker = ["/bin/sh", "-c", 'mkdir -p /run/other && exec python3 -c "$0"', SPEAKER]
        assert host.process.run(*speaker).returncode == 0
        host.process.wait_until(lambda: host.process.run("/usr/bin/test", "-S", "/run/other/s").returncode == 0)
        failure = ssh(ssh_entry(hosts, host, ask="socket", socket="/run/other/s"), QUICK)
        assert failure == Failure(Reason.RUBBISH_OUTPUT, "/run/other/s: what answers there does not speak HTTP: SPAM")


# A server in a process of its own, gone with the host.
SPEAKER = """
import os, socket
s = socket.socket(socket.AF_UNIX); s.bind("/run/other/s"); os.chmod("/run/other/s", 0o666); s.listen()
if os.fork() == 0:
    for name in (0, 1, 2):
        os.close(name)
    c, _ = s.accept(); c.recv(99); c.sendall(b"SPAM\\r\\n"); c.close()
"""

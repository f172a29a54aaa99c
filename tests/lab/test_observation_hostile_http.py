"""API servers that misbehave: each fault has its own reason, ends in time and leaves nothing behind."""

from __future__ import annotations

import dataclasses
import json
import re
import socket
from collections.abc import Mapping

import pytest

from platformctl.adapters.docker_api import DockerTransport
from platformctl.adapters.fleet import Retry, observe_host
from platformctl.adapters.limits import Limits
from platformctl.catalog.inventory import DockerHost
from platformctl.errors import Failure
from platformctl.observation.host import Reached
from platformctl.observation.snapshot import Snapshot, observation
from platformctl.reason import Reason

from .entry import held
from .hostile_server import RECORDING
from .tcp_server import Server, answers_http, hangs_up, sends_for_ever, tcp_server

LIMITS = Limits(connect_s=5, login_s=5, answer_s=5, answer_bytes=1 << 20)
SHORT = dataclasses.replace(LIMITS, answer_s=0.5)

CONTAINER = json.loads((RECORDING / "containers.json").read_text())[0]
IMAGE = json.loads((RECORDING / "images.json").read_text())[0]


def look(server: Server, limits: Limits = LIMITS) -> Snapshot:
    """Look once at a server."""
    return transport(server, limits).look()


def transport(server: Server, limits: Limits = LIMITS) -> DockerTransport:
    """Return the way to look at a server."""
    return DockerTransport("h1", DockerHost(transport="docker", url=url(server)), limits)


def url(server: Server) -> str:
    """Return where a server is."""
    return f"tcp://127.0.0.1:{server.port}"


def http(body: bytes, status: str = "200 OK", length: int | None = None, **headers: str) -> bytes:
    """Return an HTTP answer; its length may lie."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    size = len(body) if length is None else length
    head = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {size}", *lines]
    return "\r\n".join([*head, "", ""]).encode() + body


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
RUBBISH = "the answer is not the JSON of an engine, or only half of it"
NO_TIME = "no whole answer in time"

FAULTS: Mapping[str, tuple[bytes, Limits, Failure]] = {
    "rubbish": (http(b"Welcome!"), LIMITS, Failure(Reason.RUBBISH_OUTPUT, RUBBISH)),
    "empty": (http(b""), LIMITS, Failure(Reason.RUBBISH_OUTPUT, RUBBISH)),
    "half": (http(b'{"ApiVersion": "1.4'), LIMITS, Failure(Reason.RUBBISH_OUTPUT, RUBBISH)),
    "nested": (http(b"[" * 100_000), LIMITS, Failure(Reason.RUBBISH_OUTPUT, RUBBISH)),
    "a-number-too-long": (http(b"1" * 10_000), LIMITS, Failure(Reason.RUBBISH_OUTPUT, RUBBISH)),
    "array": (http(b"[]"), LIMITS, Failure(Reason.RUBBISH_OUTPUT, "version: the answer is no JSON object")),
    "no-api-version": (
        http(b"{}"),
        LIMITS,
        Failure(Reason.RUBBISH_OUTPUT, "what answers does not tell its API version"),
    ),
    "another-api-version": (
        http(b'{"ApiVersion": "../../images/prune"}'),
        LIMITS,
        Failure(Reason.RUBBISH_OUTPUT, "what answers does not tell its API version"),
    ),
    "forbidden": (
        http(b'{"message": "not for you \\u001b[2J"}', "403 Forbidden"),
        LIMITS,
        Failure(Reason.COMMAND_REFUSED, "not for you \\x1b[2J"),
    ),
    "engine-error": (
        http(b'{"message": "boom"}', "500 Internal Server Error"),
        LIMITS,
        Failure(Reason.COMMAND_FAILED, "boom"),
    ),
    "error-in-another-shape": (
        http(b"[1]", "500 Internal Server Error"),
        LIMITS,
        Failure(Reason.RUBBISH_OUTPUT, RUBBISH),
    ),
    "redirect": (
        http(b"", "302 Found", Location="http://127.0.0.1:9/elsewhere"),
        LIMITS,
        Failure(Reason.RUBBISH_OUTPUT, RUBBISH),
    ),
    "larger-than-any-answer": (
        http(b"x" * (2 << 20)),
        LIMITS,
        Failure(Reason.OUTPUT_TOO_LARGE, "the answer is larger than 1048576 bytes"),
    ),
    "less-than-said": (http(b"{}", length=500), SHORT, Failure(Reason.TIMED_OUT, NO_TIME)),
    "no-word": (b"", SHORT, Failure(Reason.TIMED_OUT, NO_TIME)),
    "half-a-head": (b"HTTP/1.1 200 OK\r\nContent-Le", SHORT, Failure(Reason.TIMED_OUT, NO_TIME)),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_server_is_a_failure_with_its_own_reason(name: str) -> None:
    """Nothing of what such a server says is believed, and nothing of it is retried for ever."""
    answer, limits, failure = FAULTS[name]
    with tcp_server(answers_http(answer)) as server:
        snapshot = look(server, limits)
        place = "" if failure.message.startswith(("version:", "the answer is larger")) else f"{url(server)}: "
        assert snapshot.failure == Failure(failure.reason, place + failure.message)
        assert snapshot.attempt.commands == (("GET", "/version"),)


def test_single_bytes_end_in_time() -> None:
    """A server that sends a byte now and then never lets a socket time out; the answer's own limit ends it."""
    byte = b"1\r\n \r\n"
    with tcp_server(answers_http(CHUNKED, *[byte] * 1000, pause_s=0.1)) as server:
        assert look(server, SHORT).failure == Failure(Reason.TIMED_OUT, f"{url(server)}: {NO_TIME}")


def test_an_endless_body_ends() -> None:
    """A body without an end is not read further than an answer may be long."""
    part = b"10000\r\n" + b"x" * 65536 + b"\r\n"

    def handle(connection: socket.socket, server: Server) -> None:
        connection.recv(65536)
        connection.sendall(CHUNKED)
        sends_for_ever(part)(connection, server)

    with tcp_server(handle) as server:
        failure = look(server).failure
    assert failure == Failure(Reason.OUTPUT_TOO_LARGE, "the answer is larger than 1048576 bytes")


def test_a_server_that_hangs_up_is_a_lost_connection() -> None:
    """Closed before a word, and cut in the middle of a body."""

    def cut(connection: socket.socket, _: Server) -> None:
        connection.recv(65536)
        connection.sendall(http(b"{", length=500))
        connection.shutdown(socket.SHUT_RDWR)

    for handle in (hangs_up, cut):
        with tcp_server(handle) as server:
            failure = look(server).failure
        assert failure
        assert failure.reason is Reason.CONNECTION_LOST


class _Engine:
    """An engine's API with one container; some answers may be replaced, by path without the version."""

    def __init__(self, **replaced: bytes) -> None:
        self.requests: list[str] = []
        self._answers = {
            "/version": http(json.dumps({"Version": "28.5.2", "ApiVersion": "1.51"}).encode()),
            "/info": http(b'{"Driver": "overlay2", "Containers": 1}'),
            "/containers/json": http(
                json.dumps([{"Id": CONTAINER["Id"], "Names": ["/web/db", CONTAINER["Name"]]}]).encode()
            ),
            f"/containers/{CONTAINER['Id']}/json": http(json.dumps(CONTAINER).encode()),
            f"/images/{IMAGE['Id']}/json": http(json.dumps(IMAGE).encode()),
        }
        names = {"listing": "/containers/json", "info": "/info", "version": "/version"}
        names |= {"container": f"/containers/{CONTAINER['Id']}/json", "image": f"/images/{IMAGE['Id']}/json"}
        self._answers |= {names[name]: answer for name, answer in replaced.items()}

    def __call__(self, connection: socket.socket, _: Server) -> None:
        while request := connection.recv(65536):
            place = request.decode().split()[1]
            self.requests.append(place)
            path = re.sub(r"^/v[0-9.]+(?=/)", "", place.partition("?")[0])
            connection.sendall(self._answers[path])


def test_the_newest_version_that_the_engine_speaks_is_spoken() -> None:
    """From API 1.48 on a container names its platform's manifest: an engine that can is asked in that version."""
    engine = _Engine()
    with tcp_server(engine) as server:
        host = observation(look(server))
    assert isinstance(host, Reached)
    assert host.engine.api_version == "1.51"
    assert [place.partition("?")[0] for place in engine.requests] == [
        "/version",
        "/v1.51/info",
        "/v1.51/containers/json",
        f"/v1.51/containers/{CONTAINER['Id']}/json",
        f"/v1.51/images/{IMAGE['Id']}/json",
    ]


def test_what_is_gone_is_absent_and_no_failure() -> None:
    """404 for an image's record is an answer; a container that is listed and not described is undescribed."""
    gone = http(b'{"message": "No such thing"}', "404 Not Found")
    with tcp_server(_Engine(image=gone)) as server:
        snapshot = look(server)
        assert (len(snapshot.containers), snapshot.images, snapshot.images_failure) == (1, (), None)
    with tcp_server(_Engine(container=gone)) as server:
        snapshot = look(server)
        assert (snapshot.failure, snapshot.containers) == (None, ())
        assert [one.name for one in snapshot.undescribed] == ["np-meerkat-frontend"]


@pytest.mark.parametrize(
    ("replaced", "message"),
    [
        ({"listing": http(b"[]")}, "the engine counts 1 containers and lists none"),
        ({"listing": http(b"{}")}, "container list: the answer is no JSON array"),
        ({"info": http(b"[]")}, "info: the answer is no JSON object"),
        ({"container": http(b"[]")}, "what is described is not what was asked for"),
        ({"container": http(b'{"Id": 3}')}, "what is described is not what was asked for"),
    ],
)
def test_an_answer_of_the_wrong_shape_is_not_believed(replaced: Mapping[str, bytes], message: str) -> None:
    """A list that lacks what the engine counts, and a description of something else, are rubbish."""
    with tcp_server(_Engine(**replaced)) as server:
        assert look(server).failure == Failure(Reason.RUBBISH_OUTPUT, message)


def test_without_the_second_answer_the_first_stands() -> None:
    """When an image cannot be asked about, the containers are kept and the failure is said."""
    with tcp_server(_Engine(image=http(b'{"message": "boom"}', "500 Oops"))) as server:
        snapshot = look(server)
        failure = Failure(Reason.COMMAND_FAILED, f"{url(server)}: boom")
    assert (snapshot.failure, len(snapshot.containers)) == (None, 1)
    assert (snapshot.images, snapshot.images_failure) == ((), failure)


@pytest.mark.parametrize(
    ("answer", "tries"),
    [(http(b"x"), 3), (http(b"<h1>403 Forbidden</h1>", "403 Forbidden"), 1)],
    ids=["rubbish", "refusal"],
)
def test_only_what_can_pass_is_tried_again(answer: bytes, tries: int) -> None:
    """An unreadable answer is asked for three times, a refusal once."""
    with tcp_server(answers_http(answer)) as server:
        snapshot = observe_host("h1", transport(server), Retry(tries=3, delay_s=0.01))
        assert (snapshot.attempt.tries, server.connections) == (tries, tries)


def test_nothing_is_left_of_many_faulty_servers() -> None:
    """After every kind of fault this process has the threads, files and sockets that it had before."""
    before = held()
    for answer, limits, _ in FAULTS.values():
        with tcp_server(answers_http(answer)) as server:
            assert look(server, limits).failure
    assert held() == before

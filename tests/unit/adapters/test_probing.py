"""Probes from this machine: what real servers answer, and what hostile ones cost."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any, Final

import pytest

from platformctl import __version__
from platformctl.adapters.probing import Prober
from platformctl.adapters.probing_http import MAX_BODY
from platformctl.smoke.agenda import agenda
from tests.lab.tcp_server import Server, answers_http, hangs_up, sends, sends_for_ever, tcp_server
from tests.unit.smoke.findings import module

from .probed import SHORT_S, closed_port, full_port, http, probed, tcp

Handler = Callable[[socket.socket, Server], None]

OK: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: 1\r\nx-a: 2\r\n\r\nready"
NO_END: Final = "no whole answer within 0.5 s [2]"


def time_for(said: str) -> float:
    """Return the seconds that a probe has: few where nothing may come."""
    return SHORT_S if said.startswith("no-answer") else 60


def for_ever(head: bytes, part: bytes) -> Handler:
    """Read a request, then send for ever."""

    def handle(connection: socket.socket, _: Server) -> None:
        connection.recv(65536)
        connection.sendall(head)
        while True:
            connection.sendall(part)

    return handle


def then_closes(*parts: bytes) -> Handler:
    """Read a request, send, and close."""

    def handle(connection: socket.socket, _: Server) -> None:
        connection.recv(65536)
        connection.sendall(b"".join(parts))

    return handle


CASES: dict[str, tuple[Handler, dict[str, Any], str]] = {
    "as declared": (answers_http(OK), {"contains": "ready", "header": {"X-A": "1, 2"}}, "answered: status 200"),
    "chunked": (
        answers_http(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nre\r\n3\r\nady\r\n0\r\n\r\n"),
        {"contains": "ready"},
        "answered: status 200",
    ),
    "until it closes": (then_closes(b"HTTP/1.0 200 OK\r\n\r\nready"), {"contains": "ready"}, "answered: status 200"),
    "other status": (answers_http(b"HTTP/1.1 503 No\r\n\r\n"), {}, "status-wrong: should be status 200, is 503 [2]"),
    "silent": (sends(), {}, f"no-answer: PLACE: {NO_END}"),
    "hangs up": (hangs_up, {}, "broken-off: PLACE: Remote end closed connection without response [2]"),
    "half a head": (then_closes(b"HTTP/1.1 200 OK\r\nX: "), {}, "broken-off: PLACE: the connection was closed [2]"),
    "no body": (then_closes(b"HTTP/1.1 200 OK\r\n\r\n"), {}, "answered: status 200"),
    "half a body": (
        then_closes(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nrea"),
        {"contains": "ready"},
        "broken-off: PLACE: the connection was closed [2]",
    ),
    "half a chunk": (
        then_closes(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\nrea"),
        {"contains": "ready"},
        "broken-off: PLACE: the connection was closed [2]",
    ),
    "body that waits": (
        answers_http(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nrea"),
        {"contains": "ready"},
        f"no-answer: PLACE: {NO_END}",
    ),
    "body that nobody needs": (
        answers_http(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n"),
        {},
        "answered: status 200",
    ),
    "drip": (answers_http(*[b"H", b"T", b"T", b"P", b"/"] * 40, pause_s=0.1), {}, f"no-answer: PLACE: {NO_END}"),
    "other protocol": (answers_http(b"220 mail ESMTP\r\n" * 9), {}, "not-http: PLACE: BadStatusLine [2]"),
    "endless status": (for_ever(b"HTTP/1.1 200 ", b"x" * 65536), {}, "not-http: PLACE: LineTooLong [2]"),
    "endless headers": (for_ever(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 999), {}, "not-http: PLACE: HTTPException [2]"),
    "endless body": (
        for_ever(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536),
        {"contains": "ready"},
        f'body-too-large: the body should contain "ready"; only its first {MAX_BODY} bytes were read [2]',
    ),
    "endless body that nobody needs": (for_ever(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536), {}, "answered: status 200"),
    "endless promises": (for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 99), {}, f"no-answer: PLACE: {NO_END}"),
    "rubbish for ever": (sends_for_ever(b"\xff\x00" * 4096), {}, "not-http: PLACE: LineTooLong [2]"),
    "no length": (
        answers_http(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        {"contains": "ready"},
        "broken-off: PLACE: the connection was closed [2]",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_a_server_does(name: str) -> None:
    """Each answer has its reason; a server that never ends costs its time, and of a body the first part."""
    handler, check, said = CASES[name]
    with tcp_server(handler) as server:
        found = probed(http(server.port, **check), timeout=time_for(said))
    assert found.replace(f"127.0.0.1:{server.port}", "PLACE") == said


def test_what_is_sent() -> None:
    """One GET of the declared path and query, to the declared host, that holds nothing else of ours than our name."""
    heard: list[bytes] = []

    def handle(connection: socket.socket, _: Server) -> None:
        heard.append(connection.recv(65536))
        connection.sendall(OK)

    with tcp_server(handle) as server:
        url = "http://shop.example:81/a%20b?x=1#part"
        assert probed({"http": {"url": url, "connect": f"127.0.0.1:{server.port}"}}) == "answered: status 200"
    assert b"".join(heard).decode().split("\r\n") == [
        "GET /a%20b?x=1 HTTP/1.1",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: close",
        f"User-Agent: platformctl-smoke/{__version__}",
        "Host: shop.example:81",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("location", "redirects", "said", "asked"),
    [
        ("/ready", 0, "status-wrong: should be status 200, is 302 [2]", ["/health"] * 2),
        ("/ready", 1, "answered: status 200", ["/health", "/ready"]),
        ("http://127.0.0.1:{port}/ready", 1, "answered: status 200", ["/health", "/ready"]),
        ("/health", 3, "status-wrong: should be status 200, is 302 [2]", ["/health"] * 8),
        ("http://127.0.0.2:{port}/ready", 1, "status-wrong: should be status 200, is 302 [2]", ["/health"] * 2),
        ("http://127.0.0.1:1/ready", 1, "status-wrong: should be status 200, is 302 [2]", ["/health"] * 2),
        ("http://u:p@127.0.0.1:{port}/ready", 1, "status-wrong: should be status 200, is 302 [2]", ["/health"] * 2),
        ("ftp://127.0.0.1:{port}/ready", 1, "status-wrong: should be status 200, is 302 [2]", ["/health"] * 2),
        ("http://[", 1, "status-wrong: should be status 200, is 302 [2]", ["/health"] * 2),
    ],
)
def test_redirects(location: str, redirects: int, said: str, asked: list[str]) -> None:
    """They are followed when that is declared, and never to another host, nor to a port of the server's choice."""
    paths: list[str] = []

    def handle(connection: socket.socket, server: Server) -> None:
        paths.append(connection.recv(65536).split()[1].decode())
        where = location.format(port=server.port)
        found = f"HTTP/1.1 302 Found\r\nLocation: {where}\r\n\r\n"
        connection.sendall(OK if paths[-1] == "/ready" else found.encode())

    with tcp_server(handle) as server:
        assert probed(http(server.port, redirects=redirects)) == said
    assert paths == asked


@pytest.mark.parametrize(
    ("handler", "greeting", "said"),
    [
        (sends(), None, "answered: the connection is accepted"),
        (sends(b"22", b"0 mail"), "220 ", 'answered: the service begins with "220 "'),
        (sends(b"SSH-2.0-x"), "220 ", 'greeting-wrong: the service should begin with "220 ", and does with "SSH-" [2]'),
        (sends(b"22"), "220 ", "no-answer: PLACE: no greeting within 0.5 s [2]"),
        (hangs_up, "220 ", "broken-off: PLACE: the connection was closed without a greeting [2]"),
        (sends_for_ever(b"220 "), "220 ", 'answered: the service begins with "220 "'),
    ],
    ids=["accepted", "as declared", "another", "half", "none", "more"],
)
def test_greetings(handler: Handler, greeting: str | None, said: str) -> None:
    """A service is listened to for as many bytes as it must begin with, and for its time."""
    with tcp_server(handler) as server:
        found = probed(tcp(server.port, greeting=greeting), timeout=time_for(said))
    assert found.replace(f"127.0.0.1:{server.port}", "PLACE") == said


def test_what_could_not_be_asked_is_an_error() -> None:
    """A target that refuses is down; a name, a route or a connection that does not come about says nothing of it."""
    port = closed_port()
    with full_port() as full:
        assert [
            probed(tcp(port)),
            probed(http(port, host="localhost")),
            probed(tcp(80, "nowhere.invalid")).partition(": nowhere.invalid:80: ")[0],
            probed(tcp(80, "a" * 64 + ".invalid")).partition(" ")[0],
            probed(tcp(80, "127.255.255.255")),
            probed(tcp(full), timeout=SHORT_S),
        ] == [
            f"port-closed: 127.0.0.1:{port}: connection refused [2]",
            f"port-closed: localhost:{port}: connection refused [2]",
            "name-unknown",
            "name-unknown:",
            "no-route: 127.255.255.255:80: Network is unreachable [3]",
            f"connect-timed-out: 127.0.0.1:{full}: no connection within 0.5 s [3]",
        ]


def test_a_service_that_comes_up_meanwhile() -> None:
    """A try that passes decides, and the result says that there were others."""
    answers = [b"HTTP/1.1 503 No\r\n\r\n", OK]

    def handle(connection: socket.socket, _: Server) -> None:
        connection.recv(65536)
        connection.sendall(answers.pop(0))

    with tcp_server(handle) as server:
        assert probed(http(server.port)) == "answered: status 200 (1 of 2 tries: status-wrong) [2]"


def test_a_bug_accuses_no_service(tmp_path: object) -> None:
    """What the prober cannot do is an error of its own."""
    watching = agenda(module())[-1]
    tally = Prober({}, base=tmp_path, pause_s=0).run(watching)  # type: ignore[arg-type]
    assert (tally.finding.reason, len(tally.findings)) == ("prober-failed", 3)

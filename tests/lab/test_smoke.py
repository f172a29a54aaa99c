"""Smokes of a real engine behind a real sshd: ports that only the host reaches, and containers that do not stay."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from platformctl.adapters.connections import Connections
from platformctl.adapters.probing import Prober
from platformctl.adapters.ssh import SshTransport
from platformctl.cli import main
from platformctl.smoke.agenda import agenda
from platformctl.smoke.finding import Tally
from tests.unit.smoke.findings import module

from .certificates import Certificates
from .container import compose, start
from .engine import Docker, docker
from .hidden_host import HiddenHost, hidden_host
from .image import multi_platform
from .registry import Registry
from .service import Service
from .smoked import declare, smoked
from .tcp_server import Server, answers_http, sends, tcp_server
from .tied import tie

pytestmark = pytest.mark.lab

OK: Final = b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"status":"up"}'
DOWN: Final = b"HTTP/1.1 503 No\r\n\r\n"
SHORT: Final = {"container": {"stable_for": 1}, "tries": 2}


@pytest.fixture(scope="module")
def smoke_engine(lab: Path) -> Iterator[Docker]:
    """An engine of these tests alone, since they change what runs on it."""
    with docker(lab, "smoke") as running:
        yield running


@pytest.fixture(scope="module")
def host(lab: Path, smoke_engine: Docker) -> Iterator[HiddenHost]:
    """The host in front of it."""
    with hidden_host(lab, smoke_engine) as running:
        yield running


UNTIL_TOLD: Final = """\
while true; do
  [ -e /broken ] && exit 1
  [ -e /once ] && { busybox rm /once; exit 1; }
  sleep 0.1
done
"""


@pytest.fixture
def service(smoke_engine: Docker, registry: Registry) -> Iterator[Service]:
    """A service that runs until it is told to break, and that its engine starts again."""
    config = {"Cmd": ["/bin/sh", "-c", UNTIL_TOLD]}
    pushed = registry.push("apps/shop", multi_platform({"app/version": "apps/shop 1\n"}, config=config), "1")
    start(smoke_engine, pushed.pinned, "np-shop", *compose("np-shop"), "--restart=always")
    yield Service("np-shop", pushed.pinned, "It was created by the pin.")
    smoke_engine.run("rm", "--force", "np-shop")


def when_asked(*answers: bytes, act: Callable[[], None]) -> Callable[[socket.socket, Server], None]:
    """Act at the first request, before it is answered; the last answer is given from then on."""
    left = list(answers)

    def handle(connection: socket.socket, server: Server) -> None:
        connection.recv(65536)
        if server.connections == 1:
            act()
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return handle


def tls_server(host: HiddenHost, certificates: Certificates) -> int:
    """Answer over TLS on the host's own 127.0.0.1, and return the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.server.certificate, certificates.server.key)

    def handle(connection: socket.socket, _: Server) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(65536)
            secured.sendall(OK)

    return host.listen(handle).port


def http(port: int, origin: str, **check: object) -> dict[str, object]:
    """Return a probe of a port on 127.0.0.1."""
    return {"http": {"url": f"http://127.0.0.1:{port}/health", **check}, "from": origin, "tries": 2, "timeout": 30}


def closed(port: int, origin: str) -> dict[str, object]:
    """Return a probe of a port that nobody listens on."""
    return {"tcp": {"address": "127.0.0.1", "port": port}, "from": origin, "tries": 2}


def test_a_port_that_only_the_host_reaches(
    host: HiddenHost, service: Service, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """The key that the command prints for the catalog is enough, one login is, and nothing else gets through."""
    up, mute = host.listen(answers_http(OK)), host.listen(sends())
    declare(
        tmp_path,
        host.entry(ask="agent"),
        service,
        http(up.port, "host", json={"/status": "up"}),
        http(up.port, "worker"),
        closed(1, "host"),
        {**http(mute.port, "host"), "timeout": 0.5},
        SHORT,
    )
    main([
        *("host-agent", "authorized-key", "--key", str(host.ssh.identity_file.with_suffix(".pub"))),
        *("--catalog", str(tmp_path), "--host", "rs2000"),
    ])  # fmt: skip
    (host.ssh.folder / "authorized_keys").write_bytes(capsysbinary.readouterr().out)
    before = host.logins
    found = smoked(tmp_path)
    assert host.logins - before == 1
    assert found.probes == [
        "pass, answered: status 200",
        f"fail, port-closed: 127.0.0.1:{up.port}: connection refused [2]",
        "fail, port-closed: 127.0.0.1:1 from the host: connection refused [2]",
        f"fail, no-answer: 127.0.0.1:{mute.port}: no whole answer within 0.5 s [2]",
        "pass, steady: np-shop: running, no restart",
    ]
    assert (found.code, found.document["plan"]["verdict"]) == (1, "in-sync")


def probed(host: HiddenHost, connections: Connections, *probes: dict[str, object], base: Path = Path()) -> list[str]:
    """Run probes from the host, one after the other over one connection."""
    ways = {"h1": SshTransport("h1", host.entry(), connections=connections)}
    prober = Prober(ways, base, pause_s=0)
    planned = agenda(module(*({**probe, "from": "host", "tries": 2, "timeout": 30} for probe in probes)))[: len(probes)]
    return [_told(prober.run(one)) for one in planned]


def _told(tally: Tally) -> str:
    return f"{tally.finding.reason}: {tally.finding.message} [{len(tally.findings)}]"


def test_what_the_host_cannot_ask(host: HiddenHost, tmp_path: Path) -> None:
    """Who keeps a probe from its target causes an error, and only the target's own refusal a fail; one login does."""
    host.ssh.authorize()
    before, up = host.logins, host.listen(answers_http(OK))
    certificates = Certificates.make(tmp_path / "tls", "127.0.0.1")
    with Connections() as connections:
        found = probed(
            host,
            connections,
            {"tcp": {"address": "127.255.255.255", "port": 80}},
            {"tcp": {"address": "127.0.0.1", "port": 1}},
            {"tcp": {"address": "127.0.0.1", "port": up.port}},
            {"http": {"url": f"https://127.0.0.1:{up.port}/", "tls": {"ca": "tls/ca.pem"}}},
            {"http": {"url": f"https://127.0.0.1:{tls_server(host, certificates)}/", "tls": {"ca": "tls/ca.pem"}}},
            base=tmp_path,
        )
        unknown = probed(host, connections, {"tcp": {"address": "nowhere.invalid", "port": 80}})
    assert found == [
        "forward-failed: 127.255.255.255:80 from the host: open failed [3]",
        "port-closed: 127.0.0.1:1 from the host: connection refused [2]",
        "answered: the connection is accepted [1]",
        "not-tls: no TLS: WRONG_VERSION_NUMBER [2]",
        "answered: status 200 [1]",
    ]
    assert unknown[0].startswith("forward-failed: nowhere.invalid:80 from the host: ")
    assert host.logins - before == 1


def test_a_key_that_may_not(host: HiddenHost) -> None:
    """What the host's SSH server does not permit is an error, and the service is not even reached."""
    up = host.listen(answers_http(OK))
    tie(host.ssh, "127.0.0.1:1")
    with Connections() as connections:
        found = probed(host, connections, {"tcp": {"address": "127.0.0.1", "port": up.port}})
    place = f"127.0.0.1:{up.port} from the host"
    assert found == [f"forward-refused: {place}: its SSH server does not permit it [3]"]
    assert up.connections == 0


def restarts(engine: Docker) -> int:
    """Tell how often the engine has started the service again."""
    return int(engine.run("inspect", "--format={{.RestartCount}}", "np-shop"))


def tell(engine: Docker, word: str) -> None:
    """Tell the service to break, and return when its engine has started it again."""
    engine.run("exec", "np-shop", "/bin/sh", "-c", f": > /{word}")
    engine.process.wait_until(lambda: restarts(engine) > 0)


def test_a_container_that_restarts_once(
    smoke_engine: Docker, host: HiddenHost, service: Service, tmp_path: Path
) -> None:
    """A restart within the window is no pass; the next window shows that it stays, and what failed is asked again."""
    host.ssh.authorize()
    handle = when_asked(DOWN, DOWN, OK, act=lambda: tell(smoke_engine, "once"))
    with tcp_server(handle) as server:
        declare(tmp_path, host.entry(), service, http(server.port, "worker"), SHORT)
        found = smoked(tmp_path)
    assert found.probes == [
        "pass, answered: status 200",
        "pass, steady: np-shop: running, no restart (1 of 2 tries: container-restarted) [2]",
    ]
    assert found.code == 0


def test_a_container_that_restarts_again_and_again(
    smoke_engine: Docker, host: HiddenHost, service: Service, tmp_path: Path
) -> None:
    """It is seen in every window, whatever the engine calls it between two starts."""
    host.ssh.authorize()
    with tcp_server(when_asked(OK, act=lambda: tell(smoke_engine, "broken"))) as server:
        declare(tmp_path, host.entry(), service, http(server.port, "worker"), SHORT)
        found = smoked(tmp_path)
    (_, watched) = found.document["probes"]
    assert (found.code, found.document["outcome"], watched["outcome"], watched["tries"]) == (1, "fail", "fail", 2)
    assert watched["reason"] in {"container-restarted", "state-wrong"}


def test_a_container_that_is_replaced(smoke_engine: Docker, host: HiddenHost, service: Service, tmp_path: Path) -> None:
    """A deployment meanwhile proves nothing; the window after it does."""

    def replace() -> None:
        smoke_engine.run("rm", "--force", "np-shop")
        start(smoke_engine, service.image, "np-shop", *compose("np-shop"))

    host.ssh.authorize()
    with tcp_server(when_asked(OK, act=replace)) as server:
        declare(tmp_path, host.entry(), service, http(server.port, "worker"), SHORT)
        found = smoked(tmp_path)
    assert found.probes == [
        "pass, answered: status 200",
        "pass, steady: np-shop: running, no restart (1 of 2 tries: container-replaced) [2]",
    ]

"""Probes over TLS: which certificates are accepted, and what is no certificate's fault."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.lab.certificates import Certificates
from tests.lab.tcp_server import Server, answers_http, sends, tcp_server

from .probed import SHORT_S, http, probed

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nready"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """A server's certificate for 127.0.0.1 that is valid for a day, and the authority that signed it."""
    return Certificates.make(tmp_path_factory.mktemp("catalog") / "tls", "127.0.0.1")


def usual(_: ssl.SSLContext) -> None:
    """Set nothing up."""


@contextmanager
def tls_server(certificates: Certificates, set_up: Callable[[ssl.SSLContext], None] = usual) -> Iterator[Server]:
    """Answer every request over TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.server.certificate, certificates.server.key)
    set_up(context)

    def handle(connection: socket.socket, _: Server) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(65536)
            secured.sendall(OK)

    with tcp_server(handle) as server:
        yield server


def nothing_in_common(context: ssl.SSLContext) -> None:
    """Offer what no client of ours accepts."""
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("PSK-AES128-CBC-SHA256")


def test_certificates(certificates: Certificates) -> None:
    """Authority, name and date must be right; the authority is the system's unless a file in the catalog is named."""
    base, ca = certificates.authority.parents[1], {"ca": "tls/ca.pem"}
    with tls_server(certificates) as server:
        found = [
            probed(http(server.port, "https", contains="ready", tls=ca), base),
            probed(http(server.port, "https"), base),
            probed(http(server.port, "https", "localhost", tls=ca), base),
            probed(http(server.port, "https", tls={**ca, "days": 14}), base).partition(", and")[0],
            probed(http(443, "https", tls=ca, connect=f"127.0.0.1:{server.port}"), base),
        ]
    assert found == [
        "answered: status 200",
        "certificate-refused: unable to get local issuer certificate [2]",
        "certificate-refused: Hostname mismatch, certificate is not valid for 'localhost'. [2]",
        "certificate-expires: the certificate should be valid for 14 days",
        "answered: status 200",
    ]


def test_what_is_no_certificates_fault(certificates: Certificates) -> None:
    """Plain text is no TLS and silence no answer; what may be ours to blame is an error."""
    base, ca = certificates.authority.parents[1], {"ca": "tls/ca.pem"}
    with tls_server(certificates, nothing_in_common) as picky:
        picked = probed(http(picky.port, "https", tls=ca), base)
    with tcp_server(answers_http(b"HTTP/1.1 200 OK\r\n\r\n")) as plain, tcp_server(sends()) as silent:
        found = [
            probed(http(plain.port, "https", tls=ca), base).partition(":")[0],
            probed(http(silent.port, "https", tls=ca), base, SHORT_S),
            probed(http(plain.port, "https", tls={"ca": "tls/other.pem"}), base),
            probed(http(plain.port, "https", tls={"ca": "tls/server-key.pem"}), base).partition(": ")[0],
        ]
    assert picked.startswith("tls-unusable: no TLS was agreed on: ")
    assert found == [
        "not-tls",
        f"no-answer: 127.0.0.1:{silent.port}: no whole answer within 0.5 s [2]",
        "tls-unusable: tls/other.pem: cannot be used: [Errno 2] No such file or directory [3]",
        "tls-unusable",
    ]


def test_a_machine_without_authorities(
    certificates: Certificates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing is trusted, a refused certificate says nothing of the certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    with tls_server(certificates) as server:
        found = probed(http(server.port, "https"))
    assert found == "tls-unusable: this machine has no authorities to trust: install ca-certificates [3]"

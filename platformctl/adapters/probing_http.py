"""Asking over HTTP, through whatever connection a probe has: one GET, and of the answer a bounded part."""

from __future__ import annotations

import io
import ssl
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, urljoin, urlsplit

from platformctl import __version__
from platformctl.adapters.probing_stream import Dial, Stream
from platformctl.adapters.probing_tls import TlsStream
from platformctl.catalog.probe import HttpCheck
from platformctl.catalog.target import Target, target_of
from platformctl.render.printable import one_line
from platformctl.smoke.answer import HttpAnswer
from platformctl.smoke.finding import Finding, ProbeEnded
from platformctl.smoke.outcome import ProbeReason

MAX_BODY: Final = 1024 * 1024
"""Bytes of a body that are read; what is declared stands in these or is not known."""

_CHUNK: Final = 65536
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_USUAL_PORTS: Final = frozenset({80, 443})


@dataclass(frozen=True, slots=True)
class Asking:
    """A question over HTTP: what is declared, how to connect, the seconds for each answer, and the catalog's folder."""

    check: HttpCheck
    dial: Dial
    seconds: float
    base: Path

    def answer(self) -> HttpAnswer:
        """Ask, and follow redirects as far as that is declared.

        Raises:
            ProbeEnded: there is no answer to judge.
        """
        url, answer = urlsplit(self.check.url), self._asked(urlsplit(self.check.url))
        for _ in range(self.check.redirects):
            goal = _goal(url, answer)
            if goal is None:
                break
            url, answer = goal, self._asked(goal)
        return answer

    def _asked(self, url: SplitResult) -> HttpAnswer:
        """Ask one URL. From the declared address, the declared place is connected to."""
        declared = target_of(urlsplit(self.check.url))
        target = self.check.target if target_of(url) == declared else target_of(url)
        with self.dial(target, self.seconds) as stream:
            try:
                return self._exchanged(url, target, stream)
            except TimeoutError:
                message = f"{target}: no whole answer within {self.seconds:g} s"
                raise ProbeEnded(Finding(ProbeReason.NO_ANSWER, message)) from None
            except (OSError, IncompleteRead) as error:
                why = "" if isinstance(error, IncompleteRead) else one_line(error)
                message = f"{target}: {why or 'the connection was closed'}"
                raise ProbeEnded(Finding(ProbeReason.BROKEN_OFF, message)) from None
            except (HTTPException, ValueError) as error:
                message = f"{target}: {type(error).__name__}"
                raise ProbeEnded(Finding(ProbeReason.NOT_HTTP, message)) from None

    def _exchanged(self, url: SplitResult, target: Target, stream: Stream) -> HttpAnswer:
        if url.scheme == "http":
            return self._exchange(url, target, stream, None)
        secured = TlsStream(stream, url.hostname or "", self.check.tls, self.base)
        return self._exchange(url, target, secured, secured.valid_until)

    def _exchange(
        self, url: SplitResult, target: Target, stream: Stream | TlsStream, valid_until: datetime | None
    ) -> HttpAnswer:
        connection = HTTPConnection(target.address, target.port)
        connection.sock = _Socket(incoming := _Incoming(stream), stream)
        path = url._replace(scheme="", netloc="", fragment="", path=url.path or "/").geturl()
        connection.request("GET", path, headers={**_HEADERS, "Host": url.netloc})
        with closing(connection.getresponse()) as response:
            if incoming.ended:  # http.client takes half a head for a whole one
                raise ConnectionResetError
            body, whole = _body(response) if self.check.reads_body else (b"", False)
            return HttpAnswer(response.status, _headers(response), body, whole, valid_until)


_HEADERS: Final[Mapping[str, str]] = {
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Connection": "close",
    "User-Agent": f"platformctl-smoke/{__version__}",
}


def _goal(url: SplitResult, answer: HttpAnswer) -> SplitResult | None:
    """Return where an answer redirects to, if that is followed: never to another host, nor to a port of its choice."""
    location = answer.headers.get("location")
    if answer.status not in _REDIRECTS or not location:
        return None
    try:
        goal = urlsplit(urljoin(url.geturl(), location))
        same = goal.hostname == url.hostname and goal.scheme in {"http", "https"}
        allowed = same and target_of(goal).port in {target_of(url).port, *_USUAL_PORTS}
    except ValueError:
        return None
    return goal if allowed and "@" not in goal.netloc and goal.geturl().isascii() else None


def _headers(response: HTTPResponse) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in response.getheaders():
        key = name.lower()
        found[key] = f"{found[key]}, {value}" if key in found else value
    return found


def _body(response: HTTPResponse) -> tuple[bytes, bool]:
    """Read as much as is judged, and tell whether that is all."""
    body = bytearray()
    while len(body) <= MAX_BODY and (chunk := response.read(_CHUNK)):
        body += chunk
    if len(body) > MAX_BODY:
        return bytes(body[:MAX_BODY]), False
    if response.length:  # what was promised and did not come
        raise ConnectionResetError
    return bytes(body), True


class _Incoming(io.RawIOBase):
    """What a stream receives."""

    def __init__(self, stream: Stream | TlsStream) -> None:
        self._stream = stream
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  what the base class says
        try:
            received = self._stream.recv(len(buffer))
        except ssl.SSLError as error:
            raise ConnectionResetError(one_line(error.reason)) from None
        self.ended = self.ended or not received
        buffer[: len(received)] = received
        return len(received)


class _Socket:
    """A stream as http.client wants a socket; whoever opened the stream closes it."""

    def __init__(self, incoming: _Incoming, stream: Stream | TlsStream) -> None:
        self._incoming = incoming
        self._stream = stream

    def makefile(self, _: str) -> io.BufferedReader:
        return io.BufferedReader(self._incoming, _CHUNK)

    def sendall(self, data: bytes) -> None:
        self._stream.sendall(data)

    def close(self) -> None:
        """Leave the end to the stream."""

"""A registry may be slow, busy, broken or hostile: it costs an answer, and no more than it may cost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from .registry_client import ASKED, HASTY, MANIFEST, WEB, client, in_turn, problem, whole
from .registry_server import Reply, image, serving

OPEN_ENDED = b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n"


@pytest.mark.parametrize("wait", ["0", "Fri, 02 Jan 2026 03:04:05 GMT", "soon", "", "-1"])
@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_registry_is_asked_again(status: int, wait: str) -> None:
    """What is said to pass is waited for, whatever can be read of how long."""
    with serving(in_turn(Reply(status, headers={"Retry-After": wait}), Reply(status), whole())) as server:
        assert client().manifest(server.reference(), WEB.digest) == WEB.bodies[MANIFEST]
        assert server.questions == [ASKED] * 3


@pytest.mark.parametrize("wait", ["3600", "Fri, 02 Jan 2099 03:04:05 GMT", "9" * 400])
def test_nobody_waits_for_long(wait: str) -> None:
    """A registry that wants to be left alone for an hour is, and the message is the same every night."""
    with serving(in_turn(Reply(429, headers={"Retry-After": wait}))) as server:
        expected = f"http://{server.address}: it answers 429: busy for longer than we wait"
        assert problem(server.reference(), client(patience=replace(HASTY, wait_s=25))) == expected
        assert server.questions == [ASKED]


def test_tries_are_counted() -> None:
    """A registry that stays busy is asked three times, and then not again in this run."""
    with serving(in_turn(Reply(503))) as server:
        registries = client()
        first = problem(server.reference(), registries)
        assert first == f"http://{server.address}: it answers 503: busy for longer than we wait"
        assert problem(server.reference(), registries, image("other").digest) == first
        assert server.questions == [ASKED] * 3


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (400, "it answers 400"),
        (404, "it has none"),
        (500, "it answers 500"),
        (204, "it answers 204"),
        (304, "it answers 304"),
    ],
)
def test_other_answers_are_final(status: int, meaning: str) -> None:
    """An answer that repeats would be the same is asked for once, and the registry for other things still."""
    with serving(in_turn(Reply(status), whole())) as server:
        registries = client()
        assert problem(server.reference(), registries) == f"http://{server.address}: {MANIFEST} of apps/web: {meaning}"
        assert registries.manifest(server.reference(), WEB.digest) == WEB.bodies[MANIFEST]


@pytest.mark.parametrize(
    "raw",
    [
        (OPEN_ENDED + b"\r\n", *[b"x"] * 1000),
        (b"HTTP/1.1 200 OK\r\n", *[b"X-A: b\r\n"] * 90),
        tuple(bytes([byte]) for byte in b"HTTP/1.1 200 OK and more words, one byte at a time, for as long as it takes"),
        (OPEN_ENDED + b"Transfer-Encoding: chunked\r\n\r\n", *[b"1\r\nx\r\n"] * 1000),
    ],
    ids=["body", "headers", "status", "chunks"],
)
def test_a_slow_drip_ends(raw: tuple[bytes, ...]) -> None:
    """A server that always sends a little more ends at the deadline of the whole question."""
    with serving(in_turn(Reply(raw=raw, pause_s=0.1))) as server:
        registries = client()
        assert problem(server.reference(), registries) == f"http://{server.address}: no whole answer in time"
        assert problem(server.reference(), registries) == f"http://{server.address}: no whole answer in time"
        assert server.questions == [ASKED]


def test_silence_ends() -> None:
    """A server that says nothing is asked once, and is not asked for anything else in this run."""
    with serving(in_turn(Reply(raw=(b"", b""), pause_s=60))) as server:
        registries = client()
        assert problem(server.reference(), registries) == f"http://{server.address}: no answer in time"
        assert problem(server.reference(), registries) == f"http://{server.address}: no answer in time"
        assert server.questions == [ASKED]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "connection was reset"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "no answer that can be read"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", "no answer that can be read"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000, "no answer that can be read"),
        (OPEN_ENDED + b"\r\nxy", "no answer that can be read"),
        (OPEN_ENDED + b"Transfer-Encoding: chunked\r\n\r\nrubbish", "no answer that can be read"),
        (OPEN_ENDED + b"Content-Encoding: gzip\r\n\r\nrubbish", "no answer that can be read"),
    ],
    ids=["nothing", "no-http", "many-headers", "long-header", "cut", "bad-chunks", "bad-gzip"],
)
def test_rubbish_is_no_answer(raw: bytes, words: str) -> None:
    """Whatever comes, there is one line about it that holds nothing of what came."""
    with serving(in_turn(Reply(raw=(raw,)))) as server:
        said = problem(server.reference(), client())
        assert said.startswith(f"http://{server.address}: ")
        assert words in said
        assert "0x" not in said


@pytest.mark.parametrize("length", [None, "10001", "5"])
def test_a_body_has_a_limit(length: str | None) -> None:
    """A body that is too large is not read to its end, whatever it says of its length."""
    head = f"Content-Length: {length}\r\n" if length and length != "5" else ""
    raw = (f"HTTP/1.1 200 OK\r\n{head}\r\n".encode(), *[b"x" * 1000] * 1000)
    with serving(in_turn(Reply(raw=raw))) as server:
        assert problem(server.reference(), client()) == f"http://{server.address}: a body is larger than 10000 bytes"


def test_a_registry_that_is_not_there_is_tried_once_in_a_run() -> None:
    """The port is closed: one line says so, the same for everything that would be asked, in every run."""
    with serving(in_turn(whole())) as server:
        pass
    said = {
        problem(server.reference(), registries, digest) for registries in (client(), client()) for digest in DIGESTS
    }
    assert said == {f"http://{server.address}: connection refused"}


DIGESTS = [image(name).digest for name in ("web", "other", "third")]


def test_many_questions_at_a_gone_registry_end_together() -> None:
    """Those that ask at the same time wait side by side, and all others not at all."""
    with serving(in_turn(Reply(raw=(b"", b""), pause_s=60))) as server:
        registries = client()
        with ThreadPoolExecutor(4) as pool:
            said = set(pool.map(lambda _: problem(server.reference(), registries), range(100)))
        assert said == {f"http://{server.address}: no answer in time"}
        assert len(server.questions) <= 4

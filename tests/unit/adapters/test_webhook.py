"""The receiver as a process that cannot reach its queue: what it takes, what it refuses, what it leaves behind."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from platformctl.adapters.receiving_body import BODY_BYTES
from tests.lab.address import answers
from tests.unit.forge.sending import SECRET, body, headers, signing_headers

from .receiving import FORGES, NOBODY, Running, running_receiver

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One receiver for all tests of this module."""
    folder = tmp_path_factory.mktemp("receiver")
    with running_receiver(folder, {"PREFECT_API_URL": NOBODY}, "--per-minute", "100000") as running:
        yield running


@pytest.mark.parametrize("forge", FORGES)
def test_delivery_that_tells_of_no_merge_is_taken(receiver: Running, forge: str) -> None:
    """A signed delivery that leads to nothing is answered 202, says why, and leaves a receipt."""
    (own,) = [each for each in FORGES if each == forge]
    before = len(receiver.receipts())
    answer = receiver.deliver(own, body(f"{forge}-branch-deleted"))
    expected = {"decision": "not-merged", "message": "Nothing was merged.", "run": None}
    assert (answer.status_code, answer.json()) == (202, expected)
    (left,) = receiver.receipts()[before:]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", left.pop("at"))
    assert left == {
        "merge": {"forge": forge, "repository": "platform/catalog", "base": "main", "commit": ""},
        "source": "push",
        "module": None,
        "decision": "not-merged",
        "note": "",
        "run": None,
        "plan": None,
    }


def test_delivery_that_never_tells_of_merges_leaves_no_receipt(receiver: Running) -> None:
    """GitHub's ping is answered as it should be, and is no trigger."""
    before = receiver.receipts()
    answer = receiver.deliver("github", body("github-ping"))
    assert (answer.status_code, answer.json()["decision"]) == (202, "not-merged")
    assert receiver.receipts() == before


def test_merge_is_not_lost_silently(receiver: Running) -> None:
    """Without its queue the receiver says so, and when to come again; no receipt claims that a run follows."""
    before = receiver.receipts()
    answer = receiver.deliver("forgejo", body("forgejo-push"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert answer.json()["reason"] == "queue-unavailable"
    assert receiver.receipts() == before
    assert "is not queued: the Prefect server cannot be used now: no answer (ConnectError)" in receiver.log()


PUSH = body("github-push")
REFUSED: Mapping[str, tuple[str, str, Mapping[str, str], bytes, int, str]] = {
    "no signature": ("POST", "/merges/github", JSON, PUSH, 401, "signature-absent"),
    "empty signature": ("POST", "/merges/github", JSON | {"X-Hub-Signature-256": ""}, PUSH, 401, "signature-absent"),
    "old signature": ("POST", "/merges/github", JSON | {"X-Hub-Signature": "sha1=00"}, PUSH, 401, "signature-absent"),
    "wrong signature": (
        "POST", "/merges/github", JSON | {"X-Hub-Signature-256": "sha256=00"}, PUSH, 403, "signature-wrong",
    ),
    "other forge": ("POST", "/merges/gitlab", headers("github", PUSH), PUSH, 401, "signature-absent"),
    "another body": ("POST", "/merges/github", headers("github", PUSH), PUSH + b" ", 403, "signature-wrong"),
    "replayed": (
        "POST", "/merges/gitlab", JSON | signing_headers(PUSH, SECRET, 1), PUSH, 403, "timestamp-stale",
    ),
    "no secret": ("POST", "/merges/unguarded", headers("gitea", PUSH, b""), PUSH, 403, "no-secret"),
    "unknown repository": ("POST", "/merges/other", headers("github", PUSH), PUSH, 404, "repository-unknown"),
    "nothing there": ("POST", "/", headers("github", PUSH), PUSH, 404, "not-served"),
    "slash": ("POST", "/merges/github/", headers("github", PUSH), PUSH, 404, "not-served"),
    "no pages": ("GET", "/docs", {}, b"", 404, "not-served"),
    "no description": ("GET", "/openapi.json", {}, b"", 404, "not-served"),
    "asked by GET": ("GET", "/merges/github", {}, b"", 405, "not-served"),
    "form": (
        "POST", "/merges/github", {"Content-Type": "application/x-www-form-urlencoded"}, PUSH, 415, "content-type",
    ),
    "no type": ("POST", "/merges/github", {}, PUSH, 415, "content-type"),
    "no JSON": ("POST", "/merges/github", headers("github", b"{"), b"{", 400, "body-unreadable"),
    "no object": ("POST", "/merges/github", headers("github", b"[]"), b"[]", 400, "body-unreadable"),
    "nothing": ("POST", "/merges/github", headers("github", b""), b"", 400, "body-unreadable"),
    "nested": ("POST", "/merges/github", headers("github", b"[" * 90000), b"[" * 90000, 400, "body-unreadable"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refusal_says_why(receiver: Running, name: str) -> None:
    """What is not taken is answered by its own status and reason, and leaves no receipt."""
    method, path, sent, content, status, reason = REFUSED[name]
    before = receiver.receipts()
    with receiver.client() as client:
        answer = client.request(method, path, headers=dict(sent), content=content)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert receiver.receipts() == before


def test_answer_tells_nothing_of_the_program(receiver: Running) -> None:
    """No header names a server or its version."""
    with receiver.client() as client:
        answer = client.get("/healthz")
    assert answer.json() == {"status": "ok"}
    assert set(answer.headers) == {"date", "content-length", "content-type"}


@pytest.mark.parametrize("chunked", [False, True])
def test_large_body_is_refused(receiver: Running, chunked: bool) -> None:  # noqa: FBT001  a parameter of the test
    """A body beyond the limit is not read to its end, whether its length is told or not."""
    content = b" " * (BODY_BYTES + 1)
    parts = iter([content[:BODY_BYTES], content[BODY_BYTES:]])
    with receiver.client() as client:
        answer = client.post("/merges/github", headers=JSON, content=parts if chunked else content)
    assert (answer.status_code, answer.json()["reason"]) == (413, "body-large")


def test_largest_body_is_read(receiver: Running) -> None:
    """A body of just the limit is taken, even in parts."""
    content = body("github-ping").ljust(BODY_BYTES)
    with receiver.client() as client:
        sent = headers("github", content)
        answer = client.post("/merges/github", headers=sent, content=iter([content[:100], content[100:]]))
    assert answer.status_code == 202


def test_length_beyond_all_numbers_is_refused(receiver: Running) -> None:
    """A length that no number holds is too large, or no request at all; the receiver goes on."""
    head = f"POST /merges/github HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {'9' * 5000}"
    host, _, port = receiver.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(head.encode() + b"\r\n\r\n")
        assert connection.recv(100).split()[1] in {b"400", b"413"}


def test_log_holds_neither_secrets_nor_bodies(receiver: Running) -> None:
    """A line of the log tells the outcome; nothing that was sent is in it, and no error has a stack."""
    marked = json.dumps(json.loads(PUSH) | {"after": "canary-of-the-body"}).encode()
    receiver.deliver("github", marked)
    receiver.deliver("gitlab", body("gitlab-branch-deleted"))
    with receiver.client() as client:
        client.post("/merges/github", headers=JSON | {"X-Hub-Signature-256": "canary-of-a-header"}, content=marked)
    log = receiver.log()
    assert "canary" not in log
    assert SECRET.decode() not in log
    assert "Traceback" not in log
    assert re.search(r" INFO github: signature-wrong, \d+ ms, from 127\.0\.0\.1\n", log)


def test_those_who_keep_silent_lock_nobody_out(receiver: Running) -> None:
    """Two hundred connections without a whole request are no hindrance to a signed delivery."""
    host, _, port = receiver.url.removeprefix("http://").partition(":")
    with ExitStack() as stack:
        for _ in range(200):
            connection = stack.enter_context(socket.create_connection((host, int(port))))
            connection.sendall(b"POST /merges/github HTTP/1.1\r\nHost: x\r\n")
        assert receiver.deliver("github", body("github-ping")).status_code == 202


def test_secret_may_be_changed_while_it_runs(receiver: Running) -> None:
    """A new secret counts from the next delivery on; where it is none, the old one stays, and the log says so."""
    content, place = body("github-ping"), receiver.folder / "secret"

    def status(secret: bytes) -> int:
        return receiver.deliver("github", content, **headers("github", content, secret)).status_code

    try:
        place.write_bytes(b"another-canary\n")
        assert (status(SECRET), status(b"another-canary")) == (403, 202)
        place.write_bytes(b"\n")
        assert (status(SECRET), status(b"another-canary")) == (403, 202)
        place.unlink()
        assert status(b"another-canary") == 202
    finally:
        place.write_bytes(SECRET)
    assert status(b"another-canary") == 202, "everybody may read the new file, so the old secret stays"
    place.chmod(0o600)
    assert (status(b"another-canary"), status(SECRET)) == (403, 202)
    log = receiver.log()
    assert "the old secret stays: secret: should hold a secret of 1 to 4096 bytes\n" in log
    assert "the old secret stays: secret: cannot be read: No such file or directory\n" in log
    assert "secret was read again\n" in log
    assert "canary" not in log


def test_sender_that_asks_too_often_has_to_wait(tmp_path: Path) -> None:
    """Beyond its allowance a sender is told to wait; others are not, nor is the same one about another repository."""
    with running_receiver(tmp_path / "rated", {"PREFECT_API_URL": NOBODY}, "--per-minute", "2") as receiver:
        content = body("github-ping")
        by_proxy = [("203.0.113.7", 202), ("spoofed, 203.0.113.7", 202), ("203.0.113.7", 429), ("203.0.113.8", 202)]
        got = [receiver.deliver("github", content, **{"X-Forwarded-For": by}) for by, _ in by_proxy]
        assert [answer.status_code for answer in got] == [status for _, status in by_proxy]
        assert 1 <= int(got[2].headers["Retry-After"]) <= 30
        other = receiver.deliver("gitlab", body("gitlab-branch-deleted"), **{"X-Forwarded-For": "203.0.113.7"})
        assert other.status_code == 202


def test_delivery_under_way_is_answered_before_the_end(tmp_path: Path) -> None:
    """SIGTERM lets a delivery that has begun come to its end, takes no new one, and is no error."""
    content = body("github-ping")
    sent = {**headers("github", content), "Host": "x", "Content-Length": str(len(content))}
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    with running_receiver(tmp_path / "ended", {"PREFECT_API_URL": NOBODY}) as receiver:
        host, _, port = receiver.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(f"POST /merges/github HTTP/1.1\r\nExpect: 100-continue\r\n{head}\r\n".encode())
            assert connection.recv(100).startswith(b"HTTP/1.1 100")
            connection.sendall(content[:10])
            receiver.process.terminate()
            _until_closed(host, int(port))
            connection.sendall(content[10:])
            assert connection.recv(4096).startswith(b"HTTP/1.1 202")
        assert receiver.process.wait(60) == 0


def _until_closed(host: str, port: int) -> None:
    deadline = time.monotonic() + 60
    while answers(host, port):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_socket_is_for_its_group(tmp_path: Path) -> None:
    """On a path the receiver takes the place of a socket that was left there; only its group may connect."""
    folder = tmp_path / "by-path"
    folder.mkdir()
    path = folder / "s"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    with running_receiver(folder, {"PREFECT_API_URL": NOBODY}, listen=f"unix:{path}") as receiver:
        assert receiver.url == f"unix:{path}"
        assert path.stat().st_mode & 0o777 == 0o660
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(path))
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 200")
        assert receiver.stop() == 0

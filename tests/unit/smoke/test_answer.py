"""What answers over HTTP and TCP mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from platformctl.catalog.probe import HttpCheck
from platformctl.smoke.answer import HttpAnswer, judge_greeting, judge_http

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
JSON = b'{"status": "up", "checks": [{"ok": true, "ms": 3.0}], "a/b": 1, "none": null, "deep": {"x": "secret"}}'


def judged(body: bytes = b"", days: float = 90, whole: bool = True, came: int = 200, **check: Any) -> str:  # noqa: ANN401, FBT001, FBT002  as YAML has them
    """Judge an answer, and return reason and message."""
    headers = {"content-type": "application/json; charset=utf-8", "x-version": "1.2"}
    answer = HttpAnswer(came, headers, body, whole, NOW + timedelta(days=days))
    declared = HttpCheck.model_validate({"url": "https://web/", **check})
    finding = judge_http(declared, answer, NOW)
    return f"{finding.reason}: {finding.message}"


@pytest.mark.parametrize(
    ("check", "status", "said"),
    [
        ({}, 200, "answered: status 200"),
        ({}, 301, "status-wrong: should be status 200, is 301"),
        ({"status": 301}, 301, "answered: status 301"),
        ({"status": [200, 204]}, 204, "answered: status 204"),
        ({"status": [200, 204]}, 500, "status-wrong: should be status 200 or 204, is 500"),
    ],
)
def test_status(check: dict[str, Any], status: int, said: str) -> None:
    """One of the declared statuses must answer; a redirect that is not followed is a status like any other."""
    assert judged(came=status, **check) == said


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ({"X-Version": "1.2"}, "answered: status 200"),
        ({"x-version": {"equals": "1.2"}}, "answered: status 200"),
        ({"Content-Type": {"contains": "json"}}, "answered: status 200"),
        ({"X-Version": "1"}, 'header-wrong: X-Version should be "1", and is "1.2"'),
        ({"Content-Type": {"contains": "html"}}, 'header-wrong: Content-Type should contain "html", and is "application/json; charset=utf-8"'),  # noqa: E501
        ({"X-Other": "1"}, 'header-wrong: X-Other should be "1", and is not there'),
    ],
)  # fmt: skip
def test_headers(header: dict[str, Any], said: str) -> None:
    """Names are compared without regard to case, values as a whole or in part."""
    assert judged(header=header) == said


def test_a_long_value_is_cut() -> None:
    """Of what is compared, a result holds a short part, with nothing that a terminal obeys."""
    answer = HttpAnswer(200, {"x": "\x1b[2J" + "a" * 500}, b"", True, None)  # noqa: FBT003
    finding = judge_http(HttpCheck(url="http://web/", header={"X": {"equals": "b"}}), answer, NOW)  # type: ignore[dict-item]
    assert finding.message == f'X should be "b", and is "\\u001b[2J{"a" * 50}…'


def test_a_body_that_lacks_the_text() -> None:
    """The text must stand in it, and nothing of the body is repeated."""
    assert judged(b"all is well", contains="well") == "answered: status 200"
    assert judged(b"password=hunter2", contains="well") == 'body-wrong: the body should contain "well"'


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"/status": "up", "/checks/0/ok": True, "/checks/0/ms": 3, "/a~1b": 1, "/none": None}, "answered: status 200"),
        ({"/status": "down"}, 'json-wrong: /status should be "down", and is "up"'),
        ({"/a~1b": True}, "json-wrong: /a~1b should be true, and is 1"),
        ({"/checks/0/ok": 1}, "json-wrong: /checks/0/ok should be 1, and is true"),
        ({"/checks/1/ok": True}, "json-wrong: /checks/1/ok should be true, and is not there"),
        ({"/status/x": "up"}, 'json-wrong: /status/x should be "up", and is not there'),
        ({"/other": None}, "json-wrong: /other should be null, and is not there"),
        ({"/deep": "x"}, 'json-wrong: /deep should be "x", and is an object'),
        ({"/checks": "x"}, 'json-wrong: /checks should be "x", and is a list'),
        ({"": "x"}, 'json-wrong: the body should be "x", and is an object'),
    ],
)
def test_json(wanted: dict[str, Any], said: str) -> None:
    """JSON Pointers lead to values, compared as JSON does; what has parts is not shown."""
    assert judged(JSON, json=wanted) == said


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"[" * 100_000, b"1" * 5000, b"{} {}"])
def test_a_body_that_is_no_json(body: bytes) -> None:
    """Whatever it is, it is a fail that repeats nothing of it."""
    said = judged(body, json={"/status": "up"})
    assert said in {"json-wrong: the body is no JSON", 'json-wrong: /status should be "up", and is not there'}


def test_what_was_not_read_proves_nothing() -> None:
    """Where the body is longer than what was read, a text that is not found may stand in the rest."""
    unread = "; only its first 3 bytes were read"
    assert judged(b"abc", whole=False, contains="b") == "answered: status 200"
    assert judged(b"abc", whole=False, contains="z") == f'body-too-large: the body should contain "z"{unread}'
    assert judged(b"abc", whole=False, json={"/x": 1}) == f"body-too-large: the body is no JSON{unread}"


def test_certificate() -> None:
    """It must be valid for the declared days, to the second."""
    said = "certificate-expires: the certificate should be valid for 14 days, and is until 2026-01-15: 13.5 days"
    assert judged(days=13.5, tls={"days": 14}) == said
    assert judged(days=14, tls={"days": 14}) == judged(days=0.1) == "answered: status 200"


@pytest.mark.parametrize(
    ("wanted", "greeting", "said"),
    [
        (None, b"", "answered: the connection is accepted"),
        ("SSH-2.0", b"SSH-2.0", 'answered: the service begins with "SSH-2.0"'),
        (
            "SSH-2.0",
            b"\x1bHTTP",
            'greeting-wrong: the service should begin with "SSH-2.0", and does with "\\u001bHTTP"',
        ),
    ],
)
def test_greeting(wanted: str | None, greeting: bytes, said: str) -> None:
    """A service must begin with the declared text."""
    finding = judge_greeting(wanted, greeting)
    assert f"{finding.reason}: {finding.message}" == said

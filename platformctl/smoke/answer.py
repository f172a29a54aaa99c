"""What an answer over HTTP or TCP means: pass, or what about it is not as declared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from jsonpointer import JsonPointer, JsonPointerException

from platformctl.catalog.probe import HeaderRule, HttpCheck
from platformctl.smoke.finding import Finding
from platformctl.smoke.outcome import ProbeReason

_EXCERPT: Final = 60
_NOTHING: Final = object()


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer as far as it was read.

    `headers` by lower-case name, values of one name joined by commas. `body` is what was read of it, and `whole` says
    that there is no more. `valid_until` is the end of the certificate, None where there is none.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool
    valid_until: datetime | None


def judge_http(check: HttpCheck, answer: HttpAnswer, now: datetime) -> Finding:
    """Return the first thing that is not as declared, or the pass."""
    return next(_differences(check, answer, now), Finding(ProbeReason.ANSWERED, f"status {answer.status}"))


def _differences(check: HttpCheck, answer: HttpAnswer, now: datetime) -> Iterator[Finding]:
    yield from _certificate(check, answer, now)
    if answer.status not in check.status:
        wanted = " or ".join(map(str, check.status))
        yield Finding(ProbeReason.STATUS_WRONG, f"should be status {wanted}, is {answer.status}")
    for name, rule in check.header.items():
        yield from _header(name, rule, answer.headers.get(name.lower()))
    if check.contains and check.contains.encode() not in answer.body:
        yield _unfound(answer, Finding(ProbeReason.BODY_WRONG, f"the body should contain {_shown(check.contains)}"))
    if check.json_values:
        yield from _json(check, answer)


def _certificate(check: HttpCheck, answer: HttpAnswer, now: datetime) -> Iterator[Finding]:
    days = check.tls.days if check.tls else 0
    if answer.valid_until and (left := (answer.valid_until - now).total_seconds() / 86400) < days:
        message = f"the certificate should be valid for {days} days, and is until {answer.valid_until:%Y-%m-%d}"
        yield Finding(ProbeReason.CERTIFICATE_EXPIRES, f"{message}: {left:.1f} days")


def _header(name: str, rule: HeaderRule, value: str | None) -> Iterator[Finding]:
    fits = value is not None and (value == rule.equals if rule.equals is not None else str(rule.contains) in value)
    if not fits:
        wanted = f"be {_shown(rule.equals)}" if rule.equals is not None else f"contain {_shown(rule.contains)}"
        found = "is not there" if value is None else f"is {_shown(value)}"
        yield Finding(ProbeReason.HEADER_WRONG, f"{name} should {wanted}, and {found}")


def _json(check: HttpCheck, answer: HttpAnswer) -> Iterator[Finding]:
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        yield _unfound(answer, Finding(ProbeReason.JSON_WRONG, "the body is no JSON"))
        return
    for pointer, wanted in check.json_values.items():
        found = _value(document, pointer)
        if not _equal(wanted, found):
            is_ = "is not there" if found is _NOTHING else f"is {_shown(found)}"
            yield Finding(ProbeReason.JSON_WRONG, f"{pointer or 'the body'} should be {_shown(wanted)}, and {is_}")


def _unfound(answer: HttpAnswer, finding: Finding) -> Finding:
    """What a body lacks is proven by the whole of it only."""
    if answer.whole:
        return finding
    message = f"{finding.message}; only its first {len(answer.body)} bytes were read"
    return Finding(ProbeReason.BODY_TOO_LARGE, message)


def _value(document: object, pointer: str) -> object:
    try:
        return JsonPointer(pointer).resolve(document, _NOTHING)
    except JsonPointerException:
        return _NOTHING


def _equal(wanted: object, found: object) -> bool:
    """Compare as JSON does: true is no number, and 1 is 1.0."""
    if isinstance(wanted, bool) or isinstance(found, bool):
        return wanted is found
    return wanted == found


def _shown(value: object) -> str:
    """Return the part of a value that results may hold: of what has parts, nothing."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    text = json.dumps(value)
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}…"


def judge_greeting(wanted: str | None, greeting: bytes) -> Finding:
    """Judge what a service said unasked."""
    if wanted is None:
        return Finding(ProbeReason.ANSWERED, "the connection is accepted")
    if greeting == wanted.encode():
        return Finding(ProbeReason.ANSWERED, f"the service begins with {_shown(wanted)}")
    found = _shown(greeting.decode("utf-8", "replace"))
    return Finding(ProbeReason.GREETING_WRONG, f"the service should begin with {_shown(wanted)}, and does with {found}")

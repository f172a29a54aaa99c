"""What an engine's API answers, whichever way the answer came: over a socket of the host, or from the host agent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from platformctl.errors import Failure, LookFailed
from platformctl.observation.container import own_name
from platformctl.observation.document import items, mapping, text
from platformctl.observe.question import Purpose, Question
from platformctl.observe.transport import Answer, Listed
from platformctl.reason import Reason
from platformctl.render.printable import one_line

_FORBIDDEN: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_NO_ENGINE: Final = (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)
"""What a filter in front of an engine answers that it does not reach."""

_MAY_LACK: Final = (Purpose.INSPECT_CONTAINERS, Purpose.INSPECT_IMAGES)


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one GET request. Status 0 means that the engine did not answer."""

    status: int
    body: bytes


def answer(question: Question, replies: Sequence[Reply]) -> Answer:
    """Read the replies to the paths of a question, in order. What is gone by now is absent from the answer."""
    try:
        documents = tuple(_document(question, reply) for reply in replies if not _is_gone(question, reply))
    except LookFailed as error:
        return Answer(failure=error.failure)
    return (
        Answer(listed=listed(items(documents[0]))) if question.purpose is Purpose.LIST_CONTAINERS else Answer(documents)
    )


def listed(rows: Iterable[object]) -> tuple[Listed, ...]:
    """Read what `GET /containers/json` gives."""
    records = [mapping(row) for row in rows]
    names = [own_name(text(name) for name in items(record.get("Names"))) for record in records]
    found = zip(records, names, strict=True)
    return tuple(sorted(Listed(text(one.get("Id")), name, text(one.get("ImageID"))) for one, name in found))


def refusal(place: str, status: int, said: str) -> Failure:
    """Return what an answer with an HTTP status other than 200 means."""
    if status in _FORBIDDEN:
        reason = Reason.COMMAND_REFUSED
    else:
        reason = Reason.ENGINE_DOWN if status in _NO_ENGINE else Reason.COMMAND_FAILED
    return Failure(reason, f"{place}: {one_line(said) or f'HTTP status {status}'}")


def _is_gone(question: Question, reply: Reply) -> bool:
    return reply.status == HTTPStatus.NOT_FOUND and question.purpose in _MAY_LACK


def _document(question: Question, reply: Reply) -> object:
    if not reply.status:
        raise LookFailed(Failure(Reason.ENGINE_DOWN, f"{question.purpose}: the engine does not answer on the host"))
    if reply.status != HTTPStatus.OK:
        raise LookFailed(refusal(str(question.purpose), reply.status, _said(reply.body)))
    wanted = list if question.purpose is Purpose.LIST_CONTAINERS else dict
    try:
        document = json.loads(reply.body)
    except (ValueError, RecursionError):
        raise _rubbish(question, "is not JSON, or only half of it") from None
    if not isinstance(document, wanted):
        raise _rubbish(question, f"is no JSON {'array' if wanted is list else 'object'}")
    return document


def _rubbish(question: Question, what: str) -> LookFailed:
    return LookFailed(Failure(Reason.RUBBISH_OUTPUT, f"{question.purpose}: the answer {what}"))


def _said(body: bytes) -> str:
    """An engine explains itself in JSON; what stands before it may use any words."""
    try:
        explained = text(mapping(json.loads(body)).get("message"))
    except (ValueError, RecursionError):
        explained = ""
    return explained or body.decode("utf-8", "replace")

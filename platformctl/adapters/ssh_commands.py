"""Asking an engine by its command on the host: docker, or podman."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Final, Literal

from platformctl.adapters.deadline import begin
from platformctl.adapters.ssh_link import ChannelRefused, Completed, Link
from platformctl.errors import Failure, LookFailed
from platformctl.observation.container import own_name
from platformctl.observe.question import Client, Purpose, Question, argv
from platformctl.observe.transport import Answer, Listed, Sent
from platformctl.reason import Reason
from platformctl.render.printable import one_line

AT_ONCE: Final = 3
"""Commands at the same time on one connection. OpenSSH allows ten, unless MaxSessions says fewer."""

_GONE: Final = re.compile(
    r"(error response from daemon: |error:? inspecting object: |error: )?"
    r"(no such (container|image|object)\b.*|(sha256:)?[a-f0-9]{64}: image not known)",
    re.IGNORECASE,
)
_GONE_STATUSES: Final = (1, 125)
"""What docker and podman exit with when a part of what they are asked to inspect is gone."""

_WARNING: Final = re.compile(r"(warning:|time=\S+ level=warning ).*", re.IGNORECASE)
_LISTED: Final = re.compile(r"([a-f0-9]{64}) (\S*)", re.ASCII)
_NOT_TO_BE_RUN: Final = {126: Reason.COMMAND_REFUSED, 127: Reason.ENGINE_ABSENT}
"""What POSIX shells exit with where a command may not be run, or is not there."""


class CommandSession:
    """Each question is one command on a channel of its own; those that wait for no other run at the same time."""

    def __init__(self, link: Link, client: Literal[Client.DOCKER, Client.PODMAN]) -> None:
        self._link = link
        self._client: Literal[Client.DOCKER, Client.PODMAN] = client

    def ask(self, questions: Sequence[Question], sent: Sent) -> Sequence[Answer]:
        """Ask some at once, then the next."""
        answers: list[Answer] = []
        for start in range(0, len(questions), AT_ONCE):
            several = questions[start : start + AT_ONCE]
            for question in several:
                sent(argv(question, self._client))
            with self._link.time_limit():
                answers += self._ask_at_once(several)
        return answers

    def _ask_at_once(self, questions: Sequence[Question]) -> Sequence[Answer]:
        """Ask in threads: each waits for the channel, then for the command, then for its end.

        What a server refuses while other channels are open is asked alone before the refusal counts.
        """
        others = [begin(lambda one=one: _outcome(lambda: self._answer(one))) for one in questions[1:]]  # type: ignore[misc]
        outcomes = [_outcome(lambda: self._answer(questions[0])), *(other.result() for other in others)]
        if len(questions) > 1 and not all(isinstance(one, ChannelRefused) for one in outcomes):
            pairs = zip(questions, outcomes, strict=True)
            outcomes = [
                _outcome(lambda q=question: self._answer(q)) if isinstance(outcome, ChannelRefused) else outcome  # type: ignore[misc]
                for question, outcome in pairs
            ]
        return [Answer(failure=one.failure) if isinstance(one, LookFailed) else one for one in outcomes]

    def _answer(self, question: Question) -> Answer:
        match question.purpose:
            case Purpose.VERSION | Purpose.INFO:
                return Answer((_document(question, self._output(question)),))
            case Purpose.LIST_CONTAINERS:
                return Answer(listed=_listed(question, self._output(question)))
            case Purpose.INSPECT_CONTAINERS | Purpose.INSPECT_IMAGES:
                return Answer(_array(question, self._output(question)))

    def _output(self, question: Question) -> bytes:
        """Run a command to its end. An inspect of things that partly are gone prints the rest and complains."""
        done = self._link.run(argv(question, self._client), str(question.purpose))
        if done.status != 0 and not (question.ids and done.status in _GONE_STATUSES and _only_gone(done.complaint)):
            raise LookFailed(command_failure(str(question.purpose), done))
        return done.output


def command_failure(title: str, done: Completed) -> Failure:
    """Tell failures apart by exit status and, where a command has one for all, by its own words (docker, podman)."""
    complaint = "\n".join(_complaints(done.complaint))
    words = complaint.lower()
    if done.status < 0:
        return Failure(Reason.CONNECTION_LOST, f"{title}: the command was ended before its end")
    if done.status in _NOT_TO_BE_RUN:
        reason = _NOT_TO_BE_RUN[done.status]
    elif "permission denied" in words:
        reason = Reason.PERMISSION_DENIED
    elif "cannot connect to the docker daemon" in words or "is the docker daemon running" in words:
        reason = Reason.ENGINE_DOWN
    else:
        reason = Reason.COMMAND_FAILED
    return Failure(reason, f"{title}: {one_line(complaint) or f'exit status {done.status}'}")


def _outcome(ask: Callable[[], Answer]) -> Answer | LookFailed:
    try:
        return ask()
    except LookFailed as error:
        return error


def _document(question: Question, output: bytes) -> object:
    document = _parse(question, output)
    if not isinstance(document, dict):
        raise _rubbish(question, "the answer is no JSON object")
    return document


def _array(question: Question, output: bytes) -> tuple[object, ...]:
    document = _parse(question, output)
    if not isinstance(document, list):
        raise _rubbish(question, "the answer is no JSON array")
    return tuple(document)


def _parse(question: Question, output: bytes) -> object:
    try:
        return json.loads(output)
    except (ValueError, RecursionError):
        raise _rubbish(question, "the answer is not JSON, or only half of it") from None


def _listed(question: Question, output: bytes) -> tuple[Listed, ...]:
    lines = output.decode("utf-8", "replace").splitlines()
    found = [_LISTED.fullmatch(line) for line in lines if line.strip()]
    if None in found:
        raise _rubbish(question, "a line is not an ID and a name")
    return tuple(sorted(Listed(match[1], own_name(match[2].split(","))) for match in found if match))


def _rubbish(question: Question, message: str) -> LookFailed:
    return LookFailed(Failure(Reason.RUBBISH_OUTPUT, f"{question.purpose}: {message}"))


def _only_gone(complaint: str) -> bool:
    lines = _complaints(complaint)
    return bool(lines) and all(_GONE.fullmatch(line) for line in lines)


def _complaints(stderr: str) -> list[str]:
    """Leave out warnings: docker prints some on every call, and one about its own config says "permission denied"."""
    lines = (line.strip() for line in stderr.splitlines())
    return [line for line in lines if line and not _WARNING.fullmatch(line)]

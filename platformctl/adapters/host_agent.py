"""Asking an engine through the host agent: a script on the host that asks the engine's API, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from platformctl.adapters.engine_api import Reply, answer
from platformctl.adapters.ssh_commands import command_failure
from platformctl.adapters.ssh_link import Link
from platformctl.errors import Failure, LookFailed
from platformctl.observe.question import AGENT_COMMAND, MAX_IDS, Question, agent_words
from platformctl.observe.transport import Answer, Sent
from platformctl.reason import Reason

_TITLE: Final = "host agent"
_FRAME: Final = re.compile(rb"([^\n]*)\n\n?([0-9]{3})\n")
"""The body in one line, which most engines end themselves, and the HTTP status in the next."""

_ABSENT: Final = f"{_TITLE}: there is no {AGENT_COMMAND} on the host, or no curl"


class AgentSession:
    """Many questions are one command, with a word for each path that the agent asks the API."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def ask(self, questions: Sequence[Question], sent: Sent) -> Sequence[Answer]:
        """Ask with one command, or more where it would be too long: no word takes more bytes than an ID and a few."""
        words = [word for question in questions for word in agent_words(question)]
        replies: list[Reply] = []
        for start in range(0, len(words), MAX_IDS):
            command = (AGENT_COMMAND, *words[start : start + MAX_IDS])
            sent(command)
            replies += self._run(command)
        each = iter(replies)
        return [answer(question, [next(each) for _ in agent_words(question)]) for question in questions]

    def _run(self, command: tuple[str, ...]) -> Sequence[Reply]:
        with self._link.time_limit():
            done = self._link.run(command, _TITLE)
        if done.status != 0:
            failure = command_failure(_TITLE, done)
            absent = failure.reason is Reason.ENGINE_ABSENT
            raise LookFailed(Failure(failure.reason, _ABSENT) if absent else failure)
        replies = list(_replies(done.output))
        if len(replies) != len(command) - 1:
            raise _rubbish(f"{len(replies)} answers came to {len(command) - 1} questions")
        return replies


def _replies(output: bytes) -> Iterator[Reply]:
    place = 0
    while place < len(output):
        frame = _FRAME.match(output, place)
        if frame is None:
            raise _rubbish("an answer is not one line of JSON and its HTTP status")
        yield Reply(int(frame[2]), frame[1])
        place = frame.end()


def _rubbish(message: str) -> LookFailed:
    return LookFailed(Failure(Reason.RUBBISH_OUTPUT, f"{_TITLE}: {message}"))

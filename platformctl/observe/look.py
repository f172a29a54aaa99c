"""One look: version and info, which containers there are, their descriptions, the records of their images."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Final

from platformctl.errors import Failure, LookFailed
from platformctl.observation.container import Undescribed
from platformctl.observation.document import mapping, text
from platformctl.observation.engine import Engine, counted_containers, parse_engine
from platformctl.observation.host import Attempt
from platformctl.observation.snapshot import Document, Snapshot, image_records, without_secrets
from platformctl.observe.question import Purpose, Question, inspect_containers, inspect_images
from platformctl.observe.transport import Answer, Listed, Session
from platformctl.reason import Reason

_LIST: Final = Question(Purpose.LIST_CONTAINERS)
_FIRST: Final = (Question(Purpose.VERSION), Question(Purpose.INFO), _LIST)


@dataclass(slots=True)
class _Answers:
    """What a look has learned so far; a failure ends the look and leaves what was asked."""

    engine: Engine | None = None
    containers: tuple[Document, ...] = ()
    undescribed: tuple[Undescribed, ...] = ()
    images: tuple[Document, ...] = ()
    images_failure: Failure | None = None
    commands: list[tuple[str, ...]] = field(default_factory=list)


def look(host: str, connect: Callable[[], AbstractContextManager[Session]]) -> Snapshot:
    """Look at a host through a session. A failure becomes the snapshot's; what is not ours to foresee propagates."""
    taken_at, start = datetime.now(UTC), monotonic()  # noqa: TID251  a look says when it was
    answers, failure = _Answers(), None
    try:
        with connect() as session:
            _ask_all(session, answers)
    except LookFailed as error:
        failure = error.failure
    return Snapshot(
        host=host,
        taken_at=taken_at.isoformat(timespec="seconds"),
        engine=None if failure else answers.engine,
        containers=() if failure else answers.containers,
        undescribed=() if failure else answers.undescribed,
        images=() if failure else answers.images,
        failure=failure,
        images_failure=None if failure else answers.images_failure,
        attempt=Attempt(1, round((monotonic() - start) * 1000), tuple(answers.commands)),
    )


def _ask_all(session: Session, answers: _Answers) -> None:
    ask = _Asking(session, answers.commands)
    version, info, listing = ask.whole(_FIRST)
    counts = mapping(info.documents[0])
    answers.engine = parse_engine(version.documents[0], counts)
    if not answers.engine.version:
        raise LookFailed(Failure(Reason.RUBBISH_OUTPUT, "the engine does not tell its version"))
    described = _describe(ask, listing.listed)
    if described.undescribed:
        # What went away in between is listed once more before it counts as undescribed.
        described = _describe(ask, ask.whole((_LIST,))[0].listed)
    answers.containers, answers.undescribed = described.containers, described.undescribed
    if not (answers.containers or answers.undescribed):
        _check_emptiness(counts)
    _keep_images(ask, answers, described)


class _Asking:
    """A session, and the record of all that it is asked."""

    def __init__(self, session: Session, commands: list[tuple[str, ...]]) -> None:
        self._session = session
        self._commands = commands

    def each(self, questions: Sequence[Question]) -> Sequence[Answer]:
        """Ask at once, and answer each, failed or not."""
        return self._session.ask(questions, self._commands.append) if questions else ()

    def whole(self, questions: Sequence[Question]) -> Sequence[Answer]:
        """Ask at once what is of no use in part."""
        return _whole(self.each(questions))


@dataclass(frozen=True, slots=True)
class _Described:
    """The containers of a list, and what was asked about their images together with them."""

    containers: tuple[Document, ...]
    undescribed: tuple[Undescribed, ...]
    images: Sequence[Answer]
    image_ids: frozenset[str]


def _describe(ask: _Asking, listed: Sequence[Listed]) -> _Described:
    """Describe containers, and their images too where the list tells them: that saves a round trip."""
    containers = inspect_containers(one.id for one in listed)
    images = inspect_images(one.image_id for one in listed)
    answers = ask.each((*containers, *images))
    documents = without_secrets(_documents(_whole(answers[: len(containers)])))
    found = {text(document.get("Id")) for document in documents}
    if not found <= {one.id for one in listed}:
        raise LookFailed(Failure(Reason.RUBBISH_OUTPUT, "what is described is not what was asked for"))
    return _Described(
        containers=documents,
        undescribed=tuple(Undescribed(one.id, one.name) for one in listed if one.id not in found),
        images=answers[len(containers) :],
        image_ids=frozenset(identifier for question in images for identifier in question.ids),
    )


def _check_emptiness(info: Document) -> None:
    """Believe that there is no container only when the engine counts none: a wrapper can swallow an answer."""
    counted = counted_containers(info)
    if counted > 0:
        raise LookFailed(Failure(Reason.RUBBISH_OUTPUT, f"the engine counts {counted} containers and lists none"))


def _keep_images(ask: _Asking, answers: _Answers, described: _Described) -> None:
    """Ask for what the list did not tell, or told otherwise.

    Without the image records a plan goes on with what it has, so a failure here is kept and not raised.
    """
    used = {text(container.get("Image")) for container in described.containers}
    try:
        more = ask.each(inspect_images(used - described.image_ids))
        answers.images = image_records(_documents(_whole((*described.images, *more))))
    except LookFailed as error:
        answers.images_failure = error.failure


def _whole(answers: Sequence[Answer]) -> Sequence[Answer]:
    """Return the answers where all came."""
    for answer in answers:
        if answer.failure:
            raise LookFailed(answer.failure)
    return answers


def _documents(answers: Iterable[Answer]) -> Iterator[object]:
    return (document for answer in answers for document in answer.documents)

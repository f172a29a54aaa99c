"""One look: version and info, which containers there are, their descriptions, the records of their images."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Final

from platformctl.errors import Failure, LookFailed
from platformctl.observation.container import Undescribed
from platformctl.observation.document import mapping, text
from platformctl.observation.engine import Engine, parse_engine
from platformctl.observation.host import Attempt
from platformctl.observation.snapshot import Document, Snapshot, image_records, without_secrets
from platformctl.observe.question import Purpose, Question, inspect_containers, inspect_images
from platformctl.observe.transport import Session
from platformctl.reason import Reason

_VERSION: Final = Question(Purpose.VERSION)
_INFO: Final = Question(Purpose.INFO)
_LIST: Final = Question(Purpose.LIST_CONTAINERS)


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
    version, info = ask.document(_VERSION), mapping(ask.document(_INFO))
    answers.engine = parse_engine(version, info)
    if not answers.engine.version:
        raise LookFailed(Failure(Reason.RUBBISH_OUTPUT, "the engine does not tell its version"))
    answers.containers, answers.undescribed = _containers(ask)
    if not (answers.containers or answers.undescribed):
        _check_emptiness(info)
    _ask_images(ask, answers)


class _Asking:
    """A session that writes down what it is asked, before it is sent."""

    def __init__(self, session: Session, commands: list[tuple[str, ...]]) -> None:
        self._session = session
        self._commands = commands

    def document(self, question: Question) -> object:
        return self._noted(question).document(question)

    def listing(self) -> tuple[Undescribed, ...]:
        return self._noted(_LIST).listing(_LIST)

    def documents(self, questions: Iterable[Question]) -> list[object]:
        return [document for question in questions for document in self._noted(question).documents(question)]

    def _noted(self, question: Question) -> Session:
        self._commands.extend(self._session.spell(question))
        return self._session


def _containers(ask: _Asking) -> tuple[tuple[Document, ...], tuple[Undescribed, ...]]:
    """List, then describe; what went away in between is listed once more before it counts as undescribed."""
    described, undescribed = _describe(ask, ask.listing())
    if undescribed:
        described, undescribed = _describe(ask, ask.listing())
    return described, undescribed


def _check_emptiness(info: Document) -> None:
    """Believe that there is no container only when the engine counts none: a wrapper can swallow an answer."""
    counted = info.get("Containers")
    if isinstance(counted, int) and counted > 0:
        raise LookFailed(Failure(Reason.RUBBISH_OUTPUT, f"the engine counts {counted} containers and lists none"))


def _describe(ask: _Asking, listed: Sequence[Undescribed]) -> tuple[tuple[Document, ...], tuple[Undescribed, ...]]:
    documents = without_secrets(ask.documents(inspect_containers(one.id for one in listed)))
    found = {text(document.get("Id")) for document in documents}
    if not found <= {one.id for one in listed}:
        raise LookFailed(Failure(Reason.RUBBISH_OUTPUT, "what is described is not what was asked for"))
    return documents, tuple(one for one in listed if one.id not in found)


def _ask_images(ask: _Asking, answers: _Answers) -> None:
    """Without the image records a plan goes on with what it has, so a failure here is kept and not raised."""
    questions = inspect_images(text(container.get("Image")) for container in answers.containers)
    try:
        answers.images = image_records(ask.documents(questions))
    except LookFailed as error:
        answers.images_failure = error.failure

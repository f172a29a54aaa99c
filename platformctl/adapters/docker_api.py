"""Looking at an engine through its API, on a unix socket or over TCP with TLS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import docker
import requests
from docker.errors import APIError, DockerException, NotFound, TLSParameterError
from docker.tls import TLSConfig

from platformctl.adapters.network import connection_failure
from platformctl.catalog.inventory import DockerHost
from platformctl.errors import Failure, LookFailed
from platformctl.observation.container import Undescribed
from platformctl.observation.document import items, mapping, text
from platformctl.observation.snapshot import Snapshot
from platformctl.observe.look import look
from platformctl.observe.question import Purpose, Question
from platformctl.reason import Reason
from platformctl.render.printable import one_line

TIMEOUT_S: Final = 30
_FORBIDDEN: Final = (401, 403)

_Answer = TypeVar("_Answer")


class DockerTransport:
    """An engine whose API answers at a URL. Only GET requests are made."""

    def __init__(self, name: str, host: DockerHost) -> None:
        self._name = name
        self._host = host

    def look(self, *, again: bool = False) -> Snapshot:  # noqa: ARG002  a live host is asked the same each time
        """Look at the engine once."""
        return look(self._name, self._connected)

    @contextmanager
    def _connected(self) -> Iterator[_ApiSession]:
        client = _answer(self._host.url, lambda: docker.APIClient(self._host.url, "auto", TIMEOUT_S, _tls(self._host)))
        try:
            yield _ApiSession(self._host.url, client)
        finally:
            client.close()


def _tls(host: DockerHost) -> TLSConfig | bool:
    if host.tls is None:
        return False
    ca, cert, key = (str(Path(file).expanduser()) for file in (host.tls.ca, host.tls.cert, host.tls.key))
    try:
        return TLSConfig(client_cert=(cert, key), ca_cert=ca, verify=True)
    except TLSParameterError as error:
        raise LookFailed(Failure(Reason.CONFIGURATION_UNUSABLE, f"tls: {one_line(error)}")) from None


class _ApiSession:
    """A client of the engine's API at the version that both sides speak."""

    def __init__(self, url: str, client: docker.APIClient) -> None:
        self._url = url
        self._client = client

    def spell(self, question: Question) -> Sequence[tuple[str, ...]]:
        match question.purpose:
            case Purpose.VERSION:
                return (("GET", "/version"),)
            case Purpose.INFO:
                return (("GET", "/info"),)
            case Purpose.LIST_CONTAINERS:
                return (("GET", "/containers/json?all=1"),)
            case Purpose.INSPECT_CONTAINERS:
                return tuple(("GET", f"/containers/{identifier}/json") for identifier in question.ids)
            case Purpose.INSPECT_IMAGES:
                return tuple(("GET", f"/images/{identifier}/json") for identifier in question.ids)

    def document(self, question: Question) -> object:
        ask: Callable[[], Any] = self._client.version if question.purpose is Purpose.VERSION else self._client.info
        document = _answer(self._url, ask)
        if not isinstance(document, dict):
            raise LookFailed(Failure(Reason.RUBBISH_OUTPUT, f"{question.purpose}: the answer is no JSON object"))
        return {**document, "ApiVersion": self._client.api_version} if question.purpose is Purpose.VERSION else document

    def listing(self, question: Question) -> tuple[Undescribed, ...]:
        rows = _answer(self._url, lambda: self._client.containers(all=True, trunc=False))
        if not isinstance(rows, list):
            raise LookFailed(Failure(Reason.RUBBISH_OUTPUT, f"{question.purpose}: the answer is no JSON array"))
        return tuple(sorted(_listed(mapping(row)) for row in rows))

    def documents(self, question: Question) -> Sequence[object]:
        inspects = question.purpose is Purpose.INSPECT_CONTAINERS
        ask = self._client.inspect_container if inspects else self._client.inspect_image
        answers = (_answer(self._url, lambda i=identifier: _or_none(ask, i)) for identifier in question.ids)  # type: ignore[misc]
        return [document for document in answers if document is not None]


def _listed(row: Mapping[str, object]) -> Undescribed:
    """A container linked from others has more names, with a slash inside; its own has none."""
    names = [text(name).removeprefix("/") for name in items(row.get("Names"))]
    own = next((name for name in names if "/" not in name), "")
    return Undescribed(text(row.get("Id")), own)


def _or_none(ask: Callable[[str], object], identifier: str) -> object | None:
    try:
        return ask(identifier)
    except NotFound:
        return None


def _answer(url: str, ask: Callable[[], _Answer]) -> _Answer:
    """Ask, and turn everything that the SDK or its HTTP client raises into a LookFailed."""
    try:
        return ask()
    except APIError as error:
        status = error.response.status_code if error.response is not None else 0
        reason = Reason.COMMAND_REFUSED if status in _FORBIDDEN else Reason.COMMAND_FAILED
        raise LookFailed(Failure(reason, f"{url}: {one_line(error.explanation or error)}")) from None
    except requests.exceptions.JSONDecodeError:
        raise LookFailed(Failure(Reason.RUBBISH_OUTPUT, f"{url}: the answer is not JSON, or only half of it")) from None
    except (DockerException, requests.RequestException, OSError) as error:
        raise LookFailed(_connection_failure(url, error)) from None


def _connection_failure(url: str, error: BaseException) -> Failure:
    """The SDK wraps the cause several times over; the innermost operating system error tells most."""
    causes = list(_causes(error))
    if any(isinstance(cause, requests.exceptions.SSLError) for cause in causes):
        return Failure(Reason.TLS_FAILED, f"{url}: {one_line(causes[-1])}")
    if any(isinstance(cause, requests.exceptions.Timeout) for cause in causes):
        return Failure(Reason.TIMED_OUT, f"{url}: no answer within {TIMEOUT_S} s")
    system = next((cause for cause in reversed(causes) if _has_errno(cause)), None)
    if isinstance(system, FileNotFoundError) or (
        url.startswith("unix:") and isinstance(system, ConnectionRefusedError)
    ):
        return Failure(Reason.ENGINE_DOWN, f"{url}: no engine listens there")
    if isinstance(system, OSError):
        return connection_failure(url, system)
    return Failure(Reason.CONNECTION_LOST, f"{url}: {one_line(causes[-1])}")


def _has_errno(cause: BaseException) -> bool:
    return isinstance(cause, OSError) and not isinstance(cause, requests.RequestException) and cause.errno is not None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Walk from an exception inwards, through causes, contexts and the exceptions that are arguments of others."""
    seen: list[BaseException] = []
    todo: list[BaseException | None] = [error]
    while todo:
        current = todo.pop(0)
        if current is None or current in seen:
            continue
        seen.append(current)
        yield current
        inner = [getattr(current, "reason", None), *current.args, current.__cause__, current.__context__]
        todo.extend(one for one in inner if isinstance(one, BaseException))

"""Looking at an engine through its API, on a unix socket or over TCP with TLS."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import docker
import requests
from docker.errors import APIError, DockerException, NotFound
from docker.tls import TLSConfig

from platformctl.adapters.bounded_body import BoundedBody
from platformctl.adapters.engine_api import listed, refusal
from platformctl.adapters.limits import USUAL, Limits
from platformctl.adapters.network import connection_failure
from platformctl.catalog.inventory import DockerHost
from platformctl.errors import Failure, LookFailed
from platformctl.observation.document import text
from platformctl.observation.snapshot import Snapshot
from platformctl.observe.look import look
from platformctl.observe.question import Purpose, Question, api_paths
from platformctl.observe.transport import Answer, Listed, Sent
from platformctl.reason import Reason
from platformctl.render.printable import one_line

_UNIX: Final = "unix://"
_OLDEST_API: Final = "1.24"
_API_VERSION: Final = re.compile(r"1\.[0-9]{1,3}", re.ASCII)

_UNREADABLE: Final = (
    requests.exceptions.JSONDecodeError,
    requests.exceptions.TooManyRedirects,
    KeyError,
    TypeError,
    RecursionError,
)
"""What the SDK raises for an answer that is not an engine's."""

_Answer = TypeVar("_Answer")


class DockerTransport:
    """An engine whose API answers at a URL. Only GET requests are made."""

    def __init__(self, name: str, host: DockerHost, limits: Limits = USUAL) -> None:
        self._name = name
        self._host = host
        self._limits = limits

    def look(self, *, again: bool = False) -> Snapshot:  # noqa: ARG002  a live host is asked the same each time
        """Look at the engine once."""
        return look(self._name, self._session)

    def is_filtered(self) -> bool:
        """Tell whether a question that is none of ours is refused, by the smallest that there is: ping.

        Raises:
            LookFailed: there is no answer.
        """
        with self._client() as client:
            try:
                _answer(self._host.url, client.ping)
            except LookFailed as error:
                if error.failure.reason is Reason.COMMAND_REFUSED:
                    return True
                raise
        return False

    @contextmanager
    def _session(self) -> Iterator[_ApiSession]:
        with self._client() as client:
            yield _ApiSession(self._host.url, client)

    @contextmanager
    def _client(self) -> Iterator[docker.APIClient]:
        _try_socket(self._host.url, self._limits)
        with closing(_answer(self._host.url, lambda: _client(self._host, self._limits))) as client:
            yield client


def _try_socket(url: str, limits: Limits) -> None:
    """Connect to a unix socket once ahead of the SDK, which leaves its own socket open where it cannot connect."""
    if not url.startswith(_UNIX):
        return
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(limits.connect_s)
        try:
            connection.connect(url.removeprefix(_UNIX))
        except FileNotFoundError:
            raise LookFailed(Failure(Reason.ENGINE_DOWN, f"{url}: there is no such socket on this machine")) from None
        except ConnectionRefusedError:
            raise LookFailed(Failure(Reason.ENGINE_DOWN, f"{url}: no engine listens there")) from None
        except PermissionError:
            raise LookFailed(Failure(Reason.PERMISSION_DENIED, f"{url}: permission denied")) from None
        except OSError as error:
            raise LookFailed(connection_failure(url, error)) from None


def _client(host: DockerHost, limits: Limits) -> docker.APIClient:
    """Make a client that asks nothing yet: one that finds the version out by itself leaves its socket open if it fails.

    The environment's certificates and proxies are left aside: they would come before the authority that the inventory
    names, and no engine that it names is behind a proxy.
    """
    seconds: Any = limits.answer_s  # the SDK's types know whole ones only
    client = docker.APIClient(host.url, _OLDEST_API, seconds, _tls(host) or False)
    client.trust_env = False
    client.max_redirects = 0

    def bound(response: requests.Response, **_: object) -> None:
        response.raw = BoundedBody(response.raw, limits)

    client.hooks["response"].append(bound)
    return client


def _tls(host: DockerHost) -> TLSConfig | None:
    """Read the files once, so that what is wrong with them is not mistaken for a fault of the engine."""
    if host.tls is None:
        return None
    ca, cert, key = (str(Path(file).expanduser()) for file in (host.tls.ca, host.tls.cert, host.tls.key))
    try:
        # With an empty password an encrypted key is an error, and not a question on the terminal.
        ssl.create_default_context(cafile=ca).load_cert_chain(cert, key, password="")
    except OSError as error:
        message = f"tls: one of {ca}, {cert}, {key} cannot be used: {one_line(error.strerror or error)}"
        raise LookFailed(Failure(Reason.CONFIGURATION_UNUSABLE, message)) from None
    return TLSConfig(client_cert=(cert, key), ca_cert=ca, verify=True)


class _ApiSession:
    """A client of the engine's API at the version that both sides speak."""

    def __init__(self, url: str, client: docker.APIClient) -> None:
        self._url = url
        self._client = client

    def ask(self, questions: Sequence[Question], sent: Sent) -> Sequence[Answer]:
        """Ask one after the other, since the SDK waits for each answer; what comes after a failure is not asked."""
        answers: list[Answer] = []
        for question in questions:
            if answers and answers[-1].failure:
                answers.append(answers[-1])
            else:
                for path in api_paths(question):
                    sent(("GET", path))
                answers.append(self._answer(question))
        return answers

    def _answer(self, question: Question) -> Answer:
        try:
            match question.purpose:
                case Purpose.VERSION | Purpose.INFO:
                    return Answer((self._document(question),))
                case Purpose.LIST_CONTAINERS:
                    return Answer(listed=self._listing(question))
                case Purpose.INSPECT_CONTAINERS | Purpose.INSPECT_IMAGES:
                    return Answer(self._documents(question))
        except LookFailed as error:
            return Answer(failure=error.failure)

    def _document(self, question: Question) -> object:
        asks_version = question.purpose is Purpose.VERSION
        ask = (lambda: self._client.version(api_version=False)) if asks_version else self._client.info
        document = _answer(self._url, ask)
        if not isinstance(document, dict):
            raise LookFailed(Failure(Reason.RUBBISH_OUTPUT, f"{question.purpose}: the answer is no JSON object"))
        if asks_version:
            self._agree(text(document.get("ApiVersion")))
        return document

    def _agree(self, version: str) -> None:
        """Speak the newest version that the engine does: what an answer shows depends on it."""
        if not _API_VERSION.fullmatch(version):
            raise LookFailed(Failure(Reason.RUBBISH_OUTPUT, f"{self._url}: what answers does not tell its API version"))
        # The SDK has no other way to be told once it is made.
        self._client._version = version  # type: ignore[attr-defined]  # noqa: SLF001

    def _listing(self, question: Question) -> tuple[Listed, ...]:
        rows = _answer(self._url, lambda: self._client.containers(all=True, trunc=False))
        if not isinstance(rows, list):
            raise LookFailed(Failure(Reason.RUBBISH_OUTPUT, f"{question.purpose}: the answer is no JSON array"))
        return listed(rows)

    def _documents(self, question: Question) -> tuple[object, ...]:
        inspects = question.purpose is Purpose.INSPECT_CONTAINERS
        ask = self._client.inspect_container if inspects else self._client.inspect_image
        answers = (_answer(self._url, lambda i=identifier: _or_none(ask, i)) for identifier in question.ids)  # type: ignore[misc]
        return tuple(document for document in answers if document is not None)


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
        raise LookFailed(_refusal(url, error)) from None
    except _UNREADABLE:
        raise LookFailed(_rubbish(url)) from None
    except (DockerException, requests.RequestException, OSError) as error:
        raise LookFailed(_connection_failure(url, error)) from None
    except ValueError:
        raise LookFailed(_rubbish(url)) from None


def _rubbish(url: str) -> Failure:
    return Failure(Reason.RUBBISH_OUTPUT, f"{url}: the answer is not the JSON of an engine, or only half of it")


def _refusal(url: str, error: APIError) -> Failure:
    status = error.response.status_code if error.response is not None else 0
    said = str(error.explanation or error)
    if "HTTPS server" in said:
        return Failure(Reason.TLS_FAILED, f"{url}: the engine speaks TLS there: name the files under tls")
    return refusal(url, status, said)


def _connection_failure(url: str, error: BaseException) -> Failure:
    """The SDK wraps the cause several times over; the innermost operating system error tells most."""
    causes = list(_causes(error))
    if any(isinstance(cause, ssl.SSLError) and not isinstance(cause, TimeoutError) for cause in causes):
        return Failure(Reason.TLS_FAILED, f"{url}: {one_line(causes[-1])}")
    if any(isinstance(cause, requests.exceptions.Timeout | TimeoutError) for cause in causes):
        return Failure(Reason.TIMED_OUT, f"{url}: no whole answer in time")
    if any(isinstance(cause, UnicodeError) for cause in causes):
        return Failure(Reason.NAME_UNRESOLVED, f"{url}: this is no host name")
    cause = next((one for one in reversed(causes) if _has_errno(one)), None)
    if isinstance(cause, OSError):
        return connection_failure(url, cause)
    return Failure(Reason.CONNECTION_LOST, f"{url}: {one_line(causes[-1]) or 'the connection was closed'}")


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

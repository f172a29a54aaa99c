"""HTTP as the API of a forge needs it: bounded in time and size, redirects refused, the token in one header only."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

import requests

from platformctl import __version__
from platformctl.adapters.bounded_body import BoundedBody
from platformctl.adapters.deadline import within
from platformctl.adapters.http_session import Session, as_it_is, failure_words
from platformctl.adapters.limits import Limits
from platformctl.adapters.repositories_file import read_secret
from platformctl.catalog.inventory import is_loopback
from platformctl.errors import InputInvalid, LookFailed
from platformctl.forge.dialect import Dialect

USUAL: Final = Limits(connect_s=10, login_s=10, answer_s=20, answer_bytes=8 * 1024 * 1024)
_TRIES: Final = 2
_DELAY_S: Final = 0.5
_BUSY: Final = frozenset({429, 502, 503, 504})

_Result = TypeVar("_Result")


class ForgeSilent(Exception):
    """The forge gave no answer that is of use. The text is one line in words of our own, and holds no secret."""

    def __init__(self, message: str, *, may_pass: bool = False, is_absence: bool = False) -> None:
        self.may_pass = may_pass
        self.is_absence = is_absence
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that was read to its end."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class ForgeExchange:
    """Speaks with one forge; the path of the token's file starts from `base`.

    The token is read anew each time, so that one that was changed counts at once.
    """

    api: str
    dialect: Dialect
    token_file: str
    base: Path
    limits: Limits = USUAL
    _session: Session = field(default_factory=Session)

    def ask(self, method: str, path: str, document: Mapping[str, object] | None = None) -> Reply:
        """Send one request.

        Raises:
            ForgeSilent: there is no answer, or it is no success.
        """
        headers = {"User-Agent": f"platformctl/{__version__}", **self.dialect.headers(self._token())}
        body = None if document is None else json.dumps(document).encode()
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            reply = within(
                self.limits.connect_s + self.limits.answer_s, lambda: self._send(method, path, headers, body)
            )
        except TimeoutError:
            raise ForgeSilent(f"{self._place}: no whole answer in time", may_pass=True) from None
        except LookFailed as error:
            raise ForgeSilent(f"{self._place}: {error.failure.message}") from None
        except (requests.RequestException, OSError) as error:
            raise ForgeSilent(f"{self._place}: {failure_words(error)}", may_pass=_may_pass(error)) from None
        if not HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
            raise ForgeSilent(
                f"{self._place}: {_meaning(method, path, reply.status)}",
                may_pass=reply.status in _BUSY,
                is_absence=reply.status == HTTPStatus.NOT_FOUND,
            )
        return reply

    def _send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        host = urlsplit(self.api).hostname
        with self._session.request(
            method,
            self.api.rstrip("/") + path,
            headers={"Accept-Encoding": "identity", **headers},
            data=body,
            auth=as_it_is,
            timeout=(self.limits.connect_s, self.limits.answer_s),
            stream=True,
            allow_redirects=False,
            verify=True,
            proxies={"no_proxy": host} if host and is_loopback(host) else None,
        ) as response:
            response.raw = BoundedBody(response.raw, self.limits)
            return Reply(response.status_code, response.content)

    def _token(self) -> str:
        """Read the token, and refuse to send it where others could read it on its way."""
        place = urlsplit(self.api)
        if place.scheme != "https" and not is_loopback(place.hostname):
            raise ForgeSilent(f"{self._place}: a token goes over https only; give an api that begins with https://")
        try:
            token = read_secret(self.token_file, self.base).decode("ascii")
        except InputInvalid as error:
            raise ForgeSilent(f"token_file: {error}") from None
        except UnicodeDecodeError:
            token = ""
        if not token.isprintable() or not token or " " in token:
            raise ForgeSilent(f"token_file: {self.token_file}: should hold one token and nothing else")
        return token

    @property
    def _place(self) -> str:
        place = urlsplit(self.api)
        return f"{place.scheme}://{place.netloc}"


def attempted(work: Callable[[], _Result]) -> _Result:
    """Do work with a forge, and once again where the fault may have passed. It has to be such as can be done twice.

    Raises:
        ForgeSilent: it did not succeed.
    """
    for left in reversed(range(_TRIES)):
        try:
            return work()
        except ForgeSilent as error:
            if not left or not error.may_pass:
                raise
        time.sleep(_DELAY_S)
    raise ForgeSilent("it may not be asked")


def _may_pass(error: Exception) -> bool:
    permanent = (requests.exceptions.SSLError, requests.exceptions.ProxyError)
    return isinstance(error, (requests.ConnectionError, requests.Timeout, OSError)) and not isinstance(error, permanent)


def _meaning(method: str, path: str, status: int) -> str:
    """Say what a status means. The body is left out: it is the forge's, and may repeat what was sent."""
    asked = f"{method} {path.partition('?')[0]}"
    match status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return f"the token is not accepted, or may not do this ({status}): {asked}"
        case HTTPStatus.NOT_FOUND:
            return f"there is no such thing, or the token may not see it (404): {asked}"
        case _ if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            return f"it redirects, and a token goes nowhere else ({status}): {asked}"
        case _:
            return f"it answers {status}: {asked}"

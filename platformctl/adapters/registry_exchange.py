"""HTTP as registries need it: bounded in time, size, tries and redirects, and no login goes to another host."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from platformctl.adapters.http_session import Session, as_it_is, failure_words
from platformctl.catalog.inventory import Registry, is_loopback
from platformctl.identity.reference import DEFAULT_DOMAIN
from platformctl.identity.walk import ClosureUnread

HUB: Final = "registry-1.docker.io"
"""Where the images are whose references say docker.io."""

MAX_REDIRECTS: Final = 5
_OK: Final = 200
_BUSY: Final = frozenset({429, 502, 503, 504})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_CHUNK: Final = 65536
_ANY_S: Final = 2**31


@dataclass(frozen=True, slots=True)
class Patience:
    """What one registry may take of our time and memory.

    Seconds to connect, between two bytes, for a whole question with its login, redirects and tries, and of the
    longest wait that it may ask for; the seconds before the second try, which double; the tries; the bytes of a body.
    """

    connect_s: float = 10
    silence_s: float = 30
    question_s: float = 120
    wait_s: float = 30
    delay_s: float = 0.5
    tries: int = 3
    body_bytes: int = 4 * 1024 * 1024
    """What the distribution specification asks registries to accept at least for a manifest; configs are smaller."""


USUAL: Final = Patience()


class RegistryGone(ClosureUnread):
    """A registry does not answer at all, so that asking it for something else is of no use now."""


class _Broken(Exception):
    """A connection that did not come about or did not last."""

    def __init__(self, message: str, *, may_pass: bool) -> None:
        self.may_pass = may_pass
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer that was read to its end. The body of one that is no success is left out."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_ok(self) -> bool:
        """Tell whether it is what was asked for."""
        return self.status == _OK


@dataclass(frozen=True, slots=True)
class Exchange:
    """Sends requests. `ways` are those of the inventory, and paths in them start from `base`."""

    ways: Mapping[str, Registry]
    base: Path
    patience: Patience
    _session: Session = field(default_factory=Session)

    def way(self, host: str) -> Registry:
        """Return how a host is reached; each has its own entry, so that what is said of one holds for no other."""
        return self.ways.get(DEFAULT_DOMAIN if host == HUB else host) or Registry()

    def ask(self, method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None = None) -> Answer:
        """Ask until there is an answer, waiting as long as the registry wants or giving up where that is too long.

        Raises:
            RegistryGone: there is none.
            ClosureUnread: the answer cannot be read.
        """
        for left in reversed(range(self.patience.tries)):
            delay = self.patience.delay_s * 2 ** (self.patience.tries - 1 - left)
            try:
                answer = self._follow(method, url, dict(headers), form)
            except _Broken as broken:
                if not left or not broken.may_pass:
                    raise RegistryGone(str(broken)) from None
            else:
                if answer.status not in _BUSY:
                    return answer
                delay = max(delay, _wanted_wait(answer))
                if not left or delay > self.patience.wait_s:
                    raise RegistryGone(f"{origin(url)}: it answers {answer.status}: busy for longer than we wait")
            time.sleep(delay * random.uniform(1, 1.5))  # noqa: S311  jitter is no secret
        raise RegistryGone(f"{origin(url)}: it may not be asked")

    def _follow(self, method: str, url: str, headers: dict[str, str], form: Mapping[str, str] | None) -> Answer:
        """Send a request and follow redirects. A login goes to no other place than the one that it is for."""
        first = url
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._hop(method, url, headers, form)
            location = answer.headers.get("Location") if answer.status in _REDIRECTS else None
            if location is None:
                return answer
            target = _target(url, location)
            if origin(target) != origin(url):
                headers.pop("Authorization", None)
                self._refuse_open(first, target)
            url = target
        raise ClosureUnread(f"{origin(first)}: it redirects more than {MAX_REDIRECTS} times")

    def _hop(self, method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None) -> Answer:
        try:
            with self._send(method, url, headers, form) as response:
                return Answer(response.status_code, response.headers, self._body(response, url))
        except (requests.RequestException, OSError) as error:
            words = f"{origin(url)}: {failure_words(error)}"
            if _is_broken(error):
                raise _Broken(words, may_pass=_may_pass(error)) from None
            raise ClosureUnread(words) from None

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None
    ) -> requests.Response:
        host = urlsplit(url).hostname
        return self._session.request(
            method,
            url,
            headers={"Accept-Encoding": "identity", **headers},
            data=form,
            auth=as_it_is,
            timeout=(self.patience.connect_s, self.patience.silence_s),
            stream=True,
            allow_redirects=False,
            verify=self._authority(url),
            proxies={"no_proxy": host} if host and is_loopback(host) else None,
        )

    def _authority(self, url: str) -> str | bool:
        """Return the file that a host's certificate is checked by; without one the usual authorities do it."""
        ca = self.way(urlsplit(url).netloc).ca
        if ca is None:
            return True
        path = self.base / Path(ca).expanduser()
        if not path.is_file():
            raise RegistryGone(f"{origin(url)}: its ca in the inventory, {ca}, is no file")
        return str(path)

    def _refuse_open(self, first: str, target: str) -> None:
        """Follow nobody into plain HTTP where the inventory does not say so."""
        place = urlsplit(target)
        is_open = place.scheme != "https"
        if is_open and not (is_loopback(place.hostname) or self.way(place.netloc).plain_http):
            raise ClosureUnread(f"{origin(first)}: it redirects to {origin(target)}, which is not encrypted")

    def _body(self, response: requests.Response, url: str) -> bytes:
        """Read a body up to a limit: what a registry says of its length is no promise."""
        body = bytearray()
        for chunk in response.iter_content(_CHUNK) if response.status_code == _OK else ():
            body += chunk
            if len(body) > self.patience.body_bytes:
                raise ClosureUnread(f"{origin(url)}: a body is larger than {self.patience.body_bytes} bytes")
        return bytes(body)


def origin(url: str) -> str:
    """Name a URL's server: what follows may hold a signature, and what stands before the host a password."""
    place = urlsplit(url)
    return f"{place.scheme}://{place.netloc.rpartition('@')[2]}"


def _wanted_wait(answer: Answer) -> float:
    """Return the seconds that a busy registry asks to wait."""
    try:
        return Retry(retry_after_max=_ANY_S).parse_retry_after(answer.headers.get("Retry-After", "0"))
    except (InvalidHeader, ValueError, OverflowError):
        return 0


def _target(url: str, location: str) -> str:
    """Return where a redirect leads to."""
    try:
        return urljoin(url, location)
    except ValueError:
        raise ClosureUnread(f"{origin(url)}: it redirects to what is no URL") from None


def _is_broken(error: Exception) -> bool:
    """Tell whether the connection is what failed, and not what came over it or was asked."""
    kinds = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
    return isinstance(error, kinds) or not isinstance(error, requests.RequestException)


def _may_pass(error: Exception) -> bool:
    """Tell whether trying again may help. What ran out of time was waited for already."""
    return isinstance(error, requests.RequestException) and not isinstance(
        error, (requests.exceptions.SSLError, requests.exceptions.ProxyError, requests.Timeout)
    )

"""Reading manifests and configs from registries by the distribution API: nothing is pushed, every body is verified."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import Final, TypeVar
from urllib.parse import urlsplit

from platformctl.adapters.deadline import within
from platformctl.adapters.registry_exchange import HUB, USUAL, Answer, Exchange, Patience, RegistryGone, origin
from platformctl.adapters.registry_login import Login, authorization, refusal
from platformctl.catalog.inventory import Registry, is_loopback
from platformctl.identity.digest import Digest, parse_digest
from platformctl.identity.reference import DEFAULT_DOMAIN, Reference
from platformctl.identity.walk import ClosureUnread, verified

_ACCEPT: Final = (
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json"
)

_Result = TypeVar("_Result")


class Registries:
    """A client for all registries, for one run: one that does not answer is not asked again.

    Logins are those of the docker command: its config file and its credential helpers.
    """

    def __init__(self, ways: Mapping[str, Registry], base: Path, patience: Patience = USUAL) -> None:
        """`ways` are those of the inventory, and paths in them start from `base`."""
        self._exchange = Exchange(ways, base, patience)
        self._gone: dict[str, str] = {}
        self._logins: dict[str, Login] = {}
        self._authorizations: dict[tuple[str, str], str] = {}
        self._locks: dict[str, Lock] = {}

    def manifest(self, repository: Reference, digest: Digest) -> bytes:
        """Fetch a manifest or index by digest. A public hub counts it as a pull, so callers keep it.

        Raises:
            ClosureUnread: no mirror and no registry gives a body with this digest.
        """
        return self._body(repository, digest, f"manifests/{digest}", {"Accept": _ACCEPT})

    def blob(self, repository: Reference, digest: Digest) -> bytes:
        """Fetch a config.

        Raises:
            ClosureUnread: no mirror and no registry gives a body with this digest.
        """
        return self._body(repository, digest, f"blobs/{digest}", {})

    def resolve(self, tagged: Reference) -> Digest:
        """Ask which digest a tag means now. Mirrors are not asked: theirs may be a day old, and nobody could tell.

        Raises:
            ClosureUnread: the registry does not tell.
        """
        base = self._registry(tagged)
        path = f"manifests/{tagged.tag or 'latest'}"
        answer = self._asked(base, partial(self._ask, "HEAD", base, tagged, path, {"Accept": _ACCEPT}))
        digest = parse_digest(answer.headers.get("Docker-Content-Digest"))
        if digest is None:
            raise ClosureUnread(f"{origin(base)}: it names no digest for {tagged}")
        return digest

    def _body(self, repository: Reference, digest: Digest, path: str, headers: Mapping[str, str]) -> bytes:
        """Ask the mirrors, then the registry. What a digest means is the same everywhere."""
        problems = []
        for base in (*self._mirrors(repository), self._registry(repository)):
            try:
                answer = self._asked(base, partial(self._ask, "GET", base, repository, path, headers))
                return verified(digest, answer.body)
            except ClosureUnread as error:
                problems.append(str(error))
        raise ClosureUnread("; ".join(dict.fromkeys(problems)))

    def _mirrors(self, repository: Reference) -> tuple[str, ...]:
        return tuple(mirror.rstrip("/") for mirror in self._exchange.way(repository.domain).mirrors)

    def _registry(self, repository: Reference) -> str:
        """Return where a registry is. Where a `ca` is named it speaks TLS, on this machine too."""
        way = self._exchange.way(repository.domain)
        host = HUB if repository.domain == DEFAULT_DOMAIN else repository.domain
        is_plain = way.plain_http or (is_loopback(urlsplit(f"//{host}").hostname) and not way.ca)
        return f"{'http' if is_plain else 'https'}://{host}"

    def _asked(self, base: str, work: Callable[[], _Result]) -> _Result:
        """Put one question within its time, to a registry that has answered so far."""
        if base in self._gone:
            raise ClosureUnread(self._gone[base])
        try:
            return within(self._exchange.patience.question_s, work)
        except TimeoutError:
            self._gone[base] = f"{origin(base)}: no whole answer in time"
        except RegistryGone as error:
            self._gone[base] = str(error)
        raise ClosureUnread(self._gone[base])

    def _ask(self, method: str, base: str, repository: Reference, path: str, headers: Mapping[str, str]) -> Answer:
        url = f"{base}/v2/{repository.path}/{path}"
        known = self._authorizations.get((base, repository.path))
        answer = self._exchange.ask(method, url, {**headers, **({"Authorization": known} if known else {})})
        if answer.status == HTTPStatus.UNAUTHORIZED:
            challenge = answer.headers.get("WWW-Authenticate", "")
            shown = authorization(self._exchange, base, repository.path, challenge, self._login(base))
            self._authorizations[base, repository.path] = shown
            answer = self._exchange.ask(method, url, {**headers, "Authorization": shown})
        if not answer.is_ok:
            raise ClosureUnread(f"{origin(base)}: {path} of {repository.path}: {self._meaning(base, answer.status)}")
        return answer

    def _meaning(self, base: str, status: int) -> str:
        match status:
            case HTTPStatus.NOT_FOUND:
                return "it has none"
            case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
                return f"no access ({status}), or there is none: {refusal(base, self._login(base))}"
            case _:
                return f"it answers {status}"

    def _login(self, base: str) -> Login:
        """Return the login for the very host that asks for it: a mirror does not get that of the registry."""
        host = urlsplit(base).netloc
        with self._locks.setdefault(host, Lock()):
            if host not in self._logins:
                self._logins[host] = _stored_login(DEFAULT_DOMAIN if host == HUB else host)
            return self._logins[host]


def _stored_login(domain: str) -> Login:
    """Return what `docker login` stored, in its file or by a credential helper."""
    from docker import auth

    registry = None if domain == DEFAULT_DOMAIN else domain
    try:
        config = auth.load_config()
        helper = config.get_credential_store(registry)
        if helper and not shutil.which(f"docker-credential-{helper}"):
            return Login(problem=f"docker-credential-{helper}, which docker's config names, is not installed")
        found = {str(key).lower(): value for key, value in (config.resolve_authconfig(registry) or {}).items()}
    except Exception as error:  # noqa: BLE001  a file and a program of others, and an error's text may hold a secret
        return Login(problem=f"docker's stored logins cannot be read ({type(error).__name__})")
    name, password, token = (found.get(key) or "" for key in ("username", "password", "identitytoken"))
    return Login(name, password, token)

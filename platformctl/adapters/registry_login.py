"""Answering a registry's question who asks: with the user's login where there is one, else as anybody."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from requests.utils import parse_dict_header

from platformctl.adapters.registry_exchange import HUB, Exchange, origin
from platformctl.catalog.inventory import is_loopback
from platformctl.identity.walk import ClosureUnread

_PULL: Final = re.compile(r"repository:[^\s:]+:pull")


@dataclass(frozen=True, slots=True)
class Login:
    """What `docker login` stored for a registry: a name with a password, an identity token, or nothing.

    `problem` says why there is nothing where there should be something. No secret is in the `repr`.
    """

    name: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)
    problem: str = ""

    @property
    def basic(self) -> str:
        """The header that shows name and password, or nothing."""
        shown = base64.b64encode(f"{self.name}:{self.password}".encode()).decode()
        return f"Basic {shown}" if self.name else ""


def authorization(exchange: Exchange, url: str, repository: str, challenge: str, login: Login) -> str:
    """Answer the challenge of a registry at `url` with the header that it wants.

    Raises:
        ClosureUnread: the login that it takes is not known, or was not accepted.
    """
    scheme, _, rest = challenge.partition(" ")
    if scheme.lower() == "basic" and login.basic:
        return login.basic
    if scheme.lower() == "bearer":
        parts: dict[str, str] = parse_dict_header(rest)  # type: ignore[no-untyped-call]
        return f"Bearer {_token(exchange, url, repository, parts, login)}"
    raise ClosureUnread(f"{origin(url)}: {refusal(url, login)}")


def refusal(url: str, login: Login) -> str:
    """Say that a registry lets nobody in without another login."""
    host = urlsplit(url).netloc
    hint = login.problem or f"`docker login{'' if host == HUB else f' {host}'}` stores one"
    return f"it wants {'another' if login.basic or login.identity_token else 'a'} login; {hint}"


def _token(exchange: Exchange, url: str, repository: str, challenge: Mapping[str, str], login: Login) -> str:
    """Ask the server that the registry names for a token that may read one repository."""
    realm = challenge.get("realm") or ""
    _refuse_open_realm(url, realm)
    scope = challenge.get("scope") or ""
    wanted = {"scope": scope if _PULL.fullmatch(scope) else f"repository:{repository}:pull"}
    if challenge.get("service"):
        wanted["service"] = challenge["service"]
    if login.identity_token:
        form = {"grant_type": "refresh_token", "client_id": "platformctl", "refresh_token": login.identity_token}
        answer = exchange.ask("POST", realm, {}, {**form, **wanted})
    else:
        shown = {"Authorization": login.basic} if login.basic else {}
        answer = exchange.ask("GET", f"{realm}{'&' if '?' in realm else '?'}{urlencode(wanted)}", shown)
    token = _found_token(answer.body)
    if token is None:
        raise ClosureUnread(f"{origin(url)}: no token from {origin(realm)} ({answer.status}): {refusal(url, login)}")
    return token


def _refuse_open_realm(url: str, realm: str) -> None:
    try:
        place = urlsplit(realm)
    except ValueError:
        raise ClosureUnread(f"{origin(url)}: it names no server for tokens") from None
    if place.scheme != "https" and not (place.scheme == "http" and is_loopback(place.hostname)):
        raise ClosureUnread(f"{origin(url)}: its server for tokens is not https")


def _found_token(body: bytes) -> str | None:
    """Return the token of an answer; what cannot stand in a header is none."""
    try:
        document: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    token = document.get("token") or document.get("access_token") if isinstance(document, dict) else None
    return token if isinstance(token, str) and token.isascii() and token.isprintable() and " " not in token else None

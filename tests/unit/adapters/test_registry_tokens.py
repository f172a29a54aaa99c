"""Tokens are asked for over ways that nobody listens to, for reading one repository, and are in no message."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from platformctl.adapters.registry import Registries

from .registry_client import HASTY, MANIFEST, WEB
from .registry_guard import BASIC, SECRET, TOKEN, bearer, challenge, configure, fetched, home, logged_in, refused, token
from .registry_server import Asked, Reply, serving

__all__ = ["home"]


def query(asked: Asked) -> dict[str, str]:
    """Return what was asked of a token server."""
    return dict(parse_qsl(urlsplit(asked.path).query))


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("key", ["token", "access_token"])
def test_anybody_may_have_a_token(key: str) -> None:
    """Without a login the token is asked for by nobody, for this repository, to read; and it is used again."""
    with bearer(token({key: TOKEN})) as (server, giver):
        registries = Registries({}, Path(), HASTY)
        for path, body in WEB.bodies.items():
            digest = WEB.digest if path == MANIFEST else None
            assert digest is None or registries.manifest(server.reference(), digest) == body
            assert registries.resolve(server.reference("1.4")) == WEB.digest
        assert [(query(one), one.authorization) for one in giver.asked] == [
            ({"service": "lab", "scope": "repository:apps/web:pull"}, None)
        ]
        assert [one.authorization for one in server.asked] == [None, *[f"Bearer {TOKEN}"] * 6]


def test_a_token_is_asked_for_with_the_login(home: Path) -> None:
    """The login of the registry is shown to the server that it names, and the token to the registry."""
    with bearer(token({"token": TOKEN})) as (server, giver):
        logged_in(home, server.address)
        assert fetched(server) == WEB.bodies[MANIFEST]
        assert [one.authorization for one in giver.asked] == [BASIC]
        assert [one.authorization for one in server.asked] == [None, f"Bearer {TOKEN}"]


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    "more",
    ["", ',scope="repository:apps/web:pull,push"', ',scope="registry:catalog:*"', ',scope="repository:a:pull x"'],
)
def test_a_token_may_only_read(more: str) -> None:
    """Whatever the registry asks for, the token is for reading and for one repository."""
    with bearer(token({"token": TOKEN}), more) as (server, giver):
        assert fetched(server) == WEB.bodies[MANIFEST]
        assert [query(one) for one in giver.asked] == [{"scope": "repository:apps/web:pull"}]


@pytest.mark.usefixtures("home")
def test_a_token_that_ends_is_renewed() -> None:
    """A token that is not accepted any more is replaced by another one."""
    given = [{"token": "old"}, {"token": TOKEN}]
    accepted = [f"Bearer {TOKEN}", "Bearer old"]
    with serving(lambda _: Reply(body=json.dumps(given.pop(0)).encode())) as giver:

        def answers(asked: Asked) -> Reply:
            if asked.authorization == accepted[-1]:
                return WEB.answers(asked)
            return challenge(f'Bearer realm="http://{giver.address}/token"')

        with serving(answers) as server:
            registries = Registries({}, Path(), HASTY)
            registries.manifest(server.reference(), WEB.digest)
            accepted.pop()
            registries.manifest(server.reference(), WEB.digest)
            assert [one.authorization for one in server.asked] == [
                None, "Bearer old", "Bearer old", f"Bearer {TOKEN}",
            ]  # fmt: skip


@pytest.mark.parametrize("realm", ["http://192.0.2.1/token", "ftp://127.0.0.1/", "", "token", "http://[::1", "//x/y"])
def test_a_login_is_sent_over_no_open_way(home: Path, realm: str) -> None:
    """A server for tokens is reached over TLS, or is on this machine; else no login is shown to it."""
    with serving(lambda _: challenge(f'Bearer realm="{realm}"')) as server:
        logged_in(home, server.address)
        said = refused(server)
        assert said.endswith(("its server for tokens is not https", "it names no server for tokens"))
        assert [one.authorization for one in server.asked] == [None]


@pytest.mark.parametrize(
    "answers",
    [
        token({"token": f"{TOKEN}\r\nX-Evil: 1"}),
        token({"token": f"{TOKEN} {TOKEN}"}),
        token({"token": ""}),
        token({"token": 5}),
        token({}),
        token([TOKEN]),
        token({"token": TOKEN}, 401),
        token({"token": TOKEN}, 403),
        lambda _: Reply(body=b"[" * 9_000),
        lambda _: Reply(body=b"\xff"),
    ],
    ids=["header", "space", "empty", "number", "nothing", "list", "unauthorized", "forbidden", "nested", "no-text"],
)
def test_a_token_that_is_none(home: Path, answers: Callable[[Asked], Reply]) -> None:
    """What is no token, or could change a request's headers, is refused, and the message says how to log in."""
    with bearer(answers) as (server, giver):
        logged_in(home, server.address)
        said = refused(server)
        assert said.startswith(f"http://{server.address}: no token from http://{giver.address} (")
        assert said.endswith(f"it wants another login; `docker login {server.address}` stores one")


def test_an_identity_token_is_exchanged(home: Path) -> None:
    """A login that is a token itself is shown in the body of a request to the server for tokens, as OAuth has it."""
    with bearer(token({"access_token": TOKEN})) as (server, giver):
        configure(home, {"auths": {server.address: {"auth": "", "identitytoken": SECRET}}})
        assert fetched(server) == WEB.bodies[MANIFEST]
        assert giver.questions == ["POST /token"]
        assert dict(parse_qsl(giver.asked[0].body)) == {
            "grant_type": "refresh_token",
            "client_id": "platformctl",
            "refresh_token": SECRET,
            "service": "lab",
            "scope": "repository:apps/web:pull",
        }

"""Registries that ask who asks, and the logins that a home folder has for them."""

from __future__ import annotations

import base64
import json
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from platformctl.adapters.registry import Registries
from platformctl.catalog.inventory import Registry
from platformctl.identity.walk import ClosureUnread

from .registry_client import HASTY, WEB
from .registry_server import Asked, Reply, Server, serving

SECRET = "hunter2-meerkat-8f41c0de"
TOKEN = "t0ken-5f2e9b"
BASIC = "Basic " + base64.b64encode(f"ann:{SECRET}".encode()).decode()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder without any login, and a folder for programs."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.delenv("DOCKER_CONFIG", raising=False)
    return tmp_path


def configure(home: Path, document: object) -> None:
    """Write what `docker login` would."""
    (home / ".docker").mkdir(exist_ok=True)
    (home / ".docker" / "config.json").write_text(json.dumps(document))


def logged_in(home: Path, *addresses: str) -> None:
    """Store ann's login for registries."""
    auth = base64.b64encode(f"ann:{SECRET}".encode()).decode()
    configure(home, {"auths": {address: {"auth": auth} for address in addresses}})


def helper(home: Path, script: str) -> None:
    """Install a credential helper."""
    program = home / "bin" / "docker-credential-lab"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(stat.S_IRWXU)


def answer(username: str, secret: str) -> str:
    """Return the script of a helper that knows a login for everybody."""
    return f"cat >/dev/null\necho '{json.dumps({'Username': username, 'Secret': secret})}'"


def fetched(server: Server, ways: Mapping[str, Registry] | None = None) -> bytes:
    """Fetch the manifest."""
    return Registries(ways or {}, Path(), HASTY).manifest(server.reference(), WEB.digest)


def refused(server: Server) -> str:
    """Return why the manifest is not to be had; no secret is in it."""
    with pytest.raises(ClosureUnread) as raised:
        fetched(server)
    assert SECRET not in str(raised.value)
    assert TOKEN not in str(raised.value)
    return str(raised.value)


def basic(asked: Asked) -> Reply:
    """Let ann in, and nobody else."""
    return WEB.answers(asked) if asked.authorization == BASIC else challenge('Basic realm="lab"')


def challenge(text: str) -> Reply:
    """Ask for a login."""
    return Reply(401, headers={"WWW-Authenticate": text} if text else {})


def token(document: object, status: int = 200) -> Callable[[Asked], Reply]:
    """Answer with a token, whoever asks."""
    return lambda _: Reply(status, json.dumps(document).encode())


@contextmanager
def bearer(
    tokens: Callable[[Asked], Reply], more: str = ',service="lab",scope="repository:apps/web:pull"'
) -> Iterator[tuple[Server, Server]]:
    """Run a registry that lets in who shows the token, and the server that gives it."""
    with serving(tokens) as giver:

        def answers(asked: Asked) -> Reply:
            if asked.authorization == f"Bearer {TOKEN}":
                return WEB.answers(asked)
            return challenge(f'Bearer realm="http://{giver.address}/token"{more}')

        with serving(answers) as server:
            yield server, giver

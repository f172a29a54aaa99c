"""Servers with several host keys, and files that know some of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import paramiko
import pytest

from platformctl.reason import Reason

from .entry import known_as
from .hostile_server import Script, ssh_server
from .observer import HOST_KEY, Observer, script


@pytest.fixture
def observer(tmp_path: Path) -> Observer:
    """An observer of this test alone."""
    return Observer(tmp_path)


RSA, ECDSA_384 = paramiko.RSAKey.generate(2048), paramiko.ECDSAKey.generate(bits=384)
KNOWN: Mapping[str, tuple[paramiko.PKey, ...]] = {
    "rsa": (RSA,),
    "ecdsa-384": (ECDSA_384,),
    "ecdsa-256": (HOST_KEY,),
    "rsa-that-is-no-more-and-ecdsa-384": (paramiko.RSAKey.generate(2048), ECDSA_384),
    "two-of-a-kind": (paramiko.ECDSAKey.generate(), HOST_KEY),
}


@pytest.mark.parametrize("name", KNOWN)
def test_a_known_key_is_asked_for_among_several(observer: Observer, name: str) -> None:
    """A server with several keys is asked for a kind that is known; any known key of that kind will do."""
    served = {"rsa-that-is-no-more-and-ecdsa-384": (HOST_KEY, ECDSA_384)}.get(name, (HOST_KEY, RSA, ECDSA_384))
    with ssh_server(Script(keys=served)) as server:
        known = "".join(known_as(server.address, server.port, key) for key in KNOWN[name])
        assert observer.look(server, known=known).failure is None


def test_a_key_of_another_kind_is_unknown_and_not_changed(observer: Observer) -> None:
    """That a host shows a kind of key of which none is known does not mean that the known one has changed."""
    played = Script(keys=(RSA,))
    with ssh_server(played) as server:
        failure = observer.look(server).failure
    assert failure
    assert failure.reason is Reason.HOST_KEY_UNKNOWN
    assert f"shows the ssh-rsa key {RSA.fingerprint}, which is not in " in failure.message
    assert (played.logins, played.commands) == ([], [])


def test_a_changed_key_is_sent_nothing(observer: Observer) -> None:
    """With another key of the kind that is known, no login and no command reaches the server."""
    played, stranger = script(), paramiko.ECDSAKey.generate()
    with ssh_server(played) as server:
        known = f"# comment\n{known_as(server.address, server.port, stranger)}"
        snapshot = observer.look(server, known=known)
    assert snapshot.failure
    assert snapshot.failure.reason is Reason.HOST_KEY_CHANGED
    message = snapshot.failure.message
    assert f"shows the ecdsa-sha2-nistp256 key {HOST_KEY.fingerprint}, known is {stranger.fingerprint} in " in message
    assert "known_hosts:2; nothing was sent. If the host was reinstalled, " in message
    assert (played.logins, played.commands, snapshot.attempt.commands) == ([], [], ())

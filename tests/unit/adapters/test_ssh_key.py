"""Files of keys that are damaged, and agents that talk rubbish: no key, and never anything worse."""

from __future__ import annotations

import base64
import socket
from contextlib import closing, suppress
from pathlib import Path
from threading import Thread
from typing import Final

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from platformctl.adapters.ssh_agent import agent_keys
from platformctl.adapters.ssh_key import KeyUnusable, certificate, private_key, public_key

KEYS: Final = (
    ed25519.Ed25519PrivateKey.generate(),
    ec.generate_private_key(ec.SECP256R1()),
    rsa.generate_private_key(65537, 2048),
)
BEGIN, END = b"-----BEGIN OPENSSH PRIVATE KEY-----\n", b"-----END OPENSSH PRIVATE KEY-----\n"
PLAIN = serialization.NoEncryption()


def openssh(key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    """Return what a key file holds below its base64."""
    form = serialization.PrivateFormat.OpenSSH
    text = key.private_bytes(serialization.Encoding.PEM, form, PLAIN)
    return base64.b64decode(b"".join(text.strip().split(b"\n")[1:-1]))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([openssh(key) for key in KEYS]), st.floats(0, 0.999), st.binary(max_size=8), st.integers(0, 8))
def test_a_damaged_key_is_no_key(tmp_path: Path, content: bytes, place: float, new: bytes, removed: int) -> None:
    """Whatever bytes are wrong in a private key, it is read, or told to be unusable with the file's name."""
    at, file = int(len(content) * place), tmp_path / "key"
    damaged = content[:at] + new + content[at + removed :]
    file.write_bytes(BEGIN + base64.encodebytes(damaged) + END)
    file.with_name("key.pub").write_bytes(b"ssh-ed25519 " + base64.b64encode(damaged) + b"\n")
    assert certificate(file) is None
    assert public_key(file) is None
    try:
        private_key(file)
    except KeyUnusable as error:
        assert str(error).startswith(f"{file}: ")  # noqa: PT017  it need not be raised


def test_a_kind_of_key_that_no_server_takes_is_told(tmp_path: Path) -> None:
    """DSA is read by some library and taken by no SSH server of today."""
    key = dsa.generate_private_key(1024)  # noqa: S505  its size does not matter
    form = serialization.PrivateFormat.TraditionalOpenSSL
    (tmp_path / "key").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, PLAIN))
    with pytest.raises(KeyUnusable, match="this is no private key that can be used"):
        private_key(tmp_path / "key")


@pytest.mark.parametrize("answer", [b"", b"\0\0\0\1", b"\0\0\0\1\xff", b"\0\0\0\5\x0c\0\0\0\2", b"rubbish" * 9])
def test_an_agent_that_talks_rubbish_holds_no_key(tmp_path: Path, answer: bytes) -> None:
    """Half an answer, another answer and no answer are an agent without keys."""
    with closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(str(tmp_path / "agent"))
        listener.listen()

        def talk() -> None:
            with listener.accept()[0] as connection, suppress(OSError):
                connection.recv(1024)
                connection.sendall(answer)

        thread = Thread(target=talk)
        thread.start()
        with agent_keys(tmp_path / "agent", 5) as keys:
            assert keys == ()
        thread.join()


def test_there_need_be_no_agent(tmp_path: Path) -> None:
    """No socket, a socket that is gone and a path that is too long are an agent without keys."""
    for path in (None, tmp_path / "gone", tmp_path / ("x" * 200)):
        with agent_keys(path, 5) as keys:
            assert keys == ()

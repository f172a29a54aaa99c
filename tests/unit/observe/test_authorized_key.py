"""The line that ties a key to the host agent."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from platformctl.cli import main

KEY: Final = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHVAlRcZdHuM51qdBJPsjsO/CZvFK2Y6X9T4VE3iIIgo observer@planner"
TIED: Final = 'restrict,command="/usr/local/bin/platformctl-agent"'
PERMITTED: Final = 'permitopen="127.0.0.1:8080",permitopen="[::1]:443",permitopen="web.lan:1"'
NOTE: Final = "also close the forwarding of unix sockets for this account in sshd_config: docs/read-only.md says how\n"
NO_KEY: Final = "this should be one public key as ssh-keygen writes it: ssh-ed25519 AAAA… comment"


@pytest.fixture
def public(tmp_path: Path) -> Path:
    """A file with a public key."""
    (tmp_path / "observer.pub").write_text(f"{KEY}\n")
    return tmp_path / "observer.pub"


@pytest.mark.parametrize(
    ("options", "line", "note"),
    [
        ([], TIED, ""),
        (
            ["--from", "192.0.2.7,2001:db8::/32,!192.0.2.9", "--expires", "20271231"],
            f'{TIED},from="192.0.2.7,2001:db8::/32,!192.0.2.9",expiry-time="20271231"',
            "",
        ),
        (["--agent", "/opt/agent"], 'restrict,command="/opt/agent"', ""),
        (
            ["--permit", "127.0.0.1:8080", "[::1]:443", "--permit", "web.lan:1"],
            f'{TIED},port-forwarding,permitlisten="none.invalid:1",{PERMITTED}',
            NOTE,
        ),
    ],
)
def test_the_line(
    public: Path, options: list[str], line: str, note: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Everything is closed, but what was asked for: no forwarding is there unless a probe declares it."""
    assert main(["host-agent", "authorized-key", "--key", str(public), *options]) == 0
    assert capfdbinary.readouterr() == (f"{line} {KEY}\n".encode(), note.encode())


@pytest.mark.parametrize(
    "private",
    [
        ed25519.Ed25519PrivateKey.generate(),
        ec.generate_private_key(ec.SECP256R1()),
        rsa.generate_private_key(public_exponent=65537, key_size=2048),
    ],
    ids=["ed25519", "ecdsa", "rsa"],
)
@pytest.mark.parametrize("form", ["OpenSSH", "PKCS8"])
def test_a_private_key_is_refused_and_not_shown(
    private: ed25519.Ed25519PrivateKey, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Naming the wrong file of the two is told, and nothing of it is printed."""
    path = tmp_path / "observer"
    written = getattr(serialization.PrivateFormat, form)
    path.write_bytes(private.private_bytes(serialization.Encoding.PEM, written, serialization.NoEncryption()))
    assert main(["host-agent", "authorized-key", "--key", str(path)]) == 2
    message = "this is a private key, which stays where it is: name the public one beside it, *.pub"
    assert capsys.readouterr() == ("", f"{path}: {message}\n")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "\n",
        "ssh-ed25519",
        "ssh-ed25519 AAAA",
        KEY.replace("ssh-ed25519", "ssh-rsa"),
        f"{KEY}\n{KEY}\n",
        f"no-pty {KEY}",
        f'command="/bin/sh" {KEY}',
        KEY.replace("AAAA", "AA!A"),
        f"{KEY}\x1b[31m",
        f"# {KEY}",
        KEY.replace(" ", "\t"),
        KEY.replace("ssh-ed25519 ", "ssh-dss "),
        "ssh-ed25519 é",
    ],
)
def test_what_is_no_public_key_is_refused(public: Path, content: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A second line, or options before the key, would be a line that the restrictions do not hold for."""
    public.write_text(content)
    assert main(["host-agent", "authorized-key", "--key", str(public)]) == 2
    assert capsys.readouterr() == ("", f"{public}: {NO_KEY}\n")


def test_every_wrong_option_is_told_at_once(public: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No option can end a quotation and bring in another one."""
    places = ["*:80", "127.0.0.1:*", "127.0.0.1:0", "127.0.0.1:65536", ":80", "x", '127.0.0.1:1"', "::1:80"]
    others = ["--from", '1.2.3.4" ,pty,x="', "--expires", "soon", "--agent", "/bin/sh -c x"]
    assert main(["host-agent", "authorized-key", "--key", str(public), "--permit", *places, *others]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "--agent: '/bin/sh -c x' should be an absolute path, such as /usr/local/bin/platformctl-agent",
        "--expires: 'soon' should be a date, such as 20271231",
        "--from: '1.2.3.4\" ,pty,x=\"' should be addresses, such as 192.0.2.7 or 192.0.2.0/24",
        *(
            f"--permit: {place!r} should be one address and one port, such as 127.0.0.1:8080"
            for place in sorted(places, key=repr)
        ),
    ]


def test_a_file_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The name is given, and why it cannot be read."""
    path = tmp_path / "none.pub"
    assert main(["host-agent", "authorized-key", "--key", str(path)]) == 2
    assert capsys.readouterr() == ("", f"{path}: cannot be read: No such file or directory\n")

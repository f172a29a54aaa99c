"""Lines of known_hosts, as sshd(8) describes them."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from platformctl.adapters.known_hosts import KnownKey, fingerprint, host_name, known_keys

BLOB = b"\x00\x00\x00\x0bssh-ed25519 and a key"
KEY = f"ssh-ed25519 {base64.b64encode(BLOB).decode()}"


@pytest.mark.parametrize(
    ("line", "known"),
    [
        (f"h1 {KEY}", True),
        (f"H1 {KEY} a comment", True),
        (f"\th1\t{KEY}", True),
        (f"other,h1 {KEY}", True),
        (f"h? {KEY}", True),
        (f"* {KEY}", True),
        (f"h*1 {KEY}", True),
        (f"*,!h1 {KEY}", False),
        (f"!h2,h1 {KEY}", True),
        (f"h11 {KEY}", False),
        (f"h[1] {KEY}", False),
        (f"[h1]:2222 {KEY}", False),
        (f"h. {KEY}", False),
        (f"# h1 {KEY}", False),
        (f"@cert-authority h1 {KEY}", False),
        ("h1 ssh-ed25519 AAA=A", False),
        ("h1 ssh-ed25519", False),
        (f"|1|AAAA|AAAA {KEY}", False),
        (f"|1| {KEY}", False),
        (f"|1|a|b|c {KEY}", False),
        ("", False),
    ],
)
def test_a_line_is_about_a_host_or_not(tmp_path: Path, line: str, known: bool) -> None:  # noqa: FBT001
    """Names, patterns and exceptions are read as OpenSSH reads them; what is no line about a key is passed over."""
    (tmp_path / "known_hosts").write_text(f"\n{line}\n")
    expected = (KnownKey(2, "ssh-ed25519", BLOB, revoked=False),) if known else ()
    assert known_keys(tmp_path / "known_hosts", "h1", 22) == expected


def test_a_revoked_key_is_known_as_such(tmp_path: Path) -> None:
    """It is there, so that it can be refused whatever other line has it."""
    (tmp_path / "known_hosts").write_text(f"@revoked * {KEY}\nh1 {KEY}\n")
    assert known_keys(tmp_path / "known_hosts", "h1", 22) == (
        KnownKey(1, "ssh-ed25519", BLOB, revoked=True),
        KnownKey(2, "ssh-ed25519", BLOB, revoked=False),
    )


def test_another_port_is_another_host() -> None:
    """OpenSSH writes the port beside the name unless it is the usual one."""
    assert [host_name("h1", 22), host_name("h1", 2222), host_name("::1", 2222)] == ["h1", "[h1]:2222", "[::1]:2222"]


def test_a_fingerprint_is_spelled_as_ssh_keygen_spells_it() -> None:
    """SHA256 in base64 without padding."""
    assert fingerprint(b"") == "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"

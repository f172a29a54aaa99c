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
    file = tmp_path / "known_hosts"
    file.write_text(f"\n{line}\n")
    expected = (KnownKey(file, 2, "ssh-ed25519", BLOB, ""),) if known else ()
    assert known_keys([file], "h1", required=True) == expected


def test_lines_of_several_files_keep_their_order_and_their_markers(tmp_path: Path) -> None:
    """Revoked keys and authorities are there to be told apart; a file that nobody requires may be absent."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text(f"@revoked * {KEY}\nh1 {KEY}\n")
    second.write_text(f"@cert-authority *1 {KEY}\n@other h1 {KEY}\n")
    assert known_keys([first, tmp_path / "absent", second], "H1", required=False) == (
        KnownKey(first, 1, "ssh-ed25519", BLOB, "@revoked"),
        KnownKey(first, 2, "ssh-ed25519", BLOB, ""),
        KnownKey(second, 1, "ssh-ed25519", BLOB, "@cert-authority"),
    )


def test_another_port_is_another_host() -> None:
    """OpenSSH writes the port beside the name unless it is the usual one."""
    assert [host_name("h1", 22), host_name("h1", 2222), host_name("::1", 2222)] == ["h1", "[h1]:2222", "[::1]:2222"]


def test_a_fingerprint_is_spelled_as_ssh_keygen_spells_it() -> None:
    """SHA256 in base64 without padding."""
    assert fingerprint(b"") == "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"

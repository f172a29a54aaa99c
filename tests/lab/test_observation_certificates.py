"""Keys of ours beyond a plain file: certificates, agents, and more keys than a server has patience for."""

from __future__ import annotations

import dataclasses
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

import pytest

from platformctl.adapters.limits import Limits
from platformctl.adapters.ssh import SshTransport
from platformctl.adapters.ssh_connection import connected
from platformctl.catalog.inventory import SshHost
from platformctl.errors import Failure
from platformctl.reason import Reason

from .agent import ssh_agent
from .engine import Docker
from .looking import fingerprint, keygen
from .sshd import SshHosts
from .sshd import ssh_hosts as start_ssh_hosts
from .workspace import subfolder

pytestmark = pytest.mark.lab

UNRUFFLED = Limits(connect_s=10, login_s=20, answer_s=20)
USER = "platform-observer"

# What a host of years ago speaks: none of what is asked for first.
OLD = "KexAlgorithms diffie-hellman-group14-sha256\nCiphers aes256-ctr\nMACs hmac-sha2-256\n"

Entry: TypeAlias = Callable[..., SshHost]


@pytest.fixture(scope="module")
def authority(lab: Path) -> Path:
    """The key of an authority that signs the keys of users."""
    key = subfolder(lab, "authority") / "key"
    keygen("-q", "-t", "ed25519", "-N", "", "-f", str(key))
    return key


@pytest.fixture(scope="module")
def hosts(lab: Path, engine: Docker, authority: Path) -> Iterator[SshHosts]:
    """An old host that trusts the authority, and no key."""
    trust = f"TrustedUserCAKeys {authority}.pub\n"
    with start_ssh_hosts(lab, {"elder": engine}, options=trust + OLD) as running:
        (running["elder"].folder / "authorized_keys").write_text("")
        yield running


@pytest.fixture
def entry(hosts: SshHosts, tmp_path: Path) -> Entry:
    """Return the entry of the host, with the lines of an OpenSSH configuration about it."""

    def said(*lines: str, **said: object) -> SshHost:
        host = hosts["elder"]
        (tmp_path / "config").write_text("".join(f"{line}\n" for line in lines))
        values: Mapping[str, object] = {
            "transport": "ssh",
            "address": host.address,
            "port": host.port,
            "user": USER,
            "known_hosts": str(hosts.known_hosts),
            "ssh_config": str(tmp_path / "config"),
        }
        return SshHost.model_validate({key: value for key, value in {**values, **said}.items() if value is not None})

    return said


def made(path: Path, kind: str = "ed25519", phrase: str = "") -> Path:
    """Make a key."""
    path.parent.mkdir(exist_ok=True)
    keygen("-q", "-t", kind, "-N", phrase, "-f", str(path))
    return path


def signed(authority: Path, key: Path, *options: str) -> Path:
    """Make a certificate for the account of the observer, beside the key."""
    keygen("-q", "-s", str(authority), "-I", "observer", "-n", USER, *options, f"{key}.pub")
    return key.with_name(f"{key.name}-cert.pub")


def look(entry: SshHost, limits: Limits = UNRUFFLED) -> Failure | None:
    """Look and return why it failed."""
    return SshTransport("elder", entry, limits).look().failure


def none_of(taken: str) -> Failure:
    """Return what is said where no key is taken."""
    return Failure(Reason.AUTHENTICATION_FAILED, f"{USER}@127.0.0.11: the host takes none of the keys offered{taken}")


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_a_certificate_beside_the_key_logs_in(authority: Path, entry: Entry, tmp_path: Path, kind: str) -> None:
    """The host knows only the authority, and is one that has none of today's key exchanges."""
    key = made(tmp_path / "key", kind)
    assert look(entry(identity_file=str(key))) == none_of("")
    signed(authority, key)
    assert look(entry(identity_file=str(key))) is None


def test_a_certificate_file_is_offered_with_the_key_that_it_is_for(
    authority: Path, entry: Entry, tmp_path: Path
) -> None:
    """CertificateFile may lie anywhere, and one for another key is no obstacle."""
    key, other = made(tmp_path / "key"), made(tmp_path / "other")
    elsewhere = signed(authority, key).rename(tmp_path / "elsewhere.pub")
    lines = (f"IdentityFile {key}", f"CertificateFile {signed(authority, other)}", f"CertificateFile {elsewhere}")
    assert look(entry(*lines)) is None


def test_an_expired_certificate_does_not_hide_its_key(
    hosts: SshHosts, authority: Path, entry: Entry, tmp_path: Path
) -> None:
    """The certificate is refused, and then the plain key logs in."""
    key, folder = made(tmp_path / "key"), hosts["elder"].folder
    signed(authority, key, "-V", "20200101:20200102")
    (folder / "authorized_keys").write_text(key.with_suffix(".pub").read_text())
    try:
        assert look(entry(identity_file=str(key))) is None
    finally:
        (folder / "authorized_keys").write_text("")


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_a_certificate_that_only_an_agent_holds_logs_in(
    lab: Path, authority: Path, entry: Entry, tmp_path: Path, kind: str
) -> None:
    """The agent of the configuration has key and certificate, and no file is left of either."""
    key = made(tmp_path / "key", kind)
    certificate = signed(authority, key)
    with ssh_agent(subfolder(lab, f"agent-{kind}"), key) as agent:
        for file in (key, key.with_suffix(".pub"), certificate):
            file.unlink()
        assert look(entry(f"IdentityAgent {agent}")) is None
        assert look(entry("IdentityAgent none", "IdentityFile none")) == Failure(
            Reason.AUTHENTICATION_FAILED,
            f"{USER}@127.0.0.11: there is no key to offer: name an identity_file, or start an ssh-agent",
        )


def test_an_encrypted_key_is_used_through_the_agent(lab: Path, authority: Path, entry: Entry, tmp_path: Path) -> None:
    """The agent has opened it; without an agent the message says what is missing."""
    key = made(tmp_path / "key")
    signed(authority, key)
    with ssh_agent(subfolder(lab, "agent-encrypted"), key) as agent:
        keygen("-q", "-p", "-N", "a pass phrase", "-P", "", "-f", str(key))
        assert look(entry(f"IdentityAgent {agent}", identity_file=str(key))) is None
        assert look(entry(f"IdentityAgent {agent}", f"IdentityFile {key}", "IdentitiesOnly yes")) is None
    encrypted = f"{key}: it is encrypted, and no ssh-agent holds it; give it to one with ssh-add"
    assert look(entry(f"IdentityAgent {agent}", identity_file=str(key))) == Failure(
        Reason.CONFIGURATION_UNUSABLE, f"identity_file {encrypted}"
    )
    assert look(entry(f"IdentityAgent {agent}", f"IdentityFile {key}", f"IdentityFile {made(tmp_path / 'b')}")) == (
        none_of(f"; {encrypted}")
    )


def test_of_many_keys_those_that_are_named_are_offered_first(
    lab: Path, hosts: SshHosts, entry: Entry, tmp_path: Path
) -> None:
    """An agent's eighth key is never reached; named by its public half alone it logs in."""
    keys = [made(tmp_path / f"key{number}") for number in range(8)]
    folder = hosts["elder"].folder
    (folder / "authorized_keys").write_text(keys[-1].with_suffix(".pub").read_text())
    try:
        with ssh_agent(subfolder(lab, "agent-many"), *keys) as agent:
            keys[-1].unlink()
            assert look(entry(f"IdentityAgent {agent}", "IdentityFile none")) == none_of(
                ", the first 5 of 8, since servers hang up after 6: name the right identity_file"
            )
            assert look(entry(f"IdentityAgent {agent}", f"IdentityFile {keys[-1]}.pub")) is None
            assert look(entry(f"IdentityAgent {agent}", identity_file=str(keys[-1]))) is None
    finally:
        (folder / "authorized_keys").write_text("")


def test_an_agent_that_never_answers_costs_its_time_and_no_more(
    lab: Path, authority: Path, entry: Entry, tmp_path: Path
) -> None:
    """The key of the file logs in all the same."""
    key, path = made(tmp_path / "key"), subfolder(lab, "agent-silent") / "agent"
    signed(authority, key)
    with closing(socket.socket(socket.AF_UNIX)) as silent:
        silent.bind(str(path))
        silent.listen()
        limits = dataclasses.replace(UNRUFFLED, login_s=5)
        assert look(entry(f"IdentityAgent {path}", f"IdentityFile {key}"), limits) is None


def test_host_keys_are_looked_up_in_every_file(authority: Path, hosts: SshHosts, entry: Entry, tmp_path: Path) -> None:
    """The first file that has the key is enough, unless any of them revokes it; absent files are none."""
    host, key = hosts["elder"], made(tmp_path / "key")
    signed(authority, key)
    right, revoked = tmp_path / "right", tmp_path / "revoked"
    right.write_text(host.known_hosts_line)
    revoked.write_text(f"@revoked * {host.public_key}\n")
    shows = f"[{host.address}]:{host.port} shows the ssh-ed25519 key {fingerprint(host.folder / 'host_key.pub')}"
    compare = "compare it with 'ssh-keygen -l' on the host, then add it there"
    cases = {
        f"UserKnownHostsFile {tmp_path}/absent {right}": None,
        f"UserKnownHostsFile none\nGlobalKnownHostsFile {right}": None,
        f"UserKnownHostsFile {tmp_path}/%r-absent\nGlobalKnownHostsFile none": Failure(
            Reason.HOST_KEY_UNKNOWN, f"{shows}, which is not in {tmp_path}/{USER}-absent; {compare}"
        ),
        f"UserKnownHostsFile {right} {revoked}": Failure(
            Reason.HOST_KEY_UNKNOWN, f"{shows}, which {revoked} revokes; nothing was sent"
        ),
    }
    looks = {lines: look(entry(lines, identity_file=str(key), known_hosts=None)) for lines in cases}
    assert looks == cases


def test_a_host_that_only_an_authority_vouches_for_is_refused(hosts: SshHosts, entry: Entry, tmp_path: Path) -> None:
    """Certificates of hosts cannot be verified, so that the message says to add the plain key."""
    host, file = hosts["elder"], tmp_path / "known_hosts"
    file.write_text(f"@cert-authority *.0.0.11,[127.0.0.*]:* {host.public_key}\n")
    assert look(entry(known_hosts=str(file), identity_file=str(hosts.identity_file))) == Failure(
        Reason.HOST_KEY_UNKNOWN,
        f"[{host.address}]:{host.port} shows the ssh-ed25519 key {fingerprint(host.folder / 'host_key.pub')}, "
        f"{file}:1 names an authority, and host certificates cannot be verified here; "
        "compare it with 'ssh-keygen -l' on the host, then add it as a plain key",
    )


def test_a_connection_sends_at_once_and_notices_a_dead_peer(ssh_hosts: SshHosts) -> None:
    """No delay for small messages, keepalive, no compression, and the cheapest cipher that both have."""
    host = ssh_hosts["rs2000"]
    said = SshHost(
        transport="ssh", address=host.address, port=host.port, user=USER, ssh_config="none",
        known_hosts=str(ssh_hosts.known_hosts), identity_file=str(ssh_hosts.identity_file),
    )  # fmt: skip
    with connected(said, UNRUFFLED) as ssh:
        assert isinstance(ssh.sock, socket.socket)
        assert ssh.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert ssh.sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        agreed = vars(ssh)
        assert (agreed["remote_cipher"], agreed["remote_compression"]) == ("aes128-gcm@openssh.com", "none")

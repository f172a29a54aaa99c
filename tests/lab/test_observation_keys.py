"""Keys, the hosts' and ours: which are known, which are taken, and what is said of the others."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from platformctl.adapters.ssh import SshTransport
from platformctl.catalog.inventory import SshHost
from platformctl.errors import Failure
from platformctl.reason import Reason

from .entry import ssh_entry
from .looking import QUICK, fingerprint, keygen, observed, ssh, write_inventory
from .process import Process
from .sshd import SshHosts
from .workspace import subfolder

pytestmark = pytest.mark.lab

Entries: TypeAlias = Callable[..., SshHost]


@pytest.fixture
def entry(ssh_hosts: SshHosts) -> Entries:
    """Return the entry of one host, with some keys changed."""
    return lambda **changed: ssh_entry(ssh_hosts, ssh_hosts["rs2000"], **changed)


def test_an_unknown_host_is_named_with_its_fingerprint(ssh_hosts: SshHosts, entry: Entries, tmp_path: Path) -> None:
    """The message has the fingerprint that ssh-keygen shows on the host, the file, and what to do."""
    host = ssh_hosts["rs2000"]
    for content in ("", "not a key\n\x00\xff|1|x|y ssh-ed25519 AAAA\n"):
        file = tmp_path / "known_hosts"
        file.write_bytes(content.encode("latin-1"))
        assert ssh(entry(known_hosts=str(file))) == Failure(
            Reason.HOST_KEY_UNKNOWN,
            f"[{host.address}]:{host.port} shows the ssh-ed25519 key {fingerprint(host.folder / 'host_key.pub')}, "
            f"which is not in {file}; compare it with 'ssh-keygen -l' on the host, then add it there",
        )


def test_a_changed_host_key_is_named_with_both_fingerprints(ssh_hosts: SshHosts, entry: Entries) -> None:
    """What is shown and what was known are said, with the line to replace."""
    host, file = ssh_hosts["rs2000"], ssh_hosts.wrong_known_hosts
    known = fingerprint(ssh_hosts.stranger_file.with_suffix(".pub"))
    assert ssh(entry(known_hosts=str(file))) == Failure(
        Reason.HOST_KEY_CHANGED,
        f"[{host.address}]:{host.port} shows the ssh-ed25519 key {fingerprint(host.folder / 'host_key.pub')}, "
        f"known is {known} in {file}:1; nothing was sent. "
        f"If the host was reinstalled, compare the key on the host and replace that line",
    )


def test_a_file_that_openssh_wrote_is_understood(ssh_hosts: SshHosts, entry: Entries, tmp_path: Path) -> None:
    """Names hashed by ssh-keygen, patterns, several names and a stale second key are read as OpenSSH reads them."""
    host = ssh_hosts["rs2000"]
    hashed = tmp_path / "hashed"
    shutil.copy(ssh_hosts.known_hosts, hashed)
    keygen("-H", "-f", str(hashed))
    assert "|1|" in hashed.read_text()
    stale = host.known_as(ssh_hosts.stranger_file.with_suffix(".pub").read_text().strip())
    files = {
        "hashed": hashed.read_text(),
        "pattern": f"[127.0.0.*]:{host.port},other {host.public_key}\n",
        "stale key first": stale + host.known_hosts_line,
        "with a comment": host.known_hosts_line.strip() + " root@rs2000\n",
    }
    for name, content in files.items():
        (tmp_path / "known_hosts").write_text(content)
        shown = SshTransport("rs2000", entry(known_hosts=str(tmp_path / "known_hosts")), QUICK).look()
        assert (name, shown.failure) == (name, None)


@pytest.mark.parametrize("line", ["@revoked {line}{line}", "!{names},* {key}\n"])
def test_a_key_that_is_taken_back_is_not_accepted(
    ssh_hosts: SshHosts, entry: Entries, tmp_path: Path, line: str
) -> None:
    """A revoked key, and a pattern that leaves the host out, keep it unknown although the key stands in the file."""
    host = ssh_hosts["rs2000"]
    names, _, key = host.known_hosts_line.strip().partition(" ")
    file = tmp_path / "known_hosts"
    file.write_text(line.format(line=host.known_hosts_line, names=names, key=key))
    failure = ssh(entry(known_hosts=str(file)))
    assert failure
    assert failure.reason is Reason.HOST_KEY_UNKNOWN


def test_a_key_that_the_host_does_not_take(ssh_hosts: SshHosts, entry: Entries, tmp_path: Path) -> None:
    """Every kind of private key that is refused is a refused key, and no broken connection to be tried again."""
    kinds = {"ed25519": [], "ecdsa": [], "rsa": ["-b", "2048"], "pem": ["-t", "rsa", "-b", "2048", "-m", "PEM"]}
    for kind, options in kinds.items():
        named = [] if kind == "pem" else ["-t", kind]
        keygen("-q", "-N", "", "-f", str(tmp_path / kind), *named, *options)
        assert ssh(entry(identity_file=str(tmp_path / kind))) == Failure(
            Reason.AUTHENTICATION_FAILED,
            f"platform-observer@{ssh_hosts['rs2000'].address}: the host takes none of the keys offered",
        )


def test_a_wrong_user_is_a_refused_key(ssh_hosts: SshHosts, entry: Entries) -> None:
    """An account that may not log in is told like a key that may not."""
    assert ssh(entry(user="somebody")) == Failure(
        Reason.AUTHENTICATION_FAILED,
        f"somebody@{ssh_hosts['rs2000'].address}: the host takes none of the keys offered",
    )


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa", "pem"])
def test_every_kind_of_key_can_log_in(ssh_hosts: SshHosts, tmp_path: Path, kind: str) -> None:
    """Ed25519, ECDSA and RSA keys, in OpenSSH's own form and in PEM, are accepted by a real sshd."""
    host, key = ssh_hosts["rs1000"], tmp_path / "key"
    form = ["-t", "rsa", "-b", "2048", "-m", "PEM"] if kind == "pem" else ["-t", kind]
    keygen("-q", "-N", "", "-f", str(key), *form)
    (host.folder / "authorized_keys").write_text(key.with_suffix(".pub").read_text())
    try:
        look = SshTransport("rs1000", ssh_entry(ssh_hosts, host, identity_file=str(key)), QUICK).look()
        assert look.failure is None
    finally:
        host.authorize()


def test_files_that_cannot_be_used_are_named(entry: Entries, tmp_path: Path) -> None:
    """What is wrong with a file of ours is said with its path, before anything is sent."""
    names = ("absent", "folder", "rubbish", "encrypted", "pem")
    absent, folder, rubbish, encrypted, pem = (tmp_path / name for name in names)
    folder.mkdir()
    rubbish.write_text("-----BEGIN RUBBISH-----\n")
    keygen("-q", "-N", "a pass phrase", "-t", "ed25519", "-f", str(encrypted))
    keygen("-q", "-N", "a pass phrase", "-t", "rsa", "-b", "2048", "-m", "PEM", "-f", str(pem))
    expected = {
        ("known_hosts", absent): f"known_hosts {absent}: cannot be read: No such file or directory",
        ("known_hosts", folder): f"known_hosts {folder}: this is not a regular file",
        ("identity_file", absent): f"identity_file {absent}: cannot be read: No such file or directory",
        ("identity_file", folder): f"identity_file {folder}: this is not a regular file",
        ("identity_file", rubbish): f"identity_file {rubbish}: this is no private key that can be used",
        ("identity_file", encrypted): f"identity_file {encrypted}: it is encrypted, {AGENT}",
        ("identity_file", pem): f"identity_file {pem}: it is encrypted, {AGENT}",
    }
    failures = {(key, path): ssh(entry(**{key: str(path)})) for key, path in expected}
    assert failures == {place: Failure(Reason.CONFIGURATION_UNUSABLE, message) for place, message in expected.items()}


AGENT = "and no ssh-agent holds it; give it to one with ssh-add"


@pytest.mark.parametrize("keys", ["none", "usual", "agent", "stale agent"])
def test_without_an_identity_file_the_agent_and_the_usual_keys_are_offered(
    ssh_hosts: SshHosts, lab: Path, tmp_path: Path, keys: str
) -> None:
    """A key in ~/.ssh or in an agent logs in; with neither, and with an agent that is gone, the look says so."""
    home, agent = tmp_path / "home", subfolder(lab, "agent") / "socket"
    (home / ".ssh").mkdir(parents=True)
    if keys == "usual":
        shutil.copy(ssh_hosts.identity_file, home / ".ssh" / "id_ed25519")
    host = ssh_hosts["rs2000"]
    entry = ssh_entry(ssh_hosts, host, identity_file=None)
    running = Process(["/usr/bin/ssh-agent", "-D", "-a", str(agent)], agent.with_name("log"))
    try:
        running.wait_until(agent.exists)
        if keys == "agent":
            environment = {**os.environ, "SSH_AUTH_SOCK": str(agent)}
            subprocess.run(["/usr/bin/ssh-add", "-q", str(ssh_hosts.identity_file)], env=environment, check=True)
        if keys == "stale agent":
            running.stop()
        inventory = write_inventory(tmp_path, entry)
        head = observed(inventory, tmp_path / "out", HOME=str(home), SSH_AUTH_SOCK=str(agent))
    finally:
        running.stop()
    nothing = {
        "reason": "authentication-failed",
        "message": f"platform-observer@{host.address}: "
        "there is no key to offer: name an identity_file, or start an ssh-agent",
    }
    assert head["failure"] == (nothing if keys in {"none", "stale agent"} else None)


def test_with_an_identity_file_no_other_key_is_offered(ssh_hosts: SshHosts, entry: Entries, tmp_path: Path) -> None:
    """The key that the entry names is refused although a good one lies in ~/.ssh: no other is tried."""
    (tmp_path / "home" / ".ssh").mkdir(parents=True)
    shutil.copy(ssh_hosts.identity_file, tmp_path / "home" / ".ssh" / "id_ed25519")
    named = entry(identity_file=str(ssh_hosts.stranger_file))
    head = observed(write_inventory(tmp_path, named), tmp_path / "out", HOME=str(tmp_path / "home"))
    assert head["failure"]["reason"] == "authentication-failed"

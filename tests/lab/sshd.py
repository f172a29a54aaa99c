"""Hosts that are reached over SSH: each an sshd with its own address, host key, hostname and users."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from .address import answers, free_port
from .engine import Engine
from .process import Process
from .sandbox import Sandbox, SandboxedProcess
from .workspace import subfolder

USER = "platform-observer"
UID = 991

# Keys lie below a folder that everybody may write to, which StrictModes refuses.
SSHD_CONFIG = """\
ListenAddress {address}:{port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
AllowUsers {user}
MaxStartups 200
SetEnv PATH={path}
"""


@dataclass(frozen=True, slots=True)
class SshHost:
    """A running sshd, where a user of the group ``docker`` finds an engine at the usual socket.

    Attributes:
        public_key: what the host proves itself with, ``ssh-ed25519 AAAA…``.
        identity_file: the private key that may log in.
    """

    process: SandboxedProcess
    name: str
    address: str
    port: int
    user: str
    public_key: str
    identity_file: Path
    folder: Path

    @property
    def known_hosts_line(self) -> str:
        """The line that lets a strict client trust this host."""
        return self.known_as(self.public_key)

    def known_as(self, public_key: str) -> str:
        """Return a line that says this host has the given key."""
        return f"[{self.address}]:{self.port} {public_key}\n"

    def authorize(self, options: str = "") -> None:
        """Let the lab's key log in, with the options of an authorized_keys line; no restart is needed."""
        key = self.identity_file.with_suffix(".pub").read_text()
        (self.folder / "authorized_keys").write_text(f"{options} {key}".lstrip())

    def stop(self) -> None:
        """Cut every connection and refuse new ones."""
        self.process.stop()


@dataclass(frozen=True, slots=True)
class SshHosts:
    """Several hosts and what a client needs for them.

    Attributes:
        known_hosts: a file with the right line for every host.
        wrong_known_hosts: a file that gives every host the key of a stranger.
        identity_file: the private key that may log in everywhere.
        stranger_file: a private key that may log in nowhere.
    """

    hosts: tuple[SshHost, ...]
    known_hosts: Path
    wrong_known_hosts: Path
    identity_file: Path
    stranger_file: Path

    def __iter__(self) -> Iterator[SshHost]:
        return iter(self.hosts)

    def __getitem__(self, name: str) -> SshHost:
        return next(host for host in self.hosts if host.name == name)


@contextmanager
def ssh_hosts(
    workspace: Path,
    engines: Mapping[str, Engine],
    *,
    files: Mapping[str, str] | None = None,
    path: str = "/usr/bin:/bin",
    options: str = "",
) -> Iterator[SshHosts]:
    """Start one SSH host per name, on 127.0.0.11, 127.0.0.12, …, each in front of the engine given for it.

    ``files`` (text by absolute path) are laid over every host's root; what starts with ``#!`` is executable.
    ``path`` is the PATH of a login; ``/usr/local/bin`` first gives a newer Docker client where there is one.
    ``options`` are lines of every sshd_config that go before all others; blocks (``Match``) among them end it.
    ``{port}`` in them is the port.
    """
    keys = subfolder(workspace, "ssh")
    identity, stranger = make_key(keys / "identity"), make_key(keys / "stranger")
    with ExitStack() as stack:
        hosts = []
        for number, (name, engine) in enumerate(engines.items(), start=11):
            sandbox = Sandbox(workspace, subfolder(workspace, name), name, *machine(engine, files or {}))
            host = _start(sandbox, f"127.0.0.{number}", path, identity, options)
            stack.callback(host.stop)
            hosts.append(host)
        yield SshHosts(
            hosts=tuple(hosts),
            known_hosts=_write(keys / "known_hosts", [host.known_hosts_line for host in hosts]),
            wrong_known_hosts=_write(
                keys / "wrong_known_hosts", [host.known_as(public_of(stranger)) for host in hosts]
            ),
            identity_file=identity,
            stranger_file=stranger,
        )


def _start(sandbox: Sandbox, address: str, path: str, identity: Path, options: str) -> SshHost:
    port = free_port(address)
    host_key = make_key(sandbox.folder / "host_key")
    config = sandbox.folder / "sshd_config"
    values = {"address": address, "port": port, "folder": sandbox.folder, "user": USER, "path": path}
    first, *blocks = options.partition("Match ")
    config.write_text("".join([first, SSHD_CONFIG, *blocks]).format(**values))
    process = sandbox.start(["/usr/sbin/sshd", "-D", "-e", "-f", str(config)])
    host = SshHost(process, sandbox.hostname, address, port, USER, public_of(host_key), identity, sandbox.folder)
    host.authorize()
    _wait(process, address, port)
    return host


def _wait(process: Process, address: str, port: int) -> None:
    process.wait_until(lambda: answers(address, port))


def machine(engine: Engine, files: Mapping[str, str]) -> tuple[dict[str, str], dict[str, Path]]:
    """Return what a machine has whose account finds an engine: files, and links."""
    home = f"/home/{USER}"
    passwd = Path("/etc/passwd").read_text() + f"{USER}:*:{UID}:{UID}::{home}:/bin/sh\n"
    groups = [*Path("/etc/group").read_text().splitlines(), f"{USER}:x:{UID}:"]
    own = {
        "/etc/passwd": passwd,
        "/etc/group": "".join(f"{_with_user(line)}\n" for line in groups),
        "/run/sshd/.keep": "",
        f"{home}/.keep": "",
    }
    return own | dict(files), {"/run/docker.sock": engine.socket}


def _with_user(line: str) -> str:
    if not line.startswith("docker:"):
        return line
    return line + USER if line.endswith(":") else f"{line},{USER}"


def make_key(path: Path) -> Path:
    """Write a private key, and its public half beside it."""
    key = Ed25519PrivateKey.generate()
    openssh = serialization.PrivateFormat.OpenSSH
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, openssh, serialization.NoEncryption()))
    path.chmod(0o600)
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    path.with_suffix(".pub").write_bytes(public + b"\n")
    return path


def public_of(private: Path) -> str:
    """Return the public half of a private key."""
    return private.with_suffix(".pub").read_text().strip()


def _write(path: Path, lines: Sequence[str]) -> Path:
    path.write_text("".join(lines))
    return path

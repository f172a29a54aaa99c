"""An SSH host on which Podman runs: an sshd of this machine whose only command enters the Podman's machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from platformctl.catalog.inventory import SshHost

from .address import answers, free_port
from .podman import Podman
from .process import Process
from .sshd import make_key, public_of
from .workspace import subfolder

ADDRESS = "127.0.0.31"
SSHD_CONFIG = """\
ListenAddress {address}:{port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
UsePAM no
StrictModes no
PermitRootLogin forced-commands-only
"""
# The client's words are run by a shell there, as sshd itself would do it on a host of its own.
FORCED = 'command="/usr/bin/nsenter --target {pid} --mount --pid --uts -- /bin/sh -c \\"$SSH_ORIGINAL_COMMAND\\""'
# sshd wants a folder in /run, which this machine may lack.
SERVE = 'mount -t tmpfs lab /run && mkdir /run/sshd && exec "$@"'


@contextmanager
def podman_host(workspace: Path, podman: Podman) -> Iterator[SshHost]:
    """Start the sshd, and yield what an inventory says of the host."""
    folder = subfolder(workspace, "podman-ssh")
    port = free_port(ADDRESS)
    host_key, identity = make_key(folder / "host_key"), make_key(folder / "identity")
    public = identity.with_suffix(".pub").read_text()
    (folder / "authorized_keys").write_text(f"{FORCED.format(pid=podman.process.children()[0])} {public}")
    (folder / "known_hosts").write_text(f"[{ADDRESS}]:{port} {public_of(host_key)}\n")
    config = folder / "sshd_config"
    config.write_text(SSHD_CONFIG.format(address=ADDRESS, port=port, folder=folder))
    private = ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", SERVE, "lab"]
    process = Process([*private, "/usr/sbin/sshd", "-D", "-e", "-f", str(config)], folder / "log")
    try:
        process.wait_until(lambda: answers(ADDRESS, port))
        yield SshHost(
            transport="ssh",
            address=ADDRESS,
            port=port,
            user="root",
            known_hosts=str(folder / "known_hosts"),
            identity_file=str(identity),
            ask="podman",
        )
    finally:
        process.stop()

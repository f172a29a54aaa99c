"""A machine within this machine: its own root, hostname and process ids, gone with its first process."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .process import Process, run

# The root is an overlay over an untouched one, its upper layer in memory: nothing that runs inside can write
# to this machine, and nothing has to be unmounted. Mounted over it is what an overlay cannot give: sockets
# that are seen outside (the workspace, at its own path), and upper layers for a Docker Engine's own overlays.
# runc wants a root that is a mount point and was pivoted into.
ENTER = """\
set -e
workspace=$1 folder=$2 lower=$3 hostname=$4
shift 4
cd "$folder"
mount -t tmpfs -o mode=0755 lab memory
cd memory
mkdir upper work root
mount -t overlay -o "lowerdir=$lower,upperdir=upper,workdir=work" lab root
cd root
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
mount -t tmpfs -o mode=0755 run run
mkdir -p var/lib/docker .old "./$workspace"
mount -t tmpfs -o mode=0711 data var/lib/docker
mount --bind "$workspace" "./$workspace"
cp -a "$folder/files/." .
pivot_root . .old
umount -l /.old
rmdir /.old
hostname "$hostname"
exec "$@"
"""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What is inside: files laid over the root, and the workspace at its own path.

    Attributes:
        workspace: the run's folder, seen inside and outside at the same path.
        folder: its part of the workspace: sockets, keys, log.
        hostname: the name it gives itself.
        files: text by absolute path, laid over the root before anything starts.
        links: symbolic links, target by absolute path.
        lower: the root below; another one than this machine's for the engines of another release.
    """

    workspace: Path
    folder: Path
    hostname: str
    files: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, Path] = field(default_factory=dict)
    lower: Path = Path("/")

    def start(self, argv: Sequence[str]) -> SandboxedProcess:
        """Start the first process; everything else inside ends with it."""
        (self.folder / "memory").mkdir()
        self._lay_files()
        place = [str(self.workspace), str(self.folder), str(self.lower), self.hostname]
        namespaces = ["/usr/bin/unshare", "--mount", "--pid", "--uts", "--fork", "--kill-child"]
        return SandboxedProcess([*namespaces, "/bin/sh", "-c", ENTER, "lab", *place, *argv], self.folder / "log")

    def _lay_files(self) -> None:
        files = self.folder / "files"
        files.mkdir()
        for path, text in self.files.items():
            target = _below(files, path)
            target.write_text(text)
            target.chmod(0o755 if text.startswith("#!") else 0o644)
        for path, to in self.links.items():
            _below(files, path).symlink_to(to)


class SandboxedProcess(Process):
    """The first process of a sandbox: when it ends, the kernel ends all others and drops the mounts."""

    def run(self, *argv: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a program inside, with ``variables`` added to a small fixed environment."""
        return run(
            [
                "/usr/bin/nsenter",
                "--target",
                str(self.children()[0]),
                "--mount",
                "--pid",
                "--uts",
                "--",
                *argv,
            ],
            **variables,
        )

    def _end(self) -> None:
        # unshare waits for its child: killed in the child's place, it would leave a zombie.
        for pid in self.children() or (self.pid,):
            os.kill(pid, signal.SIGKILL)


def _below(folder: Path, path: str) -> Path:
    target = folder / path.lstrip("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    return target

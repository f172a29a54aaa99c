"""What the lab needs of a machine."""

from __future__ import annotations

import os
from pathlib import Path

from .engine import DEBIAN_CLI
from .image import BUSYBOX
from .process import run

PROGRAMS = {
    "docker.io": Path("/usr/sbin/dockerd"),
    "docker.io's client": DEBIAN_CLI,
    "docker-registry": Path("/usr/bin/docker-registry"),
    "openssh-server": Path("/usr/sbin/sshd"),
    "busybox-static": BUSYBOX,
    "curl": Path("/usr/bin/curl"),
    "shellcheck": Path("/usr/bin/shellcheck"),
}


def missing() -> str | None:
    """Return what the lab lacks here, in one line, or None."""
    if os.geteuid() != 0:
        return "the lab needs root, for namespaces and mounts"
    lacking = [package for package, program in PROGRAMS.items() if not program.exists()]
    if lacking:
        return f"the lab needs {', '.join(lacking)}: run tests/lab/packages.sh on Debian 12"
    if run(["/usr/bin/unshare", "--mount", "--pid", "--uts", "--fork", "true"]).returncode != 0:
        return "the lab needs a machine that lets root make namespaces"
    return None

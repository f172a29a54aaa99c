"""The configuration of the clients: one key, one file of known hosts, one key exchange for all that use OpenSSH."""

from __future__ import annotations

import subprocess
from pathlib import Path

from bench.inventory import Inventory
from bench.peers import PYTHON

_SSH_CONFIG = """\
Host *
  BatchMode yes
  StrictHostKeyChecking yes
  UserKnownHostsFile {known_hosts}
  GlobalKnownHostsFile /dev/null
  IdentityFile {identity_file}
  IdentitiesOnly yes
  IdentityAgent none
"""
# What this OpenSSH would take by itself, sntrup761, costs several times the CPU; paramiko has none but this kind.
_KEY_EXCHANGE = "  KexAlgorithms curve25519-sha256\n"


def lay(folder: Path, inventory: Inventory, *, library: bool) -> None:
    """Write the settings; with `library` also what Ansible's docker modules import on a host."""
    default = _SSH_CONFIG.format(known_hosts=inventory.known_hosts, identity_file=inventory.identity_file)
    own = folder / "home/.ssh"
    for each in (own, folder / "bin"):
        each.mkdir(parents=True)
    (folder / "ssh_config_default").write_text(default, encoding="utf-8")
    for path in (folder / "ssh_config", own / "config"):
        path.write_text(default + _KEY_EXCHANGE, encoding="utf-8")
    (own / "known_hosts").write_bytes(Path(inventory.known_hosts).read_bytes())
    (folder / "ansible.cfg").touch()
    ssh = folder / "bin/ssh"
    ssh.write_text(f'#!/bin/sh\nexec /usr/bin/ssh -F {folder / "ssh_config"} "$@"\n', encoding="utf-8")
    ssh.chmod(0o755)
    if library:
        command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--target", str(folder / "library"), "requests"]
        subprocess.run(command, check=True, capture_output=True)

"""The ways that are measured: the floor, ours, and what a user would run instead. One of ours is one line in OURS."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Mapping
from typing import Final

from bench.inventory import CONCURRENT, Inventory
from bench.peers import FOLDER, PYTHON
from bench.place import ROOT
from bench.way import Errand, Way

_SMALL: Final = frozenset({(1, 1), (1, 10), (8, 1), (8, 10)})
_MIDDLE: Final = _SMALL | {(1, 50), (8, 50), (32, 10)}
_MODULES: Final = frozenset({(1, 1), (1, 10), (8, 10)})

_SSH: Final = 'exec ssh -F "$SETTINGS/$CONFIG" -l "$ACCOUNT" -p "$3" "$2" "$LINE" >"$ANSWERS/$1"'
_DOCKER: Final = 'export DOCKER_HOST="ssh://$ACCOUNT@$2:$3"; eval "$LINE" >"$ANSWERS/$1"'
_XARGS: Final = ("xargs", "--no-run-if-empty", f"--max-procs={CONCURRENT}", "--max-args=3")


def _five(inventory: Inventory) -> str:
    return inventory.line


def _inspects(inventory: Inventory) -> str:
    return inventory.barest


def _per_host(errand: Errand, script: str) -> tuple[str, ...]:
    """Run a script for each host, so many at once. In it $1 is the host's name, $2 its address, $3 its port."""
    return (*_XARGS, f"--arg-file={errand.places}", "sh", "-c", script, "sh")


def _openssh(name: str, line: Callable[[Inventory], str], config: str = "ssh_config") -> Way:
    def environment(errand: Errand) -> Mapping[str, str]:
        return _shell(errand, line) | {"CONFIG": config}

    return Way(name, lambda errand: _per_host(errand, _SSH), environment, stores=True)


def _shell(errand: Errand, line: Callable[[Inventory], str]) -> dict[str, str]:
    return {
        "SETTINGS": str(errand.settings),
        "ANSWERS": str(errand.answers),
        "ACCOUNT": errand.inventory.user,
        "LINE": line(errand.inventory),
    }


FLOOR: Final = _openssh("OpenSSH, one exec, five questions", _five)
BAREST: Final = _openssh("OpenSSH, one exec, two inspects", _inspects)
FLOORS: Final = (FLOOR, BAREST)
DEFAULT: Final = _openssh("OpenSSH, five questions, sntrup761", _five, "ssh_config_default")


# --- ours ------------------------------------------------------------------------------------------------------------


def _ours(name: str, **changed: str) -> Way:
    """Make a way of ours out of what it adds to a host's entry in hosts.yaml."""
    program = (sys.executable, "-m", "bench.programs.observe_ours")
    changes = tuple(f"{key}={value}" for key, value in changed.items())
    return Way(name, lambda errand: (*program, str(errand.file), *changes))


CLI: Final = _ours("platformctl, docker command")
API: Final = (
    _ours("platformctl, host agent", ask="agent"),
    _ours("platformctl, forwarded socket", ask="socket", socket="/run/docker.sock"),
)
OURS: Final = (CLI, *API)


# --- peers -----------------------------------------------------------------------------------------------------------


def _python(name: str, peer: str, program: str, *arguments: str, cells: frozenset[tuple[int, int]] | None) -> Way:
    module = (str(PYTHON), "-m", f"bench.programs.{program}")
    return Way(name, lambda errand: (*module, str(errand.file), *arguments), peer=peer, cells=cells)


def _docker_cli(errand: Errand) -> Mapping[str, str]:
    """Its ssh takes no options: one ahead of it on the PATH adds the configuration that all others have."""
    return _shell(errand, _five) | {"PATH": f"{errand.settings / 'bin'}:{os.environ['PATH']}"}


def _ansible(errand: Errand) -> Mapping[str, str]:
    return {
        "ANSIBLE_CONFIG": str(errand.settings / "ansible.cfg"),
        "ANSIBLE_HOME": str(errand.folder / "ansible"),
        "ANSIBLE_FORKS": str(CONCURRENT),
        "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_SSH_COMMON_ARGS": f"-F {errand.settings / 'ssh_config'}",
        # A folder of the run's own: no run finds the connections of another.
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(errand.folder / "masters"),
        "PATH": f"{FOLDER / 'bin'}:{os.environ['PATH']}",
    }


def _ansible_hosts(errand: Errand) -> str:
    """Write Ansible's inventory, and return its path."""
    told = errand.inventory
    own = f"ansible_user={told.user} ansible_python_interpreter=/usr/bin/python3"
    lines = [f"{one.name} ansible_host={one.address} ansible_port={one.port} {own}\n" for one in told.places]
    path = errand.folder / "hosts.ini"
    path.write_text("".join(lines), encoding="utf-8")
    return str(path)


def _ansible_command(errand: Errand) -> tuple[str, ...]:
    # docker's templates are not Ansible's.
    line = re.sub(r"\{\{.*?\}\}", r"{% raw %}\g<0>{% endraw %}", errand.inventory.line)
    hosts = ("all", "--inventory", _ansible_hosts(errand))
    return (str(FOLDER / "bin/ansible"), *hosts, "--module-name=shell", "--args", line, f"--tree={errand.answers}")


def _ansible_modules(errand: Errand) -> tuple[str, ...]:
    told = errand.inventory
    asked = {
        "containers": told.container_ids,
        "images": told.image_ids,
        "library": str(errand.settings / "library"),
    }
    playbook = str(ROOT / "bench/programs/docker_modules.yaml")
    program = str(FOLDER / "bin/ansible-playbook")
    return (program, "--inventory", _ansible_hosts(errand), "--extra-vars", json.dumps(asked), playbook)


PYINFRA: Final = _python("pyinfra, batched command", "pyinfra", "observe_pyinfra", "command", cells=None)
DOCKER_SDK: Final = _python("docker SDK over ssh://", "docker", "observe_docker_sdk", cells=_MIDDLE)
ANSIBLE: Final = Way(
    "Ansible, batched command module", _ansible_command, _ansible, stores=True, cells=_MIDDLE, peer="ansible"
)
ANSIBLE_MODULES: Final = Way(
    "Ansible, docker modules", _ansible_modules, _ansible, silent=True, cells=_MODULES, peer="ansible"
)
PEERS: Final = (
    PYINFRA,
    _python("pyinfra, docker facts", "pyinfra", "observe_pyinfra", "facts", cells=_MIDDLE),
    Way(
        "docker CLI over ssh://, batched",
        lambda errand: _per_host(errand, _DOCKER),
        _docker_cli,
        stores=True,
        cells=_MIDDLE,
    ),
    DOCKER_SDK,
    ANSIBLE,
    ANSIBLE_MODULES,
)
WAYS: Final = (*FLOORS, DEFAULT, *OURS, *PEERS)

"""The doctor tells a host that is tied to the agent from one that is not, by trying what should be refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from platformctl.catalog.inventory import SshHost
from platformctl.cli import main
from platformctl.observe.proxy_rules import generic

from .engine import Docker
from .entry import ssh_entry
from .filter_proxy import filter_proxy, generic_rule
from .sshd import SshHosts
from .sshd import ssh_hosts as start_ssh_hosts
from .tied import FILES, tie

pytestmark = pytest.mark.lab

KNOWS = "     - read what inspect shows, the environment with its secrets included\n"
ADVICE = "     docs/read-only.md says how to close it: platformctl host-agent\n"
RUNS = "     - run any command on the host as this account, which in the group docker is root\n"
SOCKET = "     - speak to the engine's socket, which is root\n"
ALL = "     - do everything that the engine can, which is root on its host\n"
THROUGH = "     - connect through the host to whatever it reaches\n"


@pytest.fixture(scope="module")
def hosts(lab: Path, engine: Docker) -> Iterator[SshHosts]:
    """Hosts whose key is free, tied, and tied by a command that lets connections through."""
    with ExitStack() as stack:
        names = ("free", "tied", "leaky")
        running = stack.enter_context(start_ssh_hosts(lab, dict.fromkeys(names, engine), files=FILES))
        tie(running["tied"])
        running["leaky"].authorize('command="/usr/local/bin/platformctl-agent"')
        yield running


def doctor(folder: Path, capsys: pytest.CaptureFixture[str], **entries: object) -> tuple[int, str]:
    """Run the verb on an inventory and return its exit code and what it printed."""
    inventory = {"schema": "platformctl/inventory/v1", "hosts": entries}
    (folder / "hosts.yaml").write_text(yaml.safe_dump(json.loads(json.dumps(inventory))))
    capsys.readouterr()
    code = main(["doctor", "--inventory", str(folder / "hosts.yaml")])
    return code, capsys.readouterr().out


def entry(hosts: SshHosts, name: str) -> dict[str, object]:
    """Return what the inventory says about a host."""
    found: SshHost = ssh_entry(hosts, hosts[name])
    return found.model_dump(exclude_defaults=True, exclude_none=True)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (0, f"=  tied: protected; who has the key can\n{KNOWS}"),
        (1, f"~  free: open; who has the key can\n{RUNS}{SOCKET}{THROUGH}{KNOWS}{ADVICE}"),
        (1, f"~  leaky: open; who has the key can\n{SOCKET}{THROUGH}{KNOWS}{ADVICE}"),
    ],
)
def test_what_a_key_can_do(
    hosts: SshHosts, tmp_path: Path, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each way out that is left open is named, worst first; a forced command alone leaves the forwards."""
    name = said.split()[1].removesuffix(":")
    word = said.split()[2].removesuffix(";")
    last = f"{word}: 1 {word} of 1 host (exit code {code})\n"
    assert doctor(tmp_path, capsys, **{name: entry(hosts, name)}) == (code, said + last)


def test_an_engine_with_and_without_a_filter(
    engine: Docker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A socket that answers only our questions is protected; the engine's own is not."""
    with filter_proxy(engine.socket, tmp_path, generic_rule(generic())) as proxy:
        filtered = {"transport": "docker", "url": f"unix://{proxy.socket}"}
        whole = {"transport": "docker", "url": engine.url}
        code, said = doctor(tmp_path, capsys, filtered=filtered, whole=whole)
        behind = f"=  filtered: protected; who has the key can\n{KNOWS}"
        last = "open: 1 open, 1 protected of 2 hosts (exit code 1)\n"
        assert (code, said) == (1, f"{behind}~  whole: open; who has the key can\n{ALL}{KNOWS}{ADVICE}{last}")


def test_what_cannot_be_tried_is_unknown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A host that does not answer is neither protected nor open, and a recording is nobody's way in."""
    silent = {"transport": "ssh", "address": "127.0.0.1", "port": 1, "user": "nobody", "ssh_config": "none"}
    code, said = doctor(tmp_path, capsys, silent=silent, recorded={"transport": "snapshot", "path": "x"})
    assert code == 3
    assert said == (
        "=  recorded: a recording, which no key opens\n"
        "?  silent: unknown: connection-refused: 127.0.0.1:1: connection refused\n"
        "unknown: 1 unknown, 1 protected of 2 hosts (exit code 3)\n"
    )

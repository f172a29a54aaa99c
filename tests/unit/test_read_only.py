"""No code of ours can change a host: what could is called in few places, and there only in ways that read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from platformctl.observe.question import Purpose, Question, argv

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for folder in ("platformctl", "tasks", "flows") for path in (ROOT / folder).rglob("*.py"))

SSH = "platformctl/adapters/ssh.py"
SSH_SOCKET = "platformctl/adapters/ssh_socket.py"
SSH_PARTS = {
    f"platformctl/adapters/{name}.py"
    for name in ("host_key", "ssh_agent", "ssh_connection", "ssh_key", "ssh_login", "ssh_offer", "ssh_socket")
}
GIT = "platformctl/adapters/git.py"
DOCKER_API = "platformctl/adapters/docker_api.py"
# Takes from the SDK how credentials are read, and no client of an engine.
REGISTRY = "platformctl/adapters/registry.py"

# What runs a command somewhere, and the file that may name it.
POWERS = {
    "APIClient": {DOCKER_API},
    "DockerClient": set(),
    "from_env": set(),
    "exec_command": {SSH},
    "open_session": {SSH},
    "open_channel": {SSH_SOCKET},
    "open_sftp": set(),
    "open_sftp_client": set(),
    "from_transport": set(),
    "invoke_shell": set(),
    "invoke_subsystem": set(),
    "get_pty": set(),
    "request_port_forward": set(),
    "system": set(),
    "popen": set(),
    "posix_spawn": set(),
    "posix_spawnp": set(),
    "create_subprocess_exec": set(),
    "create_subprocess_shell": set(),
    "import_module": set(),
    "__import__": set(),
    "eval": set(),
    "exec": set(),
    "execv": set(),
    "execve": set(),
    "execvp": set(),
    "execvpe": set(),
}
MODULES = {
    "subprocess": {GIT},
    "docker": {DOCKER_API, REGISTRY},
    "paramiko": {SSH, *SSH_PARTS},
    "pty": set(),
    "pexpect": set(),
    "fabric": set(),
    "asyncssh": set(),
}

SDK_READS = {"version", "info", "containers", "inspect_container", "inspect_image", "close"}
# These ask nothing: how the client is set up.
SDK_SETTINGS = {"trust_env", "max_redirects", "hooks", "_version"}
GIT_READS = {"rev-parse", "status", "diff", "show", "log", "ls-tree", "ls-files", "cat-file", "merge-base", "rev-list"}


def test_the_questions_to_a_host_are_these_five() -> None:
    """Whatever is asked of a host over SSH is one of five commands, and each only reads."""
    assert {purpose: argv(Question(purpose, ("ID",))) for purpose in Purpose} == {
        Purpose.VERSION: ("docker", "version", "--format", "{{json .}}", "ID"),
        Purpose.INFO: ("docker", "info", "--format", "{{json .}}", "ID"),
        Purpose.LIST_CONTAINERS: (
            "docker", "container", "ls", "--all", "--no-trunc", "--format", "{{.ID}} {{.Names}}", "ID",
        ),
        Purpose.INSPECT_CONTAINERS: ("docker", "container", "inspect", "--", "ID"),
        Purpose.INSPECT_IMAGES: ("docker", "image", "inspect", "--", "ID"),
    }  # fmt: skip


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_could_act_on_a_host_is_named_only_where_it_may_be(path: Path) -> None:
    """A name that runs commands, or a module that does, stands in no file but those that are allowed to."""
    assert list(violations(path.relative_to(ROOT).as_posix(), ast.parse(path.read_text()))) == []


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("channel.exec_command('rm')", ["exec_command"]),
        ("from os import system", ["system"]),
        ("import subprocess as s", ["subprocess"]),
        ("from subprocess import run", ["subprocess"]),
        ("def f():\n import docker.api", ["docker"]),
        ("getattr(channel, 'exec_command')('rm')", ["exec_command"]),
        ("__import__('os')", ["__import__"]),
        ("import paramiko.client", ["paramiko"]),
        ("x = 'docker'", []),
    ],
)
def test_the_search_finds_what_it_looks_for(code: str, found: list[str]) -> None:
    """The rule is seen to fail where it should: calls, imports and names given as texts."""
    assert list(violations("flows/x.py", ast.parse(code))) == found


def test_of_the_engines_sdk_only_reading_methods_are_used() -> None:
    """Everything that the adapter takes from the SDK's client is a read, or a setting of the client itself."""
    tree = ast.parse((ROOT / DOCKER_API).read_text())
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and _is_client(node.value)}
    every = {name for name in dir(docker.APIClient) if not name.startswith("__")}
    named = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} & every
    assert used == (SDK_READS - {"close"}) | SDK_SETTINGS | {"inspect_container", "inspect_image"}
    # Beside them `get` of dictionaries and a field of our own carry a name that the SDK has too.
    assert named - SDK_READS - SDK_SETTINGS == {"get", "_url"}


def test_through_a_jump_host_only_connections_are_made() -> None:
    """The one channel that is opened outside of the questions carries a connection to another SSH server."""
    calls = [node for node in ast.walk(ast.parse((ROOT / SSH_SOCKET).read_text())) if _opens_channel(node)]
    assert [ast.unparse(call.args[0]) for call in calls if isinstance(call, ast.Call)] == ["'direct-tcpip'"]


def test_git_is_only_read() -> None:
    """Every git command that the adapter can run is one that reads."""
    tree = ast.parse((ROOT / GIT).read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _calls_git(node)]
    words = {arg.value for call in calls for arg in call.args[1:2] if isinstance(arg, ast.Constant)}
    assert calls
    assert all(len(call.args) > 1 and isinstance(call.args[1], ast.Constant) for call in calls)
    assert words <= GIT_READS


def violations(name: str, tree: ast.Module) -> Iterator[str]:
    """Give every power and every module that a file names and may not."""
    for node in ast.walk(tree):
        for power in _powers(node):
            if name not in POWERS.get(power, {name}):
                yield power
        for module in _modules(node):
            if name not in MODULES.get(module, {name}):
                yield module


def _powers(node: ast.AST) -> list[str]:
    match node:
        case ast.Attribute(attr=power) | ast.Name(id=power) | ast.Constant(value=str(power)):
            return [power]
        case ast.ImportFrom(names=names):
            return [alias.name for alias in names]
        case _:
            return []


def _modules(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name.partition(".")[0] for alias in names]
        case ast.ImportFrom(module=str(module), level=0):
            return [module.partition(".")[0]]
        case _:
            return []


def _is_client(node: ast.expr) -> bool:
    match node:
        case ast.Name(id="client") | ast.Attribute(attr="_client"):
            return True
        case _:
            return False


def _opens_channel(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "open_channel"


def _calls_git(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "_git"

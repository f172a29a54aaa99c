"""No code of ours can change a host: what could is called in few places, and there only in ways that read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from platformctl.catalog.inventory import SshHost
from platformctl.observe.protection import TRIAL
from platformctl.observe.question import (
    AGENT_COMMAND,
    AGENT_WORDS,
    API_PATHS,
    COMMANDS,
    Client,
    Purpose,
    Question,
    agent_words,
    api_paths,
    argv,
)

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for folder in ("platformctl", "tasks", "flows") for path in (ROOT / folder).rglob("*.py"))

SSH = "platformctl/adapters/ssh_link.py"
SSH_SOCKET = "platformctl/adapters/ssh_socket.py"
STREAMLOCAL = "platformctl/adapters/streamlocal.py"
SOCKET = "platformctl/adapters/forwarded_socket.py"
SSH_PARTS = {
    f"platformctl/adapters/{name}.py"
    for name in ("host_key", "ssh_agent", "ssh_connection", "ssh_key", "ssh_login", "ssh_offer", "ssh_socket")
}
# Carries a probe from a host, and asks over HTTP through whatever carries it.
PROBING_CHANNEL = "platformctl/adapters/probing_channel.py"
PROBING_HTTP = "platformctl/adapters/probing_http.py"
GIT = "platformctl/adapters/git_command.py"
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
    "open_channel": {SSH_SOCKET, STREAMLOCAL, PROBING_CHANNEL},
    # A channel's request completed, and a command of ours ended.
    "_send_user_message": {SSH, STREAMLOCAL},
    "HTTPResponse": {SOCKET, PROBING_HTTP},
    "HTTPConnection": {PROBING_HTTP},
    "HTTPSConnection": set(),
    "urlopen": set(),
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
    "paramiko": {SSH, STREAMLOCAL, SOCKET, PROBING_CHANNEL, *SSH_PARTS},
    "pty": set(),
    "pexpect": set(),
    "fabric": set(),
    "asyncssh": set(),
}

SDK_READS = {"version", "info", "containers", "inspect_container", "inspect_image", "ping", "close"}
# These ask nothing: how the client is set up.
SDK_SETTINGS = {"trust_env", "max_redirects", "hooks", "_version"}
# What each file asks of git: in a catalog only what reads, and in folders of our own what fills them.
GIT_WORDS = {
    "catalog_key.py": {"rev-parse", "rev-list", "symbolic-ref"},
    "git.py": {"rev-parse", "status", "symbolic-ref"},
    "git_history.py": {"rev-parse", "rev-list", "diff-tree", "log", "cat-file"},
    "git_mirror.py": {"init", "fetch", "gc"},
    "git_checkout.py": {"init", "checkout"},
}


JSON = ("--format", "{{json .}}")
LIST = ("container", "ls", "--all", "--no-trunc", "--format", "{{.ID}} {{.Names}}")


def test_the_commands_of_an_engine_are_these_five() -> None:
    """Whatever is run on a host by the name of its engine only reads."""
    assert {
        client: {
            Purpose.VERSION: (client, "version", *JSON),
            Purpose.INFO: (client, "info", *JSON),
            Purpose.LIST_CONTAINERS: (client, *LIST),
            Purpose.INSPECT_CONTAINERS: (client, "container", "inspect", "--"),
            Purpose.INSPECT_IMAGES: (client, "image", "inspect", "--"),
        }
        for client in ("docker", "podman")
    } == COMMANDS
    assert argv(Question(Purpose.INSPECT_IMAGES, ("ID", "ID2")), Client.PODMAN) == (
        *("podman", "image", "inspect", "--"),
        *("ID", "ID2"),
    )
    assert argv(Question(Purpose.INFO)) == ("docker", "info", *JSON)


def test_the_paths_of_an_engines_api_are_these_five() -> None:
    """Whatever is asked of an API is one of five paths, and what the host agent is asked names one of them."""
    assert API_PATHS == {
        Purpose.VERSION: "/version",
        Purpose.INFO: "/info",
        Purpose.LIST_CONTAINERS: "/containers/json?all=1",
        Purpose.INSPECT_CONTAINERS: "/containers/{id}/json",
        Purpose.INSPECT_IMAGES: "/images/{id}/json",
    }
    assert (AGENT_COMMAND, AGENT_WORDS) == (
        "platformctl-agent",
        {
            Purpose.VERSION: "version",
            Purpose.INFO: "info",
            Purpose.LIST_CONTAINERS: "containers",
            Purpose.INSPECT_CONTAINERS: "container:{id}",
            Purpose.INSPECT_IMAGES: "image:{id}",
        },
    )
    images = Question(Purpose.INSPECT_IMAGES, ("A", "B"))
    assert (api_paths(images), agent_words(images)) == (("/images/A/json", "/images/B/json"), ("image:A", "image:B"))
    assert (api_paths(Question(Purpose.INFO)), agent_words(Question(Purpose.INFO))) == (("/info",), ("info",))


def test_the_doctor_sends_one_command_of_its_own() -> None:
    """It only says a word, so that a host which refuses nothing is told from one that does."""
    assert TRIAL == ("echo", "platformctl")


def test_every_way_to_ask_is_one_of_the_table() -> None:
    """The inventory names the ways that there are, and no other."""
    assert SshHost.model_json_schema()["properties"]["ask"]["enum"] == [str(client) for client in Client]


def test_over_a_forwarded_socket_requests_only_get() -> None:
    """The one request that is written by hand has the method that reads."""
    tree = ast.parse((ROOT / SOCKET).read_text())
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert [text.split()[:3] for text in texts if "HTTP/1." in text and "\r\n" in text] == [
        ["GET", "{path}", "HTTP/1.1"]
    ]
    assert {"POST", "PUT", "PATCH", "DELETE", "HEAD", "CONNECT"}.isdisjoint({w for text in texts for w in text.split()})


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


@pytest.mark.parametrize(("file", "count"), [(SSH_SOCKET, 2), (PROBING_CHANNEL, 1)])
def test_outside_of_the_questions_only_connections_are_made(file: str, count: int) -> None:
    """The channels that no question opens carry a connection: to another SSH server, or to what a probe asks."""
    calls = [node for node in ast.walk(ast.parse((ROOT / file).read_text())) if _opens_channel(node)]
    assert [ast.unparse(call.args[0]) for call in calls if isinstance(call, ast.Call)] == ["'direct-tcpip'"] * count


def test_probes_only_get() -> None:
    """What a probe sends over HTTP is a GET of the declared path, without a body."""
    tree = ast.parse((ROOT / PROBING_HTTP).read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _sends_request(node)]
    assert [[ast.unparse(each) for each in call.args] for call in calls] == [["'GET'", "path"]]
    assert [[keyword.arg for keyword in call.keywords] for call in calls] == [["headers"]]


def test_git_is_only_read() -> None:
    """A catalog's repository is only read; a mirror is fetched and a checkout filled in folders of our own."""
    adapters = ROOT / "platformctl/adapters"
    users = {path.name for path in adapters.glob("*.py") if "adapters.git_command import" in path.read_text()}
    assert users == set(GIT_WORDS)
    for name, words in GIT_WORDS.items():
        calls = [node for node in ast.walk(ast.parse((adapters / name).read_text())) if isinstance(node, ast.Call)]
        assert {word for call in calls for word in _git_words(call)} == words


def _git_words(call: ast.Call) -> list[str]:
    """Return what git is asked to do; where that is handed on, nothing."""
    asks = {"git": 1, "_git": 1, "_ask": 0}
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name not in asks:
        return []
    word = call.args[asks[name]]
    return [ast.literal_eval(word)] if not isinstance(word, ast.Starred) else []


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


def _sends_request(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in {"request", "putrequest", "endheaders", "send"}

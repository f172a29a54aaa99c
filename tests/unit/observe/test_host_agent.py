"""The script that answers the questions on a host."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from typing import Final

import pytest

from platformctl.cli import main
from platformctl.observe.host_agent import MAX_LENGTH, MAX_WORDS
from platformctl.observe.question import (
    AGENT_COMMAND,
    AGENT_WORDS,
    API_PATHS,
    COMMANDS,
    ID_GRAMMARS,
    MAX_IDS,
    Client,
    Purpose,
)

GOLDEN: Final = Path(__file__).parent / "golden" / "platformctl-agent.sh"
DIGITS: Final = "0123456789abcdef" * 4


def printed(*arguments: str, capfdbinary: pytest.CaptureFixture[bytes]) -> str:
    """Return what `platformctl host-agent` prints."""
    assert main(["host-agent", *arguments]) == 0
    out, err = capfdbinary.readouterr()
    assert err == b""
    return out.decode()


def test_the_script_is_the_golden_one(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """The script is byte for byte what was read, approved and attacked."""
    assert printed("script", capfdbinary=capfdbinary) == GOLDEN.read_text()


def test_another_socket_changes_one_line(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Podman's socket, or that of a rootless engine, takes the place of Docker's usual one."""
    other = printed("script", "--socket", "/run/podman/podman.sock", capfdbinary=capfdbinary)
    changed = {*other.splitlines()} ^ {*GOLDEN.read_text().splitlines()}
    assert changed == {"socket=/var/run/docker.sock", "socket=/run/podman/podman.sock"}


@pytest.mark.parametrize(
    "socket", ["docker.sock", "unix:///var/run/docker.sock", "/run/a b", "/run/$(id)", "/run/x\n", "", "/", "/run/'x'"]
)
def test_a_socket_that_is_no_plain_path_is_refused(socket: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What stands in a script that root installs is an absolute path without anything that a shell would read."""
    assert main(["host-agent", "script", "--socket", socket]) == 2
    assert capsys.readouterr() == (
        "",
        f"--socket: {socket!r} should be the absolute path of the engine's socket, such as /var/run/docker.sock\n",
    )


def test_the_script_knows_every_command_of_the_table() -> None:
    """Each command of each client, as it is sent and as it is run, has a branch, and there is no other branch."""
    branches = [line for line in GOLDEN.read_text().splitlines() if " run " in line and line.startswith(('"', "'"))]
    runs = [
        f"run {shlex.join(argv)}{' $words' if purpose in ID_GRAMMARS else ''} ;;"
        for purposes in COMMANDS.values()
        for purpose, argv in purposes.items()
    ]
    assert [line[line.index("run ") :] for line in branches] == runs


def test_the_table_is_whole() -> None:
    """Every purpose has a command of every client, a path of the API, and a word of the agent with the same ID."""
    assert COMMANDS.keys() == set(Client) - {Client.AGENT, Client.SOCKET}
    assert all(purposes.keys() == set(Purpose) for purposes in COMMANDS.values())
    assert API_PATHS.keys() == AGENT_WORDS.keys() == set(Purpose)
    for table in (API_PATHS, AGENT_WORDS):
        assert {purpose for purpose, text in table.items() if "{id}" in text} == ID_GRAMMARS.keys()


def test_the_longest_requests_fit() -> None:
    """As many IDs as one command may have, and as many words as the agent takes, are not too long for it."""
    commands = [
        shlex.join((*argv, *[f"sha256:{DIGITS}"] * MAX_IDS))
        for purposes in COMMANDS.values()
        for purpose, argv in purposes.items()
        if purpose in ID_GRAMMARS
    ]
    words = [AGENT_COMMAND, "version", "info", "containers", *[f"image:sha256:{DIGITS}"] * MAX_IDS]
    assert len(words) == MAX_WORDS + 1
    assert max(map(len, [*commands, " ".join(words)])) <= MAX_LENGTH < 128 * 1024


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ("", "this key gives no login"),
        ("scp -t /tmp", "this key transfers no files"),
        ("/usr/lib/openssh/sftp-server", "this key transfers no files"),
        ("internal-sftp", "this key transfers no files"),
        ("docker rm -f x", "this is none of the questions that the agent answers"),
        ("docker version --format '{{json .}}' ", "this is none of the questions that the agent answers"),
        ("\x1b]0;title\x07", "this is none of the questions that the agent answers"),
        ("docker container inspect -- np-umami", "words have small letters, digits and colons only"),
        ("docker container inspect -- umami", "the ID of a container has hex digits only"),
        (f"docker container inspect -- {DIGITS[:63]}", "the ID of a container has 64 hex digits"),
        (f"docker container inspect -- sha256:{DIGITS}", "the ID of a container has hex digits only"),
        (f"docker image inspect -- sha256:sha256:{DIGITS}", "the ID of an image has hex digits only"),
        (f"docker image inspect -- sha256:{DIGITS}0", "the ID of an image has 64 hex digits"),
        (f"docker image inspect -- {DIGITS}  {DIGITS}", "words have one space between them and none around them"),
        ("platformctl-agent ", "words have one space between them and none around them"),
        ("platformctl-agent version ping", "the agent does not know this word"),
        (f"podman container inspect -- {' '.join([DIGITS] * 1001)}", "more than 1000 words"),
        (f"platformctl-agent {' '.join(['info'] * 1004)}", "more than 1003 words"),
        (f"platformctl-agent {'x' * 100_000}", "the request is too long"),
    ],
)
def test_a_refusal_is_one_line_that_says_what_kind_it_is(request_: str, said: str) -> None:
    """What is refused is never repeated: who reads the answer on a terminal sees nothing that the asker chose."""
    environment = {"SSH_ORIGINAL_COMMAND": request_}
    done = subprocess.run(["/bin/sh", str(GOLDEN)], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (126, "", f"platformctl-agent: refused: {said}\n")

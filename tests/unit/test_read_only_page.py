"""The document about what can be asked says what the table says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Final

import pytest

from platformctl.cli import main
from platformctl.observe.question import AGENT_WORDS, API_PATHS, COMMANDS, ID_GRAMMARS, MAX_IDS, Client, Purpose

PAGE: Final = (Path(__file__).parents[2] / "docs/read-only.md").read_text()
_ROW: Final = re.compile(r"^\| ([a-z ]+) \| `(docker .+?)` \| `(\S+)` \| `(\S+)` \|$", re.MULTILINE)
_COMMAND: Final = re.compile(r"^platformctl (host-agent [^#|>]+)", re.MULTILINE)


def test_the_list_is_the_table() -> None:
    """Every question stands there once with its command, its path and its word, and nothing else does."""
    assert _ROW.findall(PAGE) == [
        (str(purpose), command(purpose), API_PATHS[purpose], AGENT_WORDS[purpose]) for purpose in Purpose
    ]
    assert f"at most {MAX_IDS} in one command" in " ".join(PAGE.split())


def command(purpose: Purpose) -> str:
    """Spell a question for docker with the place of an ID."""
    return shlex.join(COMMANDS[Client.DOCKER][purpose]) + " {id}" * (purpose in ID_GRAMMARS)


def test_podman_is_asked_the_same() -> None:
    """What the page says of podman in one sentence is so for every question."""
    docker, podman = COMMANDS[Client.DOCKER], COMMANDS[Client.PODMAN]
    assert {purpose: ("docker", *words[1:]) for purpose, words in podman.items()} == docker
    assert {words[0] for words in podman.values()} == {"podman"}


def test_the_commands_of_the_page_are_real(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Each `platformctl host-agent` that a reader would copy is understood."""
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHVAlRcZdHuM51qdBJPsjsO/CZvFK2Y6X9T4VE3iIIgo observer"
    (tmp_path / "observer.pub").write_text(key)
    commands = [
        shlex.split(one.replace("observer.pub", str(tmp_path / "observer.pub"))) for one in _COMMAND.findall(PAGE)
    ]
    assert [words[1] for words in commands] == ["script", "authorized-key", "proxy-rules", "proxy-rules", "script"]
    assert [main(words) for words in commands] == [0] * len(commands)
    assert capfdbinary.readouterr().err == b""

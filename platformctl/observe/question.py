"""The closed set of questions that can ever reach a host. Each only reads."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

_CONTAINER_ID: Final = re.compile(r"[a-f0-9]{64}", re.ASCII)
_IMAGE_ID: Final = re.compile(r"(sha256:)?[a-f0-9]{64}", re.ASCII)

MAX_IDS: Final = 1000
"""IDs in one command: 72 bytes each, so that a command stays below Linux's 128 KiB for one argument of a shell."""


class Purpose(StrEnum):
    """What a question asks."""

    VERSION = "version"
    INFO = "info"
    LIST_CONTAINERS = "container list"
    INSPECT_CONTAINERS = "container inspect"
    INSPECT_IMAGES = "image inspect"


@dataclass(frozen=True, slots=True)
class Question:
    """A purpose and, for the two that inspect, the IDs."""

    purpose: Purpose
    ids: tuple[str, ...] = ()


class Client(StrEnum):
    """What is asked on a host: a command of its engine, the host agent, or the engine's API at a socket."""

    DOCKER = "docker"
    PODMAN = "podman"
    AGENT = "agent"
    SOCKET = "socket"


_DOCKER: Final = {
    Purpose.VERSION: ("docker", "version", "--format", "{{json .}}"),
    Purpose.INFO: ("docker", "info", "--format", "{{json .}}"),
    Purpose.LIST_CONTAINERS: ("docker", "container", "ls", "--all", "--no-trunc", "--format", "{{.ID}} {{.Names}}"),
    Purpose.INSPECT_CONTAINERS: ("docker", "container", "inspect", "--"),
    Purpose.INSPECT_IMAGES: ("docker", "image", "inspect", "--"),
}

COMMANDS: Final = {
    Client.DOCKER: _DOCKER,
    Client.PODMAN: {purpose: ("podman", *words[1:]) for purpose, words in _DOCKER.items()},
}
"""Every command without the IDs that follow those of the two inspects (docker 20.10 to 28.5, podman 4.3 and 5.4)."""

API_PATHS: Final = {
    Purpose.VERSION: "/version",
    Purpose.INFO: "/info",
    Purpose.LIST_CONTAINERS: "/containers/json?all=1",
    Purpose.INSPECT_CONTAINERS: "/containers/{id}/json",
    Purpose.INSPECT_IMAGES: "/images/{id}/json",
}
"""Every path of an engine's API that is asked, always by GET."""

AGENT_COMMAND: Final = "platformctl-agent"
AGENT_WORDS: Final = {
    Purpose.VERSION: "version",
    Purpose.INFO: "info",
    Purpose.LIST_CONTAINERS: "containers",
    Purpose.INSPECT_CONTAINERS: "container:{id}",
    Purpose.INSPECT_IMAGES: "image:{id}",
}
"""What the host agent is asked: its name, and a word for each path of the API, so that nothing needs quotes."""


def argv(question: Question, client: Literal[Client.DOCKER, Client.PODMAN] = Client.DOCKER) -> tuple[str, ...]:
    """Spell a question for a command line. IDs are hex digits: nothing needs quotes."""
    return (*COMMANDS[client][question.purpose], *question.ids)


def api_paths(question: Question) -> tuple[str, ...]:
    """Spell a question for an engine's API: an inspect is one path for each ID."""
    return _for_each_id(API_PATHS[question.purpose], question)


def agent_words(question: Question) -> tuple[str, ...]:
    """Spell a question for the host agent: one word for each path that it asks the API."""
    return _for_each_id(AGENT_WORDS[question.purpose], question)


def _for_each_id(spelling: str, question: Question) -> tuple[str, ...]:
    inspects = question.purpose in {Purpose.INSPECT_CONTAINERS, Purpose.INSPECT_IMAGES}
    return tuple(spelling.format(id=identifier) for identifier in question.ids) if inspects else (spelling,)


def inspect_containers(ids: Iterable[str]) -> tuple[Question, ...]:
    """Ask for the descriptions of these containers, in as few questions as fit; what is no ID is left out."""
    return _batched(Purpose.INSPECT_CONTAINERS, _CONTAINER_ID, ids)


def inspect_images(ids: Iterable[str]) -> tuple[Question, ...]:
    """Ask for the records of these images by ID: a name may mean another image by now."""
    return _batched(Purpose.INSPECT_IMAGES, _IMAGE_ID, ids)


def _batched(purpose: Purpose, grammar: re.Pattern[str], ids: Iterable[str]) -> tuple[Question, ...]:
    valid = sorted({identifier for identifier in ids if grammar.fullmatch(identifier)})
    return tuple(Question(purpose, tuple(valid[start : start + MAX_IDS])) for start in range(0, len(valid), MAX_IDS))

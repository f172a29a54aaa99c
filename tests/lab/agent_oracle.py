"""What the host agent must run for a request, written down again by hand and not taken from the table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
EVERYWHERE: Final = frozenset({"LC_ALL=C", f"PATH={PATH}"})
DOCKER: Final = EVERYWHERE | {"DOCKER_HOST=unix:///var/run/docker.sock", "DOCKER_CONFIG=/nonexistent"}

FIXED: Final = {
    b"docker version --format '{{json .}}'": ("docker", "version", "--format", "{{json .}}"),
    b"docker info --format '{{json .}}'": ("docker", "info", "--format", "{{json .}}"),
    b"docker container ls --all --no-trunc --format '{{.ID}} {{.Names}}'": (
        "docker", "container", "ls", "--all", "--no-trunc", "--format", "{{.ID}} {{.Names}}",
    ),
    b"podman version --format '{{json .}}'": ("podman", "version", "--format", "{{json .}}"),
    b"podman info --format '{{json .}}'": ("podman", "info", "--format", "{{json .}}"),
    b"podman container ls --all --no-trunc --format '{{.ID}} {{.Names}}'": (
        "podman", "container", "ls", "--all", "--no-trunc", "--format", "{{.ID}} {{.Names}}",
    ),
}  # fmt: skip
CURL: Final = (
    "curl", "--disable", "--silent", "--globoff", "--proto", "=http", "--max-time", "20", "--max-filesize", "33554432",
    "--write-out", r"\n%{http_code}\n", "--unix-socket", "/var/run/docker.sock",
)  # fmt: skip

_CONTAINERS: Final = re.compile(rb"(docker|podman) container inspect --((?: [0-9a-f]{64}){1,1000})")
_IMAGES: Final = re.compile(rb"(docker|podman) image inspect --((?: (?:sha256:)?[0-9a-f]{64}){1,1000})")
_WORDS: Final = re.compile(
    rb"platformctl-agent"
    rb"((?: (?:version|info|containers|container:[0-9a-f]{64}|image:(?:sha256:)?[0-9a-f]{64})){1,1003})"
)


@dataclass(frozen=True, slots=True)
class Run:
    """A program that is run, and the whole of its environment."""

    argv: tuple[str, ...]
    environment: frozenset[str]


def expected(request: bytes) -> Run | None:
    """Return what must be run for a request; None: it must be refused."""
    if request in FIXED:
        return _engine(FIXED[request])
    for pattern, kind in ((_CONTAINERS, "container"), (_IMAGES, "image")):
        if match := pattern.fullmatch(request):
            return _engine((match[1].decode(), kind, "inspect", "--", *match[2].decode().split()))
    if match := _WORDS.fullmatch(request):
        return Run((*CURL, *map(_url, match[1].decode().split())), EVERYWHERE)
    return None


def _engine(argv: tuple[str, ...]) -> Run:
    return Run(argv, DOCKER if argv[0] == "docker" else EVERYWHERE)


def _url(word: str) -> str:
    plain = {"version": "/version", "info": "/info", "containers": "/containers/json?all=1"}
    kind, _, identifier = word.partition(":")
    return f"http://localhost{plain.get(word) or f'/{kind}s/{identifier}/json'}"

"""What one client shows of an engine: the same state looks different through another API or an older client."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

from .engine import Engine
from .errors import LabError
from .image import Document
from .sight import Sight

# The kind, `container` or `image`, and IDs; what is gone is not among the answers.
Inspect: TypeAlias = Callable[[str, Iterable[str]], list[Document]]


@dataclass(frozen=True, slots=True)
class View:
    """One client's look.

    Attributes:
        name: make, release and what is special, as recordings are named.
        engine: what it says of the engine, as host.json has it.
        listing: the IDs of all containers.
    """

    name: str
    sight: Sight
    engine: Document
    listing: Callable[[], list[str]]
    inspect: Inspect


def cli_view(engine: Engine, name: str, sight: Sight, **variables: str) -> View:
    """Look through the engine's own client, with ``variables`` in its environment."""
    version = engine.version
    head = {
        "name": engine.name.split("-")[0],
        "version": version["Version"],
        "apiVersion": variables.get("DOCKER_API_VERSION", version["ApiVersion"]),
        "imageStore": engine.image_store,
    }

    def listing() -> list[str]:
        return engine.run("ps", "--all", "--quiet", "--no-trunc").split()

    def inspect(kind: str, ids: Iterable[str]) -> list[Document]:
        # The client fails when one of many is gone, and still prints the others.
        wanted = list(ids)
        found: list[Document] = (
            json.loads(engine.cli(kind, "inspect", *wanted, environment=variables).stdout) if wanted else []
        )
        return found

    return View(name, sight, head, listing, inspect)


def socket_view(engine: Engine, name: str, sight: Sight) -> View:
    """Look through the Docker-compatible API on the engine's socket."""
    ask = partial(_get, engine.socket)
    version = ask("/version")
    head = {
        "name": engine.name.split("-")[0],
        "version": version["Version"],
        "apiVersion": version["ApiVersion"],
        "imageStore": engine.image_store,
    }

    def listing() -> list[str]:
        return [each["Id"] for each in ask("/containers/json?all=1")]

    def inspect(kind: str, ids: Iterable[str]) -> list[Document]:
        answers = (ask(f"/{kind}s/{quote(each, safe=':')}/json") for each in ids)
        return [answer for answer in answers if answer is not None]

    return View(name, sight, head, listing, inspect)


class _Connection(http.client.HTTPConnection):
    """HTTP on a unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=30)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self._path))


def _get(path: Path, resource: str) -> Any:  # noqa: ANN401  an answer is a document or a list of them
    connection = _Connection(path)
    try:
        connection.request("GET", resource)
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    if answer.status == http.client.NOT_FOUND:
        return None
    if answer.status != http.client.OK:
        raise LabError(f"GET {resource}: {answer.status} {body.decode(errors='replace')}")
    return json.loads(body)

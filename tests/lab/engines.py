"""The engines of the lab: this machine's own, and those of other Debian releases in roots of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from .engine import HERE, Engine, docker
from .podman import podman
from .root import root
from .sight import Sight
from .view import View, cli_view, socket_view

Views: TypeAlias = Callable[[Engine], tuple[View, ...]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of engine.

    Attributes:
        suite: the Debian release that has it, None for this machine's.
        store: ``classic``, ``containerd`` or ``podman``.
        views: what is recorded of it.
        live: the view that a client on its socket has.
    """

    suite: str | None
    store: str
    views: Views
    live: int = 0

    @contextmanager
    def start(self, workspace: Path, host: str, registries: Sequence[str]) -> Iterator[Engine]:
        """Start one; ``registries`` are addresses that are spoken to in plain HTTP."""
        lower = root(self.suite) if self.suite else HERE
        if self.store == "podman":
            with podman(workspace, host, lower=lower, registries=registries) as running:
                yield running
        else:
            with docker(workspace, host, lower=lower, containerd=self.store == "containerd") as engine:
                yield engine


def _only(sight: Sight) -> Views:
    return lambda engine: (cli_view(engine, engine.name, sight),)


def _new_and_old_client(engine: Engine) -> tuple[View, ...]:
    """The same engine as a client of today sees it, and one that speaks the API as it was before 1.48."""
    older = f"{engine.name}-api1.47"
    return (
        cli_view(engine, engine.name, Sight.CONTAINERD),
        cli_view(engine, older, Sight.OLDER, DOCKER_API_VERSION="1.47"),
    )


def _cli_and_socket(engine: Engine) -> tuple[View, ...]:
    return (
        cli_view(engine, f"{engine.name}-cli", Sight.PODMAN),
        socket_view(engine, f"{engine.name}-socket", Sight.SOCKET),
    )


KINDS: Mapping[str, Kind] = {
    "docker-bookworm": Kind(None, "classic", _only(Sight.CLASSIC)),
    "docker-trixie": Kind("trixie", "containerd", _only(Sight.OLDER)),
    "docker-sid": Kind("sid", "containerd", _new_and_old_client),
    "docker-sid-classic": Kind("sid", "classic", _only(Sight.CLASSIC)),
    "podman-bookworm": Kind("bookworm", "podman", _cli_and_socket, live=1),
    "podman-trixie": Kind("trixie", "podman", _cli_and_socket, live=1),
}

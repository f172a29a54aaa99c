"""Containers of the lab: without a network, and with the labels that Docker Compose gives."""

from __future__ import annotations

import time

from .engine import Engine
from .errors import LabError


def create(engine: Engine, image: str, name: str, *options: str) -> None:
    """Create a container; the image is pulled when the engine lacks it."""
    engine.run("create", "--network=none", f"--name={name}", *options, image)


def start(engine: Engine, image: str, name: str, *options: str) -> None:
    """Create a container and start it."""
    create(engine, image, name, *options)
    engine.run("start", name)


def untag(engine: Engine, reference: str) -> None:
    """Take a name from an image, the last one too, although a container uses it."""
    # Podman's `rmi --force` would remove the container as well.
    # `untag` with one argument takes all names.
    podman = engine.name.startswith("podman")
    engine.run(*(("untag", reference, reference) if podman else ("rmi", "--force", reference)))


def compose(service: str, number: int = 1, project: str = "apps") -> tuple[str, ...]:
    """Return the options for a container of a compose service."""
    labels = {
        "project": project,
        "service": service,
        "container-number": str(number),
        "oneoff": "False",
        "version": "2.24.5",
        "project.config_files": f"/srv/{project}/compose.yaml",
        "project.working_dir": f"/srv/{project}",
    }
    return tuple(f"--label=com.docker.compose.{key}={value}" for key, value in labels.items())


def wait_for_health(engine: Engine, name: str, status: str, timeout_s: float = 20.0) -> None:
    """Return when the container's health check says ``status``.

    Raises:
        LabError: it did not in time.
    """
    deadline = time.monotonic() + timeout_s
    while (shown := engine.run("inspect", "--format={{.State.Health.Status}}", name)) != status:
        if time.monotonic() > deadline:
            raise LabError(f"{name} is {shown}, not {status}")
        time.sleep(0.1)

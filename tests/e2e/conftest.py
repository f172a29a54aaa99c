"""One Prefect for all tests of this folder, and the lab's hosts for those that mark themselves with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.settings import temporary_settings

from tests.lab.fixtures import engine, lab, registry, ssh_hosts

from .server import Server, running_server

__all__ = ["engine", "lab", "registry", "ssh_hosts"]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server that this process speaks with too; where a test failed, the ends of its logs are shown."""
    with running_server(tmp_path_factory.mktemp("prefect")) as running:
        with temporary_settings(running.client_settings()):
            yield running
        if request.session.testsfailed:
            print(running.logs())  # noqa: T201  pytest shows it with the failure


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A folder for the plans of one test."""
    return tmp_path / "store"

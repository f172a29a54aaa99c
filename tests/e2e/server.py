"""A Prefect server with the deployments of this tree, and a worker that was started somewhere else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_CLIENT_CSRF_SUPPORT_ENABLED,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    PREFECT_HOME,
    PREFECT_LOGGING_TO_API_ENABLED,
)

from tests.lab.address import free_port

ROOT: Final = Path(__file__).resolve().parents[2]
PREFECT: Final = Path(sys.executable).with_name("prefect")
POOL: Final = "platformctl"
SHOWN_OF_A_LOG: Final = 4000


@dataclass(frozen=True, slots=True)
class Server:
    """A running server.

    Attributes:
        url: where its interface is; the API is below it.
        folder: its files, with a log for each process.
        environment: what its clients need.
    """

    url: str
    folder: Path
    environment: Mapping[str, str]

    @property
    def api(self) -> str:
        """The address of the API."""
        return f"{self.url}/api"

    @property
    def database(self) -> Path:
        """Where everything is kept."""
        return self.folder / "home/prefect.db"

    def bootstrap(self) -> subprocess.CompletedProcess[str]:
        """Deploy everything, by the script that a person uses."""
        return subprocess.run(
            [ROOT / "deployments/bootstrap.sh"],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def client_settings(self) -> dict[Any, Any]:
        """Let this process speak with the server. A heartbeat makes each run wait a second, and nothing listens."""
        return {
            PREFECT_HOME: self.folder / "home",
            PREFECT_API_URL: self.api,
            PREFECT_CLIENT_CSRF_SUPPORT_ENABLED: True,
            PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
            PREFECT_LOGGING_TO_API_ENABLED: False,
        }

    def logs(self) -> str:
        """The ends of all logs, for whoever has to find out why a test failed."""
        return "\n".join(f"--- {log.name}\n{_tail(log)}" for log in sorted(self.folder.glob("*.log")))


@contextmanager
def running_server(folder: Path) -> Iterator[Server]:
    """Start a server, deploy everything and start a worker; at the end stop what was started and nothing else."""
    server = _server(folder)
    with ExitStack() as stack:
        stack.enter_context(_process(server, "server", ["server", "start"]))
        deployed = server.bootstrap()
        if deployed.returncode:
            raise RuntimeError(f"bootstrap.sh failed: {deployed.stdout}{deployed.stderr}\n{server.logs()}")
        stack.enter_context(_process(server, "worker", ["worker", "start", "--pool", POOL]))
        yield server


def _server(folder: Path) -> Server:
    port = free_port("127.0.0.1")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    own = {
        "VENV": sys.prefix,
        "PREFECT_HOME": str(folder / "home"),
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": f"http://127.0.0.1:{port}",
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "PLATFORMCTL_STORE": str(folder / "store"),
    }
    return Server(f"http://127.0.0.1:{port}", folder, {**inherited, **settings(), **own})


def settings() -> dict[str, str]:
    """Read the settings that a real server runs with."""
    lines = (ROOT / "deployments/prefect.env").read_text().splitlines()
    settings = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in settings}


@contextmanager
def _process(server: Server, name: str, arguments: Sequence[str]) -> Iterator[None]:
    """Run a program of Prefect in a folder where nothing of platformctl is, and in a process group of its own."""
    place = server.folder / name
    place.mkdir()
    with (
        (server.folder / f"{name}.log").open("wb") as log,
        subprocess.Popen(
            [PREFECT, *arguments],
            env=server.environment,
            cwd=place,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(20)
            finally:
                _end_group(process.pid)


def _end_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-SHOWN_OF_A_LOG:]

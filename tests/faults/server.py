"""A Prefect server that can be killed and started again at the same address, with its database."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
import urllib.error
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.e2e.server import POOL, PREFECT, ROOT, Server, settings
from tests.lab.address import ask, free_port

PATIENCE_S: Final = 180.0


@dataclass(slots=True)
class KillableServer:
    """A server with its database; `database` is where that is, as SQLAlchemy names it."""

    folder: Path
    database: str
    port: int = field(default_factory=lambda: free_port("127.0.0.1"))
    _process: subprocess.Popen[bytes] | None = None

    def environment(self, port: int | None = None) -> dict[str, str]:
        """Return what a client needs that speaks with the server itself, or by a proxy on another port."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        own = {
            "VENV": str(PREFECT.parents[1]),
            "PYTHONPATH": str(ROOT),
            "PREFECT_HOME": str(self.folder / "home"),
            "PREFECT_SERVER_API_PORT": str(self.port),
            "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": f"http://127.0.0.1:{self.port}",
            "PREFECT_API_URL": f"http://127.0.0.1:{port or self.port}/api",
            "PREFECT_API_DATABASE_CONNECTION_URL": self.database,
            "PREFECT_WORKER_QUERY_SECONDS": "1",
            "PREFECT_LOGGING_TO_API_ENABLED": "false",
        }
        return {**inherited, **settings(), **own}

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Start it."""
        self._process = spawn([PREFECT, "server", "start"], self.environment(), self.folder / "server.log")

    def wait(self) -> None:
        """Wait until it answers.

        Raises:
            RuntimeError: it ended instead.
            TimeoutError: it does not.
        """
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with suppress(OSError, urllib.error.URLError), ask(f"127.0.0.1:{self.port}", "/api/health") as answer:
                if answer.status == 200:
                    return
            if self._process and self._process.poll() is not None:
                raise RuntimeError((self.folder / "server.log").read_text()[-4000:])
            time.sleep(0.1)
        raise TimeoutError("the server does not answer")

    def kill(self) -> None:
        """Kill it, as power does."""
        if self._process:
            end(self._process, signal.SIGKILL)
            self._process = None

    def bootstrap(self) -> None:
        """Deploy everything, by the script that a person uses.

        Raises:
            RuntimeError: it failed.
        """
        done = Server(f"http://127.0.0.1:{self.port}", self.folder, self.environment()).bootstrap()
        if done.returncode:
            raise RuntimeError(f"bootstrap.sh: {done.stdout}{done.stderr}")


@contextmanager
def running_server(folder: Path, database: str, like: Path | None = None) -> Iterator[KillableServer]:
    """Start a server, deploy everything, and stop it in the end.

    `like` is the database of another server, SQLite's, in which everything is deployed: a copy of it is begun with.
    """
    folder.mkdir(parents=True)
    server = KillableServer(folder, database or f"sqlite+aiosqlite:///{folder}/prefect.db")
    try:
        if like:
            _copy(like, folder / "prefect.db")
        server.start()
        if not like:
            server.bootstrap()
        yield server
    finally:
        server.kill()


def _copy(database: Path, to: Path) -> None:
    """Copy a database that is in use."""
    with closing(sqlite3.connect(database, timeout=60)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


@contextmanager
def running_worker(server: KillableServer) -> Iterator[None]:
    """Let a worker execute what is scheduled."""
    command: list[str | Path] = [PREFECT, "worker", "start", "--pool", POOL, "--limit", "4"]
    process = spawn(command, server.environment(), server.folder / "worker.log")
    try:
        yield
    finally:
        end(process, signal.SIGKILL)


def spawn(command: Sequence[str | Path], environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own."""
    with log.open("ab") as file:
        return subprocess.Popen(
            command,
            env=environment,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )


def end(process: subprocess.Popen[bytes], with_signal: signal.Signals) -> None:
    """End a program and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, with_signal)
    process.wait()

"""A PostgreSQL of our own: in a folder, on a loopback port, for as long as it is needed."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from tests.lab.address import free_port

_ACCOUNT: Final = "postgres"
_PLACES: Final = Path("/usr/lib/postgresql")


@contextmanager
def running_postgres() -> Iterator[str]:
    """Start a PostgreSQL and return its URL for SQLAlchemy.

    It refuses to be run by root, so it gets the account of Debian's package, and a folder which that account can reach.
    """
    folder = Path(mkdtemp(prefix="platformctl-postgres-", dir="/tmp"))  # a socket's path has to be short
    try:
        _own(folder)
        port = free_port("127.0.0.1")
        data, log = folder / "data", folder / "postgres.log"
        _run("initdb", ["-D", str(data), "-A", "trust", "-U", _ACCOUNT, "--no-sync"])
        # Every commit reaches the disk before it is answered, as in production: kill -9 of a client takes none back.
        options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c max_connections=100"
        _run("pg_ctl", ["-D", str(data), "-l", str(log), "-w", "-o", options, "start"])
        try:
            yield f"postgresql+asyncpg://{_ACCOUNT}@127.0.0.1:{port}/{_ACCOUNT}"
        finally:
            _run("pg_ctl", ["-D", str(data), "-m", "immediate", "-w", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _own(folder: Path) -> None:
    if os.geteuid() == 0:
        account = pwd.getpwnam(_ACCOUNT)
        os.chown(folder, account.pw_uid, account.pw_gid)


def _run(program: str, arguments: Sequence[str]) -> None:
    if not list(_PLACES.glob("*/bin")):
        raise SystemExit("PostgreSQL is not installed (postgresql); --database sqlite does without it")
    newest = max(_PLACES.glob("*/bin"), key=lambda place: int(place.parent.name))
    account = ["setpriv", f"--reuid={_ACCOUNT}", f"--regid={_ACCOUNT}", "--init-groups"] if os.geteuid() == 0 else []
    subprocess.run(
        [*account, newest / program, *arguments], check=True, cwd="/", stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C"},
    )  # fmt: skip

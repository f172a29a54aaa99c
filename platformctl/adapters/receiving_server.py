"""Serving the receiver: where it listens, what it logs, how it ends."""

from __future__ import annotations

import logging
import re
import resource
import socket
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import uvicorn

from platformctl.adapters.receiving_connection import Connection
from platformctl.adapters.webhook import Settings, receiver_app
from platformctl.errors import InputInvalid, Problem

_ADDRESS: Final = re.compile(r"(?P<host>[0-9.]+|\[[0-9a-fA-F:.]+\]|localhost):(?P<port>[0-9]{1,5})", re.ASCII)
_BACKLOG: Final = 2048
_FILES: Final = 65_536
_GRACE_S: Final = 15
"""Longer than a delivery can take, so that each one under way is answered before the end."""


def listening(where: str) -> socket.socket:
    """Open what the receiver listens on: `127.0.0.1:4300`, `[::1]:4300` or `unix:/run/webhook.sock`.

    Raises:
        InputInvalid: it is none of these, or cannot be listened on.
    """
    try:
        return _unix(Path(where.removeprefix("unix:"))) if where.startswith("unix:") else _internet(where)
    except OSError as error:
        # What socket.create_server adds to the system's words repeats the address.
        said = str(error.strerror or error).partition(" (while ")[0]
        raise InputInvalid([Problem(where, 0, f"cannot be listened on: {said}")]) from None


def _internet(where: str) -> socket.socket:
    found = _ADDRESS.fullmatch(where)
    if not found or int(found["port"]) >= 1 << 16:
        raise InputInvalid([Problem(where, 0, "should be ADDRESS:PORT, such as 127.0.0.1:4300, or unix:/path")])
    host = found["host"].strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    server = socket.create_server((host, int(found["port"])), family=family, backlog=_BACKLOG)
    # Connections have it from here: asyncio sets it only on sockets that say IPPROTO_TCP, and without it an answer,
    # which is written in two parts, waits for the other side's delayed acknowledgement, 40 ms.
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return server


def _unix(path: Path) -> socket.socket:
    """Take the place of a socket that an earlier receiver left; members of our group may connect, such as a proxy."""
    if path.exists() and stat.S_ISSOCK(path.lstat().st_mode):
        path.unlink()
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        server.bind(str(path))
        path.chmod(0o660)
        server.listen(_BACKLOG)
    except OSError:
        server.close()
        raise
    return server


def serve(settings: Settings, listener: socket.socket, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or Ctrl-C; deliveries that are under way then are answered first."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    config = uvicorn.Config(
        receiver_app(settings),
        http=Connection,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
    _make_room()
    ready(_shown(listener))
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        return


def _make_room() -> None:
    """Allow as many connections as the system lets us: many systems begin with a thousand, which silence can fill."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft not in {resource.RLIM_INFINITY, most}:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))


def _shown(listener: socket.socket) -> str:
    name = listener.getsockname()
    if isinstance(name, str):
        return f"unix:{name}"
    return f"http://[{name[0]}]:{name[1]}" if listener.family == socket.AF_INET6 else f"http://{name[0]}:{name[1]}"

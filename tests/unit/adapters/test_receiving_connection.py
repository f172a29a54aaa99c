"""Who connects and does not ask is not waited for; who asks is, however long the answer takes."""

from __future__ import annotations

import asyncio
import socket
from typing import Final

import uvicorn
from starlette.types import Receive, Scope, Send

from platformctl.adapters.receiving_connection import Connection

PATIENCE_S: Final = 60
ASKING: Final = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"


class Quick(Connection):
    """Waits less."""

    headers_s = 0.2


async def _end(reader: asyncio.StreamReader) -> bytes:
    """Return all that comes until the connection is closed."""
    async with asyncio.timeout(PATIENCE_S):
        return await reader.read()


async def _tried(listener: socket.socket) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()

    async def app(scope: Scope, _: Receive, send: Send) -> None:
        if scope["method"] == "GET":
            asked.set()
            await answer.wait()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    config = uvicorn.Config(app, http=Quick, lifespan="off", log_config=None, timeout_keep_alive=PATIENCE_S)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    address = listener.getsockname()
    slow, patient = await asyncio.open_connection(*address)
    patient.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    await asked.wait()
    for begun in (b"", b"GET / HTTP/1.1\r\nHost: x\r\n"):
        reader, writer = await asyncio.open_connection(*address)
        writer.write(begun)
        assert await _end(reader) == b"", "closed, without an answer"
        writer.close()
    reader, writer = await asyncio.open_connection(*address)
    writer.write(ASKING)
    assert (await _end(reader)).startswith(b"HTTP/1.1 200"), "answered, and closed since the body does not come"
    writer.close()
    answer.set()
    assert (await _end(slow)).startswith(b"HTTP/1.1 200"), "it waited for longer than the others were let to"
    patient.close()
    server.should_exit = True
    await serving


def test_connections_without_a_request_are_closed() -> None:
    """Silence, half a request and a body that nobody waits for end; a request under way does not."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        asyncio.run(_tried(listener))

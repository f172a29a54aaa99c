"""Creating flow runs at the Prefect server, by its HTTP API: runs that wait there for a worker are the durable queue.

A run with an idempotency key is created once, whoever asks and however often, so every request here may be repeated.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID, uuid4

import httpx

from platformctl.adapters.prefect_reply import Deployment, FlowRun, Reply, Token
from platformctl.errors import InputInvalid, Problem, QueueUnavailable

_ANSWER_BYTES: Final = 4 * 1024 * 1024
_FIRST_DELAY_S: Final = 0.05
_LONGEST_DELAY_S: Final = 2.0
_AT_ONCE: Final = 1
"""Requests under way at the same time. Prefect is one thread, so more are no faster, and with SQLite they get 503."""

_TOKEN: Final = "Prefect-Csrf-Token"  # noqa: S105  the name of a header
_MISSING: Final = 404
_FORBIDDEN: Final = 403


@dataclass(frozen=True, slots=True)
class PrefectServer:
    """Where the API is, and the name and password that it wants."""

    url: str
    login: tuple[str, str] | None = field(default=None, repr=False)


def prefect_server() -> PrefectServer:
    """Return the server that the environment names, as for all clients of Prefect.

    Raises:
        InputInvalid: it names none, or not in a form that can be used.
    """
    url = os.environ.get("PREFECT_API_URL", "")
    if not url.startswith(("http://", "https://")):
        said = "should be the address of the API, such as http://127.0.0.1:4200/api; deployments/prefect.env sets it"
        raise InputInvalid([Problem("PREFECT_API_URL", 0, said)])
    name, colon, password = os.environ.get("PREFECT_API_AUTH_STRING", "").partition(":")
    return PrefectServer(url.rstrip("/"), (name, password) if colon else None)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A run of a deployment, written as flow/deployment, that is to be there once for its key. People see its name."""

    deployment: str
    key: str
    name: str
    parameters: Mapping[str, Any]
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Queued:
    """The one run for a key; `created` tells whether it was this call that made it."""

    run: UUID
    created: bool


def ensure_run(server: PrefectServer, patience_s: float, wanted: Wanted) -> Queued:
    """Return the run for a key, as Queue.ensure does, where no event loop runs.

    Raises:
        QueueUnavailable: as by Queue.ensure.
    """

    async def ensure() -> Queued:
        async with open_queue(server, patience_s) as queue:
            return await queue.ensure(wanted)

    return asyncio.run(ensure())


@asynccontextmanager
async def open_queue(server: PrefectServer, patience_s: float) -> AsyncIterator[Queue]:
    """Open connections to a server as they are needed, and close them in the end."""
    limits = httpx.Limits(max_connections=_AT_ONCE)
    async with httpx.AsyncClient(auth=server.login, timeout=httpx.Timeout(patience_s), limits=limits) as client:
        yield Queue(server.url, client, patience_s)


class Queue:
    """Creates runs. What it has learned, IDs of deployments and a token, is asked for again when it does not hold."""

    def __init__(self, url: str, client: httpx.AsyncClient, patience_s: float) -> None:
        self._url = url
        self._client = client
        self._patience_s = patience_s
        self._deployments: dict[str, UUID] = {}
        self._under_way: dict[str, asyncio.Task[Queued]] = {}
        self._renewing = asyncio.Lock()
        self._guard = {"Prefect-Csrf-Client": str(uuid4())}

    async def ensure(self, wanted: Wanted) -> Queued:
        """Return the run for a key, after making it where there is none.

        Whoever wants a run that is being asked for already waits for that answer.

        Raises:
            QueueUnavailable: the server was not reached while patience lasted, or does not take the run.
        """
        asked = self._under_way.get(wanted.key)
        if asked:
            return replace(await asyncio.shield(asked), created=False)
        asked = asyncio.create_task(self._ensure(wanted))
        self._under_way[wanted.key] = asked
        asked.add_done_callback(lambda _: self._under_way.pop(wanted.key))
        return await asyncio.shield(asked)

    async def _ensure(self, wanted: Wanted) -> Queued:
        # A repeat changes nothing of a run, so the mark on it tells who made it. The status does not tell: of two that
        # ask at the same time, both are told that theirs was created.
        mark = secrets.token_hex(16)
        body = {
            "name": wanted.name,
            "parameters": dict(wanted.parameters),
            "tags": list(wanted.tags),
            "idempotency_key": wanted.key,
            "context": {"asked": mark},
        }
        until = asyncio.get_running_loop().time() + self._patience_s
        reply = await self._create(wanted.deployment, body, until)
        if reply.status == _MISSING:
            self._deployments.pop(wanted.deployment, None)
            reply = await self._create(wanted.deployment, body, until)
        if reply.status not in {200, 201}:
            raise QueueUnavailable(f"the Prefect server takes no run of {wanted.deployment}: {reply.words}")
        run = reply.read(FlowRun)
        if run.idempotency_key != wanted.key:
            raise QueueUnavailable("the Prefect server answers with another run than the one that was asked for")
        return Queued(run.id, created=run.context.get("asked") == mark)

    async def _create(self, deployment: str, body: Mapping[str, Any], until: float) -> Reply:
        if deployment not in self._deployments:
            reply = await self._patiently(until, "GET", f"/deployments/name/{deployment}")
            if reply.status == _MISSING:
                said = f"the Prefect server has no deployment {deployment}; deployments/bootstrap.sh makes it"
                raise QueueUnavailable(said)
            self._deployments[deployment] = reply.read(Deployment).id
        path = f"/deployments/{self._deployments[deployment]}/create_flow_run"
        return await self._patiently(until, "POST", path, body)

    async def _patiently(self, until: float, method: str, path: str, body: Mapping[str, Any] | None = None) -> Reply:
        """Ask until there is an answer that would stay the same; `until` is a time of the event loop."""
        reply = Reply(0, b"it does not answer")
        delay = _FIRST_DELAY_S
        try:
            async with asyncio.timeout_at(until):
                while (reply := await self._authorized(method, path, body)).may_pass:
                    await asyncio.sleep(delay * (0.5 + secrets.randbelow(1000) / 1000))
                    delay = min(2 * delay, _LONGEST_DELAY_S)
        except TimeoutError:
            raise QueueUnavailable(f"the Prefect server cannot be used now: {reply.words}") from None
        return reply

    async def _authorized(self, method: str, path: str, body: Mapping[str, Any] | None) -> Reply:
        """Ask, with a token where the server wants one against requests that browsers are tricked into."""
        token = self._guard.get(_TOKEN)
        reply = await self._once(method, path, body)
        if reply.status == _FORBIDDEN and b"CSRF" in reply.body:
            refused = await self._renew_token(token)
            reply = refused or await self._once(method, path, body)
        if reply.status in {401, _FORBIDDEN}:
            raise QueueUnavailable(f"the Prefect server refuses us ({reply.status}); check PREFECT_API_AUTH_STRING")
        return reply

    async def _renew_token(self, held: str | None) -> Reply | None:
        """Get a token, unless another request has got one meanwhile: a new one ends the one before."""
        async with self._renewing:
            if self._guard.get(_TOKEN) == held:
                reply = await self._once("GET", f"/csrf-token?client={self._guard['Prefect-Csrf-Client']}")
                if reply.may_pass:
                    return reply
                self._guard[_TOKEN] = reply.read(Token).token
        return None

    async def _once(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Reply:
        try:
            async with self._client.stream(method, f"{self._url}{path}", json=body, headers=self._guard) as response:
                return Reply(response.status_code, await _bounded(response))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Reply(0, f"no answer ({type(error).__name__})".encode())


async def _bounded(response: httpx.Response) -> bytes:
    """Read an answer to its end, or no further than any real one is."""
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) > _ANSWER_BYTES:
            raise QueueUnavailable(f"the Prefect server's answer is larger than {_ANSWER_BYTES} bytes")
    return bytes(body)
